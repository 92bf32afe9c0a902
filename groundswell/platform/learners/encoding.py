"""What turns features into numbers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from groundswell.data import Features, Floats, Ints, Points, Schema


@dataclass(frozen=True)
class Encoder:
    """Turns categories into one-hot columns, which come last, and standardises numeric columns.

    To the bit as scikit-learn's ColumnTransformer of StandardScaler and OneHotEncoder, which spends
    ten times as long on looking at its input.

    Parameters
    ----------
    schema
        What the points look like.
    mean, scale
        Of the numeric columns; None leaves them as they are.
    """

    schema: Schema
    mean: Floats | None = None
    scale: Floats | None = None

    def transform(self, X: Features) -> Floats:
        """Return the numbers, shape (points, inputs)."""
        numeric, categorical = self.schema.numeric, self.schema.categorical
        parts: list[Floats] = []
        if numeric:
            parts.append(X[:, numeric])
        if self.mean is not None and self.scale is not None:
            parts[0] = (parts[0] - self.mean) / self.scale
        if categorical:
            parts.append(self._one_hot(X[:, categorical].astype(np.int64)))
        return np.hstack(parts)

    def _one_hot(self, codes: Ints) -> Floats:
        columns = self.schema.columns
        sizes = [len(columns[i].categories or ()) for i in self.schema.categorical]
        last = np.cumsum(sizes)
        hot = np.zeros((len(codes), last[-1]))
        hot[np.arange(len(codes))[:, None], codes + last - sizes] = 1
        return hot


def encoder(points: Points, schema: Schema) -> Encoder:
    """Return the encoder of training points; images stay as they are: pixels have one unit."""
    if not schema.numeric or schema.form == "images":
        return Encoder(schema)
    from sklearn.preprocessing import StandardScaler

    scaler = StandardScaler().fit(points.X[:, schema.numeric], sample_weight=points.weight)
    return Encoder(schema, scaler.mean_, scaler.scale_)
