"""Random scenarios, broken scenario and data files; `python -m tests.fuzz` for many of them."""
