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
