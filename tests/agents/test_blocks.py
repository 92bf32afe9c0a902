"""The table ``blocks``: which columns the served model uses."""

import numpy as np
import pytest


@pytest.fixture
def settings(tmp_path):
    """A label that ``x`` tells, and ``z`` half of the time; ``n`` is noise."""
    rng = np.random.default_rng(0)
    y = rng.integers(2, size=600)
    z = np.where(rng.random(600) < 0.5, y, rng.integers(2, size=600))
    lines = [f"{2 * y[i] - 1},{z[i]},{rng.random():.3f},{'ab'[y[i]]}" for i in range(600)]
    path = tmp_path / "points.csv"
    path.write_text("\n".join(["x,z,n,y", *lines]) + "\n")
    return {
        "population": {"kind": "table", "path": str(path), "label": "y"},
        "platform": {"kind": "learning", "learner": {"kind": "tree", "depth": 3}},
        "decision": "fixed",
        "measure": {"blocks": {"used": ["x"], "overlooked": ["z", "n"], "all": ["n", "x", "z"]}},
    }


def test_what_a_model_uses_and_what_it_overlooks(make_model, settings):
    model = make_model(**settings)
    blocks = model.recorder.table("blocks").set_index("block")
    assert list(blocks.index) == ["used", "overlooked", "all"]
    accuracy = model.recorder.rows[-1]["accuracy"]
    assert accuracy == 1
    assert blocks.loc["used", "accuracy_alone"] == 1
    assert blocks.loc["overlooked", "accuracy_without"] == 1
    assert blocks.loc["used", "accuracy_without"] == pytest.approx(0.5, abs=0.1)
    assert blocks.loc["all", "accuracy_alone"] == accuracy


def test_what_one_block_lacks_the_rest_has_alone(make_model, settings):
    blocks = make_model(**settings).recorder.table("blocks").set_index("block")
    for one, other in (("used", "overlooked"), ("overlooked", "used")):
        without, alone = (
            blocks.loc[one, "accuracy_without"],
            blocks.loc[other, "accuracy_alone"],
        )
        assert without == alone


def test_columns_of_a_block_stay_together_and_the_order_is_that_of_all_rounds(make_model, settings):
    model = make_model(**settings, platform__retrain_every=5)
    model.step()
    blocks = model.recorder.table("blocks")
    first, second = (blocks[blocks["round"] == r].drop(columns="round") for r in (0, 1))
    assert np.array_equal(first.to_numpy(), second.to_numpy())

    fresh, order = model.world.fresh, model.streams("blocks").permutation(len(model.world.fresh))
    X = fresh.X.copy()
    X[:, 1:] = fresh.X[order, 1:]
    expected = np.mean(model.served.predict(X) == fresh.y)
    assert first["accuracy_without"].iloc[1] == expected
