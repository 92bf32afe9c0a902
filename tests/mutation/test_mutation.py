"""The mutation check itself: what counts as a mutant, and how scores are counted."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.mutation.inside import inside
from tests.mutation.mutants import ROOT, as_it_is, meaning, mutants
from tests.mutation.report import EQUIVALENT, Row
from tests.mutation.targets import TARGETS

MODULE = "groundswell/agents/random_rules.py"


def test_annotations_and_comments_have_no_meaning():
    assert meaning("x: int | None = 1  # one") == meaning("x: str = 1")
    assert meaning("def f(a: int) -> int: return a + 1") == meaning("def f(a): return a + 1")
    assert meaning("x = 1") != meaning("x = 2")


def test_a_change_inside_a_function_needs_no_import():
    whole = as_it_is(MODULE)
    body = replace(whole, source=whole.source.replace("others = ties.users - 1", "others = 2"))
    field = replace(whole, source=whole.source.replace("draws = 2", "draws = 3"))
    assert whole.source not in {body.source, field.source}
    assert inside(body)
    assert not inside(field)


def test_timeouts_count_as_killed_and_equivalent_mutants_do_not_count(monkeypatch):
    monkeypatch.setitem(EQUIVALENT, "c", "why")
    row = Row.of("m.py", {"a": "killed", "b": "timed out", "c": "survived", "d": "survived"})
    assert row.line() == "| m.py | 4 | 1 | 1 | 2 | 1 | 66.7 % | 50.0 % |"


def test_what_is_mutated_is_there_and_so_are_its_tests():
    for modules in TARGETS.values():
        for module, tests in modules.items():
            assert (ROOT / module).is_file()
            assert all((ROOT / test).exists() for test in tests if test.endswith(".py"))


def test_every_mutant_means_something_else():
    pytest.importorskip("cosmic_ray")
    found = mutants("groundswell/agents/erasing.py")
    assert len({meaning(one.source) for one in found}) == len(found) > 5
    assert "if not np.isnan(tau):" in {one.after for one in found}
