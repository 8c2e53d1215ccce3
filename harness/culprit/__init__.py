"""Turns a failing cell into a report ready to file: a small plain Keras script that fails in the same way."""
