"""Figures of a report: which of them say something about a result, as SVG for a page."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple
from xml.etree import ElementTree as ET

import numpy as np

from groundswell.analysis import hysteresis, plots, sensitivity
from groundswell.analysis.tables import SHARE_SETTING, settings
from groundswell.problems import InputError
from groundswell.reporting.theory import FEWEST_SHARES, mean_fields
from groundswell.scenarios.result import Result

if TYPE_CHECKING:
    import pandas as pd

SVG = "http://www.w3.org/2000/svg"
XLINK = "http://www.w3.org/1999/xlink"
LINK = f"{{{XLINK}}}href"
MEANT = re.compile(r"#([^)\"']+)")
"""What an attribute refers to."""
SIZE = (4.6, 3.4)
"""In inches: small, so that words are legible where a page is narrow."""
LEARNERS = ("platform.learner.kind", "platform.learner")

ET.register_namespace("", SVG)
ET.register_namespace("xlink", XLINK)


class Figure(NamedTuple):
    """A figure: what it shows, and its SVG element."""

    title: str
    svg: str


Choice = tuple[str, Callable[..., Any]]
"""What a figure shows, and what draws it."""


def figures(result: Result, ends: pd.DataFrame) -> list[Figure]:
    """Return the figures that apply to a result, the last rounds of which are `ends`."""
    drawn: list[Figure] = []
    for title, draw in () if ends.empty else _choices(result, ends):
        ax = plots.new_axes(*SIZE)
        with suppress(InputError):  # nothing of it was measured
            draw(ax=ax)
            drawn.append(Figure(title, inline(plots.svg(ax), f"f{len(drawn)}", title)))
    return drawn


def inline(svg: str, prefix: str, title: str) -> str:
    """Return an SVG element that can stand in a page beside others.

    Ids get a prefix, and go where nothing refers to them; the size is left to the page.
    """
    root = ET.fromstring(svg)  # noqa: S314  (our own figure)
    meant: set[str] = set()
    for one in root.iter():
        for key, value in one.attrib.items():
            if key == LINK or "url(#" in value:
                meant.update(MEANT.findall(value))
                one.set(key, MEANT.sub(rf"#{prefix}-\1", value))
    for one in root.iter():
        name = one.attrib.pop("id", None)
        if name in meant:
            one.set("id", f"{prefix}-{name}")
    for size in ("width", "height"):
        root.attrib.pop(size, None)
    root.attrib.update(role="img", **{"aria-label": title})
    return ET.tostring(root, encoding="unicode")


def _choices(result: Result, ends: pd.DataFrame) -> Iterator[Choice]:
    """Yield what to draw, most telling first."""
    moves = str(result.scenario.decision) != "fixed" or "decision.kind" in settings(result)
    if moves:
        columns = [name for name in ("alpha", "success") if ends[name].notna().any()]
        yield "Over the rounds", partial(plots.time_series, result, columns)
    if result.scenario.sweep.design_name in {"morris", "saltelli"}:
        yield from _indices(result)
    else:
        yield from _over_shares(result, ends, moves=moves)
        yield from _over_settings(result, ends, moves=moves)
    yield from _loops(result)
    yield from _fields(result, ends)


def _over_shares(result: Result, ends: pd.DataFrame, *, moves: bool) -> Iterator[Choice]:
    """Yield what follows the share α; a critical mass is that of a collective that is given."""
    if ends["success"].isna().all() or ends["alpha"].nunique() < FEWEST_SHARES:
        return
    given = not moves and SHARE_SETTING in settings(result)
    target = result.scenario.measure.target_success if given else None
    title = "Success over the share of planted data"
    yield title, partial(plots.success_curve, result, target=target)
    if not np.allclose(ends["alpha"], ends["alpha_eff"], equal_nan=True):
        yield "Effective share", partial(plots.effective_share, result)


def _over_settings(result: Result, ends: pd.DataFrame, *, moves: bool) -> Iterator[Choice]:
    """Yield what depends on two swept numbers, on the number of seeds, and on the learner."""
    by = settings(result)
    if len(by) == 2 and all(ends[name].dtype.kind in "iuf" for name in by):  # noqa: PLR2004
        y, x = sorted(by, key=lambda name: name == SHARE_SETTING)
        value, what = ("alpha", "Final share") if moves else ("success", "Success")
        yield f"{what} over both settings", partial(plots.phase_diagram, result, x, y, value=value)
    if moves and SHARE_SETTING in by and result.scenario.replicates > 1:
        yield "Probability of tipping", partial(plots.tipping_probability, result)
    for name in LEARNERS:
        if name in by:
            yield "By learner", partial(plots.learner_comparison, result, by=name)


def _indices(result: Result) -> Iterator[Choice]:
    """Yield the indices of a sensitivity analysis; a design that is not complete has none."""
    analyse = sensitivity.morris if result.scenario.sweep.morris else sensitivity.sobol
    for value, what in (("alpha", "the final share"), ("success", "success")):
        with suppress(ValueError):
            yield f"What {what} depends on", partial(plots.sensitivity, analyse(result, value))


def _loops(result: Result) -> Iterator[Choice]:
    """Yield the way there and back of what the schedule changes one way and then the other."""
    for key in result.scenario.schedule:
        with suppress(ValueError):
            loop = hysteresis.loop(result, key)
            yield f"There and back: {key}", partial(plots.hysteresis_loop, loop)


def _fields(result: Result, ends: pd.DataFrame) -> Iterator[Choice]:
    """Yield the mean field of the first point that has one, with the way its first run took."""
    field = next(mean_fields(result, ends), None)
    if field is not None:
        rounds = result.read("series", ["member_share"], {"run": field.runs.iloc[0]})
        game = {**field.game, "revision": field.revision, "path": rounds["member_share"].tolist()}
        yield "Mean field, and the way of one run", partial(plots.mean_field, **game)
