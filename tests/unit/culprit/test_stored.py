"""The model of an artifact, and inputs like those that it was fed."""

from __future__ import annotations

import pathlib
import shutil
from typing import Any

import numpy
import pytest

from harness.culprit.spec import Sample, UnwritableError
from harness.culprit.stored import stored_spec
from harness.worker import protocol
from tests.unit.culprit import artifact


def test_model_and_samples(tmp_path: pathlib.Path) -> None:
    found = stored_spec(artifact.write(tmp_path / "one", artifact.model("Dense", "Dense")))
    assert (["Dense", "Dense"], 16) == ([each.made.name for each in found.layers], found.samples)


@pytest.mark.parametrize(
    ("fed", "sample"),
    [
        (artifact.FED, Sample(dims=(4,), kind="uniform")),
        (artifact.FED * 255, Sample(dims=(4,), kind="uniform", high=300)),
        (artifact.FED * 4 - 2, Sample(dims=(4,), high=1)),
        (numpy.arange(8).reshape(2, 4), Sample(dims=(4,), kind="integers", high=7, dtype="int64")),
        (numpy.ones((2, 4), "float32"), Sample(dims=(4,), kind="integers", low=1, high=1)),
    ],
)
def test_numbers_like_those_that_were_fed(tmp_path: pathlib.Path, fed: Any, sample: Sample) -> None:
    found = stored_spec(artifact.write(tmp_path / "one", artifact.model("Dense"), fed))
    assert sample == found.inputs[0].sample


def test_inputs_by_name(tmp_path: pathlib.Path) -> None:
    with pytest.raises(UnwritableError, match="what the input input was fed"):
        stored_spec(artifact.write(tmp_path / "one", artifact.model("Dense"), {"other": artifact.FED}))
    found = stored_spec(artifact.write(tmp_path / "two", artifact.model("Dense"), {"input": artifact.FED}))
    assert (4,) == found.inputs[0].sample.dims


def test_what_cannot_be_read(tmp_path: pathlib.Path) -> None:
    with pytest.raises(UnwritableError, match="no configuration"):
        stored_spec(artifact.write(tmp_path / "weights", None))
    with pytest.raises(UnwritableError, match="fed with words"):
        stored_spec(artifact.write(tmp_path / "words", artifact.model("Dense"), numpy.array([["a"]])))
    without = artifact.write(tmp_path / "unfed", artifact.model("Dense"))
    (without / protocol.INPUTS).unlink()
    with pytest.raises(UnwritableError, match="not known any more what"):
        stored_spec(without)
    broken = artifact.write(tmp_path / "broken", artifact.model("Dense"))
    (broken / protocol.ARTIFACT / "model.h5").write_bytes(b"\x89HDF\r\n\x1a\n")
    with pytest.raises(UnwritableError, match="cannot be read"):
        stored_spec(broken)
    shutil.rmtree(broken / protocol.ARTIFACT)
    with pytest.raises(UnwritableError, match="cannot be read"):
        stored_spec(broken)
