"""The command line behind the nox sessions. It parses arguments, calls the rooms below, and prints their results."""
