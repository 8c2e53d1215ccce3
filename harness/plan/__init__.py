"""What to ask: scenarios read statically, a selection of them, and the tasks that follow. Starts no process."""
