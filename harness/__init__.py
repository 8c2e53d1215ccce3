"""Crossload: the compatibility matrix for saved Keras models."""

__version__ = "0.1.0"
