"""A decision rule and a learner for Groundswell."""
