"""Keeps what outlives a run: finished saves and loads in SQLite, and the files that saves produced, by content."""
