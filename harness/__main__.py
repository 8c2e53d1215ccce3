"""`python -m harness`: what the nox sessions call."""

import sys

from harness.cli.main import main

sys.exit(main(sys.argv[1:]))
