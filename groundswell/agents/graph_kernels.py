"""Loops over ties that NumPy cannot vectorise, compiled like those of `kernels`."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from groundswell.agents.kernels import compiled
from groundswell.data import Floats, Ints

Indices = NDArray[np.uint32]


@compiled
def core_numbers(indptr: Ints, indices: Indices) -> Ints:
    """Return the largest k for which each user is in the k-core (Batagelj & Zaveršnik 2003).

    Users are taken out in ascending order of how many neighbours they have left; ``order`` is kept
    sorted by that with one exchange per tie.
    """
    users = len(indptr) - 1
    left = indptr[1:] - indptr[:-1]
    order = np.argsort(left)
    place = np.empty(users, dtype=np.int64)
    place[order] = np.arange(users)
    start = np.zeros(users + 1, dtype=np.int64)  # of those with so many neighbours left
    for user in range(users):
        start[left[user] + 1] += 1
    start = np.cumsum(start)
    for position in range(users):
        user = order[position]
        for k in range(indptr[user], indptr[user + 1]):
            other = np.int64(indices[k])
            if left[other] > left[user]:
                first = start[left[other]]
                swapped = order[first]
                order[first], order[place[other]] = other, swapped
                place[swapped], place[other] = place[other], first
                start[left[other]] += 1
                left[other] -= 1
    return left


@compiled
def spread_labels(
    label: Ints, order: Ints, draws: Floats, restless: bool, indptr: Ints, indices: Indices
) -> int:
    """Let users take the most frequent label of their neighbours, one by one.

    Of several that are equally frequent a random one is taken, also by users who have another of
    them already if they are restless. Returns how many users had a label less frequent than that.
    """
    count = np.zeros(len(label), dtype=np.int64)
    unhappy = 0
    for turn, user in enumerate(order):
        neighbours = indices[indptr[user] : indptr[user + 1]]
        most, equals = 0, 0
        for other in neighbours:
            count[label[other]] += 1
            most = max(most, count[label[other]])
        stays = count[label[user]] == most
        unhappy += not stays
        for other in neighbours:
            equals += count[label[other]] == most
        # Each of the best labels is met as often as the others, so a random meeting is fair.
        meeting, chosen = int(draws[turn] * equals), label[user]
        for other in neighbours:
            if count[label[other]] == most:
                chosen = label[other] if meeting == 0 else chosen
                meeting -= 1
        for other in neighbours:
            count[label[other]] = 0
        if restless or not stays:
            label[user] = chosen
    return unhappy


@compiled
def sums_over_ends(
    values: Floats, categories: int, indptr: Ints, indices: Indices
) -> tuple[float, Floats]:
    """Return what the coefficient r is made of.

    For numbers: the sum of products across ties, and the sums of values and squares over the ends
    of ties. For categories: how many ties are within, and how many ends there are in each.
    """
    across = 0.0
    ends = np.zeros(max(categories, 2))
    for user, value in enumerate(values):
        degree = indptr[user + 1] - indptr[user]
        if categories:
            ends[int(value)] += degree
        else:
            ends[0] += degree * value
            ends[1] += degree * value * value
        for k in range(indptr[user], indptr[user + 1]):
            other = values[indices[k]]
            across += (other == value) if categories else other * value
    return across, ends


@compiled
def coefficient(across: float, first: float, second: float, count: int, categories: int) -> float:
    """Return the coefficient r; 0 where all ends of ties are alike.

    Parameters
    ----------
    across
        Sum over ties, each taken both ways.
    first, second
        Sums of values and of squares over the ends of ties; for categories 0, and the sum of the
        squared numbers of ends.
    count
        Number of ends of ties.
    categories
        Number of categories, 0 for numbers.
    """
    if categories:
        expected = second / count / count
        spread = 1 - expected
    else:
        expected = (first / count) ** 2
        spread = second / count - expected
    return (across / count - expected) / spread if spread > 1e-12 else 0.0  # noqa: PLR2004


@compiled
def gained(
    user: int,
    new: float,
    partner: int,
    values: Floats,
    categories: int,
    indptr: Ints,
    indices: Indices,
) -> float:
    """Return what the sum across ties gains if a user gets the value of its partner.

    A tie between the two looks the same when both have each other's value.
    """
    gain, old = 0.0, values[user]
    for k in range(indptr[user], indptr[user + 1]):
        if indices[k] != partner:
            other = values[indices[k]]
            if categories:
                gain += 2.0 * (int(other == new) - int(other == old))
            else:
                gain += 2.0 * other * (new - old)
    return gain


@compiled
def exchange(
    whose: Ints,
    values: Floats,
    categories: int,
    target: float,
    tolerance: float,
    heat: float,
    proposals: int,
    indptr: Ints,
    indices: Indices,
    rng: np.random.Generator,
) -> float:
    """Let pairs of users exchange their values where it brings r nearer to the target.

    With some heat T they may also do so where it leads away by d, with probability exp(-d/T)
    (Metropolis et al. 1953). Changes ``values`` and, in the same way, ``whose``; returns r.
    """
    across, ends = sums_over_ends(values, categories, indptr, indices)
    count, users = len(indices), len(values)
    first = 0.0 if categories else ends[0]
    second = (ends**2).sum() if categories else ends[1]
    r = coefficient(across, first, second, count, categories)
    for _ in range(proposals):
        if abs(r - target) <= tolerance:
            break
        a, b = int(rng.integers(0, users)), int(rng.integers(0, users))
        x, y = float(values[a]), float(values[b])
        if x == y:
            continue
        more = gained(a, y, b, values, categories, indptr, indices)
        more += gained(b, x, a, values, categories, indptr, indices)
        shift = (indptr[a + 1] - indptr[a]) - (indptr[b + 1] - indptr[b])
        new_first, new_second = first, second
        if categories:
            from_x, from_y = ends[int(x)], ends[int(y)]
            new_second += (from_x - shift) ** 2 - from_x**2 + (from_y + shift) ** 2 - from_y**2
        else:
            new_first += shift * (y - x)
            new_second += shift * (y * y - x * x)
        nearer = coefficient(across + more, new_first, new_second, count, categories)
        away = abs(nearer - target) - abs(r - target)
        if away >= 0 and (heat == 0 or rng.random() >= np.exp(-away / heat)):
            continue
        if categories:
            ends[int(x)] -= shift
            ends[int(y)] += shift
        across, first, second, r = across + more, new_first, new_second, nearer
        values[a], values[b] = y, x
        whose[a], whose[b] = whose[b], whose[a]
    return r
