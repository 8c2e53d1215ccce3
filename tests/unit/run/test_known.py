"""Known results: read from the reference only if the store lacks something, and written only when kept."""

from __future__ import annotations

import pathlib

from harness.results import reference
from harness.run.matrix import Matrix, Options
from tests.unit.run.world import World


def committed(world: World, home: pathlib.Path, folder: pathlib.Path) -> Options:
    """A reference of a whole run in `folder`, and a home that has never seen that run."""
    from harness.catalogue.causes_reader import load_causes

    reference.write(world.carry_out(load_causes(), formats=("h5",)), folder)
    assert world.last
    world.last.store.close()
    home.rename(home.with_name("another-home"))
    return Options(isolation="fork", reference=folder)


def test_looking_ahead_reads_the_reference_and_writes_nothing(
    world: World, home: pathlib.Path, tmp_path: pathlib.Path
) -> None:
    """Everything is known, and the home stays empty."""
    options = committed(world, home, tmp_path)
    usual = world.matrix(formats=("h5",), options=options)
    usual.store.close()
    (home / "store.sqlite").unlink()
    matrix = Matrix(usual.catalogue, usual.selection, (), options, world.machinery, dry=True)
    outlook = matrix.outlook()
    assert (2, 0, 4, 0) == (outlook.saves_known, len(outlook.saves), outlook.loads_known, outlook.loads)
    assert [] == [path.name for path in home.iterdir() if "sqlite" in path.name]


def test_a_run_keeps_what_the_reference_knew(world: World, home: pathlib.Path, tmp_path: pathlib.Path) -> None:
    """So the next run finds it in the store, without the reference."""
    options = committed(world, home, tmp_path)
    world.run(formats=("h5",), options=options)
    assert [] == world.asked
    world.run(formats=("h5",))
    assert [] == world.asked
