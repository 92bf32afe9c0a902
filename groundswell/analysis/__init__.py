"""What bounds, measures and reads collective action: theory, critical mass, equilibria, reports."""
