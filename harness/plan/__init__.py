"""Plans a run: reads scenarios statically, selects among them, and derives the tasks. Starts no process."""
