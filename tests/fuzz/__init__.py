"""Random scenarios, broken scenario files and data files; `python -m tests.fuzz` for many of them."""
