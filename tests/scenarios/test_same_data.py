"""Files that change, or are copies: no run stands for one of other data."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import groundswell as gs
from groundswell.problems import InputError

RING = "\n".join(f"{user} {(user + 1) % 12}" for user in range(12)) + "\n"


@pytest.fixture
def swept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, object]:
    """A sweep over two networks in files."""
    monkeypatch.chdir(tmp_path)
    Path("a.txt").write_text(RING, encoding="utf-8")
    Path("b.txt").write_text(RING + "0 5\n", encoding="utf-8")
    return {
        "name": "swept",
        "rounds": 3,
        "replicates": 2,
        "population": "blank",
        "network": {"kind": "edge-list", "path": "b.txt"},
        "decision": {"kind": "threshold", "threshold": 0.4},
        "collective": {"seeds": 2},
        "platform": {"kind": "response", "curve": "logistic"},
        "sweep": {"grid": {"network.path": ["a.txt", "b.txt"]}},
    }


def test_a_swept_file_that_has_changed_is_another_study(swept: dict[str, object]) -> None:
    gs.sweep(swept, out="out")
    before = gs.open("out").series
    Path("a.txt").write_text(RING + "0 7\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"'out' holds runs of network\.path = .*a\.txt"):
        gs.sweep(swept, out="out")
    assert gs.open("out").series.equals(before)


def test_files_with_the_same_bytes_are_one_point(swept: dict[str, object]) -> None:
    Path("b.txt").write_text(RING, encoding="utf-8")
    with pytest.raises(InputError, match=r"a\.txt.* and .*b\.txt.* the same bytes"):
        gs.sweep(swept, out="out")
    assert not Path("out").exists()


def test_a_folder_stays_that_of_the_data_it_began_with(
    swept: dict[str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file that the scenario names changes while runs are done."""
    scenario = {**swept, "sweep": {}}
    step = gs.CollectiveActionModel.step

    def meddling(model: gs.CollectiveActionModel) -> None:
        if model.streams.replicate == 1:
            Path("b.txt").write_text(RING + "0 6\n", encoding="utf-8")
        step(model)

    with monkeypatch.context() as patched:
        patched.setattr(gs.CollectiveActionModel, "step", meddling)
        with pytest.warns(RuntimeWarning, match="has changed since"):
            gs.run(scenario, out="out")
    manifest = json.loads(Path("out/manifest.json").read_text(encoding="utf-8"))
    assert manifest["runs"] == 2
    with pytest.raises(InputError, match="results of other settings or data"):
        gs.run(scenario, out="out")
    Path("b.txt").unlink()
    assert gs.open("out").runs["status"].tolist() == ["ok", "failed"]


def test_the_order_of_runs_is_that_of_the_study(swept: dict[str, object]) -> None:
    """However many replicates were asked for first."""
    gs.sweep(swept, out="out", replicates=4)
    gs.sweep(swept, out="out", replicates=2)
    runs = gs.open("out").runs
    assert runs["replicate"].tolist() == [0, 1, 2, 3] * 2
    assert runs["network.path"].nunique() == 2
    assert runs["network.path"].tolist() == sorted(runs["network.path"])
