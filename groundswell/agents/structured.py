"""Networks with a plan: places on a lattice, and blocks of users who know each other."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Literal

import numpy as np
from pydantic import Field, field_validator

from groundswell.agents import graphs
from groundswell.agents.network import Network
from groundswell.agents.ties import Ties, from_pairs
from groundswell.data import Ints
from groundswell.problems import InputError

Sizes = Annotated[tuple[int, ...], Field(strict=False)]


class Lattice(Network):
    """Square lattice that wraps around (a torus), one user to a cell, row by row."""

    kind: Literal["lattice"] = "lattice"
    side: int = Field(ge=3, le=65_535)
    """Cells along a side; there are ``side``² users."""
    neighbourhood: Literal["von-neumann", "moore"] = "von-neumann"
    """The four nearest cells, or the eight around."""

    @property
    def degree(self) -> int:
        """Number of neighbours of every user."""
        return 8 if self.neighbourhood == "moore" else 4

    def size(self) -> int:
        """Return the number of cells."""
        return self.side**2

    def expected_ties(self, users: int) -> float:
        """Half the degree per user."""
        return users * self.degree / 2

    def build(self, users: int, rng: np.random.Generator) -> Ties:
        """Return the lattice."""
        pairs = graphs.lattice(self.side, diagonals=self.neighbourhood == "moore")
        return from_pairs(users, *pairs)


class StochasticBlock(Network):
    """Blocks of users with more ties within than between (Holland, Laskey & Leinhardt 1983).

    Each pair within a block is tied with probability ``within`` / (size - 1), each pair of users
    of different blocks with one probability such that users have ``between`` such neighbours on
    average. Users of a block follow each other; the column ``community`` says whose block is which.
    """

    kind: Literal["stochastic-block"] = "stochastic-block"
    blocks: int | Sizes = 2
    """Number of blocks of equal size (to one user), or the size of each."""
    within: float = Field(8.0, ge=0)
    """Expected number of neighbours in the own block."""
    between: float = Field(2.0, ge=0)
    """Expected number of neighbours in other blocks, averaged over users."""

    @field_validator("blocks")
    @classmethod
    def _somebody_in_each(cls, blocks: int | tuple[int, ...]) -> int | tuple[int, ...]:
        if isinstance(blocks, tuple) and not blocks:
            raise ValueError("names no sizes; give the number of blocks, or the size of each")
        least = min(blocks) if isinstance(blocks, tuple) else blocks
        if least < 1:
            what = "sizes of blocks" if isinstance(blocks, tuple) else "the number of blocks"
            raise ValueError(f"{what} should be at least 1, found {least}")
        return blocks

    def size(self) -> int | None:
        """Return the number of users in all blocks, where their sizes are given."""
        return sum(self.blocks) if isinstance(self.blocks, tuple) else None

    def expected_ties(self, users: int) -> float:
        """Half the mean degree per user."""
        return users * (self.within + self.between) / 2

    def build(self, users: int, rng: np.random.Generator) -> Ties:
        """Return one draw."""
        sizes = self._sizes(users)
        inside, outside = self._probabilities(sizes)
        pairs = sizes * (sizes - 1) // 2
        across = (users**2 - int((sizes**2).sum())) // 2
        a, b = graphs.within_blocks(sizes, rng.binomial(pairs, inside), rng)
        c, d = graphs.between_blocks(sizes, int(rng.binomial(across, outside)), rng)
        ties = from_pairs(users, np.concatenate([a, c]), np.concatenate([b, d]))
        return replace(ties, communities=np.repeat(np.arange(len(sizes)), sizes))

    def _sizes(self, users: int) -> Ints:
        if isinstance(self.blocks, tuple):
            return np.array(self.blocks)
        if self.blocks > users:
            raise InputError(f"{self.blocks:,} blocks for {users:,} users", key=("blocks",))
        return graphs.blocks_of(users, self.blocks)

    def _probabilities(self, sizes: Ints) -> tuple[np.ndarray, float]:
        """Return the probability of a tie within each block, and of one between blocks."""
        smallest, users = int(sizes.min()), int(sizes.sum())
        if self.within > smallest - 1:
            raise InputError(
                f"{self.within:g} neighbours within are more than the {smallest - 1:,} others of "
                "the smallest block",
                key=("within",),
            )
        others = float((sizes * (users - sizes)).sum() / users)
        if self.between > others:
            raise InputError(
                f"{self.between:g} neighbours between are more than the {others:,.6g} users of "
                "other blocks",
                key=("between",),
            )
        return self.within / np.maximum(sizes - 1, 1), self.between / others if others else 0.0
