"""What runs inside a measured environment: Python 3.6 syntax, the standard library and that environment's own numpy.

Nothing here may import from the rest of the harness, and nothing of ours is installed in the environment.
"""
