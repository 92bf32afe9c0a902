"""Checks of components for those who write them: laws that hold of every part of a scenario."""

from groundswell.testing.conformance import ConformanceError, check_component

__all__ = ["ConformanceError", "check_component"]
