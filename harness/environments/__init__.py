"""The virtualenvs on this machine: find a Python, lock packages, provision. A record says what is there."""
