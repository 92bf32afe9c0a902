"""Models that trainings go on from as plain arrays, to be saved and made again without pickle."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import numpy as np

from groundswell.platform.learners.base import Classifier, Fit, TrainingSet
from groundswell.platform.learners.convex import ParametricModel
from groundswell.platform.learners.encoding import Encoder
from groundswell.platform.learners.network import NetworkClassifier, Training

Arrays = dict[str, np.ndarray[Any, np.dtype[Any]]]
TRAINED = fields(Training)
PARAMETERS = "parameters"


def model_arrays(classifier: Classifier) -> Arrays:
    """Return everything that a model consists of; nothing where no training goes on from it."""
    if isinstance(classifier, NetworkClassifier):
        return _network_arrays(classifier)
    if isinstance(classifier, ParametricModel):
        return {PARAMETERS: classifier.parameters}
    return {}


def model_from(arrays: Arrays, fit: Fit) -> Classifier:
    """Return the model again.

    Parameters
    ----------
    arrays
        What `model_arrays` returned.
    fit
        A training of its learner, on points of its schema.
    """
    if PARAMETERS not in arrays:
        return _network_from(arrays, fit.data)
    objective = fit.learner.objective(fit.data.schema, fit.rng)
    if objective is None:
        raise ValueError(f"'{fit.learner}' has no parameters")
    return ParametricModel(objective, arrays[PARAMETERS])


def _network_arrays(classifier: NetworkClassifier) -> Arrays:
    features = classifier.features
    arrays: Arrays = {}
    if features.mean is not None and features.scale is not None:
        arrays = {"mean": features.mean, "scale": features.scale}
    for i, network in enumerate(classifier.networks):
        arrays |= {f"layer.{i}.{j}": layer.numpy() for j, layer in enumerate(network)}
    trained = {one.name: np.asarray(getattr(classifier.training, one.name)) for one in TRAINED}
    return {**arrays, **trained, "labels": classifier.labels}


def _network_from(arrays: Arrays, data: TrainingSet) -> NetworkClassifier:
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
