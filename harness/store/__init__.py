"""What outlives a run: finished saves and loads in SQLite, and the files that saves produced, by their content."""
