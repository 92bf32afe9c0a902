"""Networks as plain arrays, to be saved and made again without pickle."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import numpy as np

from groundswell.platform.learners.base import TrainingSet
from groundswell.platform.learners.encoding import Encoder
from groundswell.platform.learners.network import NetworkClassifier, Training

Arrays = dict[str, np.ndarray[Any, np.dtype[Any]]]
TRAINED = fields(Training)


def network_arrays(classifier: NetworkClassifier) -> Arrays:
    """Return everything that a trained network consists of."""
    features = classifier.features
    arrays: Arrays = {}
    if features.mean is not None and features.scale is not None:
        arrays = {"mean": features.mean, "scale": features.scale}
    for i, network in enumerate(classifier.networks):
        arrays |= {f"layer.{i}.{j}": layer.numpy() for j, layer in enumerate(network)}
    trained = {one.name: np.asarray(getattr(classifier.training, one.name)) for one in TRAINED}
    return {**arrays, **trained, "labels": classifier.labels}


def network_from(arrays: Arrays, data: TrainingSet) -> NetworkClassifier:
    """Return the network again.

    Parameters
    ----------
    arrays
        What `network_arrays` returned.
    data
        Points of the schema it was trained on.
    """
    import torch

    # It sees data as the first network it goes back to did.
    features = Encoder(data.schema, arrays.get("mean"), arrays.get("scale"))
    layers: dict[int, dict[int, Any]] = {}
    for name in arrays:
        if name.startswith("layer."):
            i, j = map(int, name.removeprefix("layer.").split("."))
            # A copy begins where torch puts its own: products round by where a matrix begins.
            layers.setdefault(i, {})[j] = torch.from_numpy(arrays[name]).clone()
    networks = tuple(
        tuple(network[j] for j in range(len(network))) for _, network in sorted(layers.items())
    )
    trained: dict[str, Any] = {one.name: arrays[one.name] for one in TRAINED}
    trained["served"] = int(trained["served"])
    return NetworkClassifier(features, networks, arrays["labels"], Training(**trained))
