"""The command line behind the nox sessions: it parses arguments, calls the packages below it, and prints results."""
