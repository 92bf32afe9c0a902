"""Whether a call gives the same again, leaves its inputs alone, and lets chance in by one door."""

from __future__ import annotations

import copy
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import fields, is_dataclass
from random import Random, getstate, setstate
from typing import Any, TypeVar

import numpy as np

from groundswell.testing.laws import demand

ResultT = TypeVar("ResultT")
SEEDS = 1, 2
"""Two seeds of the global generators, on which nothing may depend."""


def same(one: Any, other: Any) -> bool:
    """Return whether two values are the same to the bit, arrays and missing values included.

    >>> same({"a": np.array([1.0, np.nan])}, {"a": np.array([1.0, np.nan])})
    True
    >>> same((1, [np.zeros(2)]), (1, [np.zeros(3)]))
    False
    """
    if isinstance(one, np.ndarray) and isinstance(other, np.ndarray):
        numbers = one.dtype.kind in "fc" and other.dtype.kind in "fc"
        return one.dtype == other.dtype and np.array_equal(one, other, equal_nan=numbers)
    if type(one) is not type(other):
        return False
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, float):
        return bool(one == other or (np.isnan(one) and np.isnan(other)))
    return bool(one == other) if not _parts(one) else same(_parts(one), _parts(other))


def _parts(value: Any) -> dict[str, Any]:
    """Return what an object consists of, what it has worked out for itself left out."""
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: getattr(value, field.name) for field in fields(value)}
    arrays = getattr(value, "_arrays", None)  # columns
    return dict(arrays) if isinstance(arrays, dict) else {}


def repeated(call: Callable[..., ResultT], *inputs: Any) -> ResultT:
    """Return what a call gives, having seen that it gives it again and touches nothing.

    Parameters
    ----------
    call
        Called with the inputs twice, under different global seeds. Whatever is random it makes
        anew from a seed each time.
    inputs
        What it must not change.

    Raises
    ------
    BrokenError
        If it depends on global randomness, touches it, keeps a state, or changes an input.
    """
    before = copy.deepcopy(inputs)
    results = []
    for seed in SEEDS:
        with global_seed(seed):
            states = global_states()
            results.append(call(*inputs))
            after = global_states()
    for library, state in states.items():  # the first call may import what draws from them
        demand(
            same(state, after[library]),
            f"it draws from the global generator of {library}, or seeds it",
            "draw from the generator or the draws that it is given, and from nothing else",
        )
    demand(
        same(before, inputs),
        "it changes what it is given",
        "work on a copy: x = x.copy()",
    )
    demand(
        same(*results),
        "two calls with the same inputs and the same seed give different answers",
        "draw from the generator or the draws that it is given, use no default_rng() of your own, "
        "and keep nothing from one call to the next",
    )
    return results[0]


def follows_its_generator(call: Callable[[np.random.Generator], Any]) -> None:
    """Demand that what is random about a call follows the generator that it is given.

    Raises
    ------
    BrokenError
        If it gives the same for two seeds, and has made a generator from something else.
    """
    with own_generators() as own:
        one, other = (call(np.random.Generator(np.random.PCG64(seed))) for seed in SEEDS)
    demand(
        not (own and same(one, other)),
        "it draws from a generator of its own, so that every seed gives the same",
        "draw from `rng`",
    )


@contextmanager
def own_generators() -> Iterator[list[Any]]:
    """Note what is passed to `default_rng` in the block, but for generators, which it passes on."""
    kept, own = np.random.default_rng, list[Any]()

    def noted(seed: Any = None) -> np.random.Generator:
        if not isinstance(seed, np.random.Generator):
            own.append(seed)
        return kept(seed)

    np.random.default_rng = noted
    try:
        yield own
    finally:
        np.random.default_rng = kept


@contextmanager
def global_seed(seed: int) -> Iterator[None]:
    """Put the global generators into the state that a seed gives, and back again."""
    kept, torch = global_states(), sys.modules.get("torch")
    np.random.set_state(np.random.RandomState(seed).get_state())  # noqa: NPY002
    setstate(Random(seed).getstate())  # noqa: S311  (nothing secret)
    if torch is not None:
        torch.set_rng_state(torch.Generator().manual_seed(seed).get_state())
    try:
        yield
    finally:
        np.random.set_state(kept["numpy"])  # noqa: NPY002
        setstate(kept["Python"])
        if torch is not None:
            torch.set_rng_state(torch.from_numpy(kept["torch"]))


def global_states() -> dict[str, Any]:
    """Return the state of each library's global generator; torch's where it is loaded."""
    states: dict[str, Any] = {"numpy": np.random.get_state(), "Python": getstate()}  # noqa: NPY002
    torch = sys.modules.get("torch")
    if torch is not None:
        states["torch"] = torch.get_rng_state().numpy()
    return states
