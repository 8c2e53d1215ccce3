"""The made-up machine for whole runs."""

from __future__ import annotations

import pathlib

import pytest

from tests.unit.run.world import World


@pytest.fixture
def world(home: pathlib.Path) -> World:
    """A world in an empty home."""
    assert not home.exists()
    return World()
