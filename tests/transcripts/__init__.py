"""Round-by-round texts of the library scenarios; `python -m tests.transcripts` refreshes them."""
