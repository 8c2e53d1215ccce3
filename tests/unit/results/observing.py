"""Observations as short as a test can say them."""

from __future__ import annotations

from typing import Any

import numpy

from harness.model import Difference
from harness.results.compare import Array, Observations


def array(values: Any, dtype: str = "float32") -> Array:
    """An array."""
    return numpy.array(values, dtype=dtype)


def predicting(values: Any, dtype: str = "float32", **more: Any) -> Observations:
    """The observations of a side whose model predicts this."""
    return {"predictions": {"0": array(values, dtype)}, **more}


def only(differences: tuple[Difference, ...]) -> Difference:
    """The only difference."""
    assert 1 == len(differences)
    return differences[0]


def outline(difference: Difference) -> tuple[str, str, bool]:
    """What kind it is, where it is, and whether it counts."""
    return difference.kind, difference.where, difference.counts
