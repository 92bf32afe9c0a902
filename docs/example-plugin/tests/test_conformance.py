"""The components keep the laws of their parts."""

import pytest
from groundswell_example.centroid import NearestCentroid
from groundswell_example.weary import Weary

from groundswell.testing import check_component


@pytest.mark.parametrize(
    "component",
    [Weary(), Weary(threshold=0.0, weariness=1.0), NearestCentroid(), NearestCentroid(shrink=0.5)],
    ids=str,
)
def test_they_conform(component):
    check_component(component)
