"""The explorer: a scenario, or a results folder, as a page in the browser."""
