"""Pages about a scenario and its results: the ODD protocol, and the report."""
