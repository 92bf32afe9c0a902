"""What is measured each round, and what of it contradicts the other sections of a scenario."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, field_validator

from groundswell.agents.network import Network
from groundswell.agents.population import Population
from groundswell.agents.table import Names
from groundswell.component import Settings
from groundswell.contradictions import CHECKS, Check, Found
from groundswell.platform.platform import Learning, Platform
from groundswell.problems import Problem

Block = Annotated[tuple[str, ...], Field(strict=False, min_length=1)]

MANY_COLUMNS = {"images", "columns"}
"""Forms of data points with columns to compare."""


class Measure(Settings):
    """What is measured each round, and against what."""

    test_users: int = Field(2000, ge=1, le=10_000_000)
    """Number of fresh points of P0 that success and accuracy are measured on. What users hear of
    S is measured on them too: few points are noisy news."""
    redraw: bool = False
    """Fresh points are drawn anew each round, so that the noise is too. Where a population keeps
    no more points than ``test_users`` they are the same ones every time."""
    target_success: float = Field(0.9, ge=0, le=1)
    """Success the collective aims at."""
    groups: Names = ()
    """Groups to measure each by itself, in the table ``groups``: "class" (the honest label of a
    point) and names of categorical columns."""
    blocks: dict[str, Block] = Field(default_factory=dict)
    """Columns by the name of their block, to measure in the table ``blocks`` which of the blocks
    the model uses."""
    epochs: bool = False
    """Whether to keep what was seen in each epoch of a training, in the table ``epochs``."""
    ties: bool = False
    """Whether to keep who joined after how many exposures, and whose recruit it may be, in the
    table ``ties``. Rules that run one user at a time are far slower with it."""

    @field_validator("groups")
    @classmethod
    def _named_once(cls, groups: tuple[str, ...]) -> tuple[str, ...]:
        for name in groups:
            if groups.count(name) > 1:
                raise ValueError(f"names '{name}' twice")
        return groups


def groups_have_points(population: Population, measure: Measure) -> Found:
    """Users are grouped by the data they hold."""
    if measure.groups and population.form == "none":
        yield Problem(
            ("measure", "groups"),
            f"users of a '{population}' population hold no data to be grouped by; leave it out",
        )


def blocks_are_shuffled(population: Population, platform: Platform, measure: Measure) -> Found:
    """Columns are shuffled against each other, and a model is to answer.

    Learners fitted on the law, whose points must keep their weights, see cells only.
    """
    if not measure.blocks:
        return
    key = ("measure", "blocks")
    if population.form not in MANY_COLUMNS:
        yield Problem(
            key, f"points of a '{population}' population have no columns to compare; leave it out"
        )
    elif not isinstance(platform, Learning):
        yield Problem(key, f"a '{platform}' platform serves no model to use columns; leave it out")


def redrawn_points_are_points(
    population: Population, platform: Platform, measure: Measure
) -> Found:
    """What is known exactly is measured on no points."""
    if not measure.redraw:
        return
    if not isinstance(platform, Learning):
        yield Problem(
            ("measure", "redraw"), f"a '{platform}' platform is measured on no points; leave it out"
        )
    elif platform.learner.exact and population.exact:
        yield Problem(
            ("measure", "redraw"),
            f"with '{platform.learner}' success is a sum over the known P0, not over points; leave "
            f"it out, or: {platform.learner.sampled}",
        )


def epochs_are_trained(platform: Platform, measure: Measure) -> Found:
    """Only some learners train in epochs."""
    learner = platform.learner if isinstance(platform, Learning) else None
    if measure.epochs and not (learner and learner.checkpoints):
        yield Problem(
            ("measure", "epochs"), f"'{learner or platform}' does not train in epochs; leave it out"
        )


def exposures_need_ties(network: Network, measure: Measure) -> Found:
    """Users are exposed to those they are tied to."""
    if measure.ties and not network.has_ties:
        yield Problem(
            ("measure", "ties"),
            f"users are exposed over ties, and network '{network}' has none; leave it out",
        )


CHECKS += [
    Check(("population", "measure"), groups_have_points),
    Check(("population", "platform", "measure"), blocks_are_shuffled),
    Check(("population", "platform", "measure"), redrawn_points_are_points),
    Check(("platform", "measure"), epochs_are_trained),
    Check(("network", "measure"), exposures_need_ties),
]
