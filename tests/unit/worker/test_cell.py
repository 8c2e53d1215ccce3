"""One save and one load from request to answer."""

from __future__ import annotations

import json
import pathlib
import random
from typing import Any

import numpy
import pytest

from harness.worker import cell, formats, protocol
from tests.unit.worker.cells import BUILD, DATA, LEAST, OWN, Cells, observed


@pytest.mark.parametrize(
    ("format", "more"),
    [
        ("h5", {"weights", "architecture", "settings", "metrics", "optimizer"}),
        ("keras", {"weights", "architecture", "settings", "metrics", "optimizer"}),
        ("json+weights", {"weights", "architecture", "settings"}),
        ("weights-h5", {"weights"}),
        ("code", set()),
    ],
)
def test_a_save_and_its_load_are_done_and_observe_the_same(cells: Cells, format: str, more: set[str]) -> None:
    """What the format carries, besides predictions; only the saving side tells its sensitivity, targets and layers."""
    saved = cells.save(format=format)
    assert ("done", None) == (saved["outcome"], saved["failure"])
    said = cells.array(saved, "predictions")
    loaded = cells.load(format=format)
    assert ("done", None) == (loaded["outcome"], loaded["failure"])
    assert {"predictions", "sensitivity", "targets", "layers", *more} == set(observed(saved))
    assert {"predictions", *more} == set(observed(loaded)) - {"layers"}
    assert (format != "code") == numpy.array_equal(said, cells.array(loaded, "predictions"))


def test_an_answer_tells_versions_times_memory_and_the_last_step(cells: Cells) -> None:
    """Every step that was gone through has its seconds."""
    saved = cells.save()
    assert (protocol.VERSION, "3.0.0") == (saved["protocol"], saved["versions"]["keras"])
    assert "observe settings" == saved["step"]
    assert {"import", "unsupported", "data", "build", "compile", "train", "save"} <= set(saved["seconds"])
    assert all(seconds >= 0 for seconds in saved["seconds"].values())
    assert saved["memory"] > 2**20


def test_the_same_code_saves_the_same_model_again(cells: Cells) -> None:
    """Whatever was drawn before."""
    weights = []
    for _ in range(2):
        numpy.random.seed()
        weights.append(cells.array(cells.save(), "weights", "0/0").tolist())
    assert weights[0] == weights[1]


def test_the_saving_side_seeds_every_source_of_randomness(cells: Cells) -> None:
    """Python's own too: initialisers draw their seeds from it."""
    text = LEAST + "def train(model):\n    import random\n\n    model.layers[0].kernel[:] = random.random()\n"
    weights = []
    for _ in range(2):
        random.seed()
        weights.append(cells.array(cells.save(text), "weights", "0/0").tolist())
    assert weights[0] == weights[1]


def test_a_model_built_anew_is_another_one(cells: Cells) -> None:
    """The loading side has fresh randomness: losing the weights has to show."""
    said = cells.array(cells.save(format="code"), "predictions")
    numpy.random.seed()
    assert not numpy.array_equal(said, cells.array(cells.load(format="code"), "predictions"))


def test_data_that_a_new_session_prepares_otherwise_is_predicted_afresh(cells: Cells) -> None:
    """The saving side's inputs are fed too, so that the two can be told apart."""
    cells.save(LEAST)
    said = cells.array(cells.load(LEAST.replace("rng.rand(4, 2)", "2 * rng.rand(4, 2)")), "predictions")
    loaded = json.loads((cells.at / "answer.json").read_text())
    assert "fresh_predictions" in observed(loaded)
    numpy.testing.assert_allclose(2 * said, cells.array(loaded, "fresh_predictions"))


@pytest.mark.parametrize(
    "text",
    [
        LEAST,
        pytest.param(BUILD.replace("(keras)", "(keras, rng)").replace("return", "rng.rand(3)\n    return") + DATA),
        pytest.param(LEAST + "def before_load(rng):\n    rng.rand(3)\n"),
    ],
)
def test_data_from_rng_is_the_same_on_both_sides(cells: Cells, text: str) -> None:
    """Whoever else draws from it: a change of predictions would be told where there is none."""
    cells.save(text, "json+weights" if "build(keras, rng)" not in text else "code")
    loaded = cells.load(format="json+weights" if "build(keras, rng)" not in text else "code")
    assert "done" == loaded["outcome"]
    assert "fresh_predictions" not in observed(loaded)


def test_layers_are_told_where_predictions_part(cells: Cells) -> None:
    """On the loading side only then, for it costs a model more."""
    assert "layers" not in observed(_loaded(cells, "pass"))
    assert "layers" in observed(_loaded(cells, "model.layers[0].kernel[:] = 9"))


def _loaded(cells: Cells, after: str) -> dict[str, Any]:
    cells.save(LEAST)
    return cells.load(f"{LEAST}def after_load(model):\n    {after}\n")


def test_parameters_reach_the_scenario(cells: Cells) -> None:
    """By name, as values."""
    text = (
        LEAST.replace("(keras)", "(keras, units)")
        .replace("Dense(2, 3)", "Dense(2, units)")
        .replace("rand(4, 3)", "rand(4, 1)")
    )
    assert (2, 5) == cells.array(cells.save(text, units=5), "weights", "0/0").shape


@pytest.mark.parametrize(
    ("asked", "more"),
    [
        ('("weights",)', {"weights"}),
        ("()", set()),
        ('["resume", "metrics"]', {"resume", "metrics"}),
        ('("settings",)', {"settings"}),
        ('("architecture",)', {"architecture", "settings"}),
    ],
)
def test_a_scenario_may_say_what_is_observed(cells: Cells, asked: str, more: set[str]) -> None:
    """Instead of what the format carries."""
    text = f"{LEAST}OBSERVE = {asked}\n"
    saved = cells.save(text)
    assert {"predictions", "sensitivity", "targets", "layers", *more} == set(observed(saved))
    assert {"predictions", *more} == set(observed(cells.load())) - {"layers"}


def test_an_observation_that_fails_does_not_fail_the_cell(cells: Cells) -> None:
    """Its failure is what was observed."""
    saved = cells.save(LEAST + "def train(model):\n    model.count_params = None\n")
    assert "done" == saved["outcome"]
    told = dict(dict(saved["observations"])["architecture"])["failed"]["text"]
    assert told.startswith("TypeError: 'NoneType' object is not callable")


RAISING = [
    ("import", "raise RuntimeError('no')\n" + LEAST, 1),
    ("unsupported", LEAST + "def unsupported():\n    raise RuntimeError('no')\n", 13),
    ("data", BUILD + "def data(rng):\n    raise RuntimeError('no')\n", 9),
    ("build", '"""T."""\n\ndef build(keras):\n    raise RuntimeError("no")\n\n' + DATA, 4),
    ("compile", LEAST + "def compile(model):\n    raise RuntimeError('no')\n", 13),
    ("train", LEAST + "def train(model):\n    raise RuntimeError('no')\n", 13),
    ("save", LEAST + "def save(model):\n    raise RuntimeError('no')\n", 13),
]


@pytest.mark.parametrize(("step", "text", "line"), RAISING)
def test_an_exception_is_told_with_its_step_and_its_line(cells: Cells, step: str, text: str, line: int) -> None:
    """Type, message, traceback, and where in the scenario it arose."""
    saved = cells.save(text)
    assert ("raised", step, "RuntimeError: no") == (saved["outcome"], saved["step"], saved["reason"])
    told = saved["failure"]
    assert ("RuntimeError", "no", step, str(cells.last), line) == (
        told["type"],
        told["message"],
        told["step"],
        told["path"],
        told["line"],
    )
    assert "Traceback (most recent call last)" in told["traceback"]


@pytest.mark.parametrize(
    ("text", "step", "reason"),
    [
        (BUILD, "data", "NameError: the scenario defines no function data()"),
        ('"""T."""\n' + DATA, "build", "NameError: the scenario defines no function build()"),
        (
            BUILD + "def data(rng):\n    return [1, 2]\n",
            "data",
            "TypeError: data() is to return a tuple (x, y), not list",
        ),
        (
            BUILD + "def data(rng):\n    return 1, 2, 3\n",
            "data",
            "TypeError: data() is to return a tuple (x, y), not tuple",
        ),
        (
            '"""T."""\n\ndef build(keras):\n    pass\n\n' + DATA,
            "build",
            "TypeError: build() returned None instead of a model",
        ),
        ("def (\n", "import", "SyntaxError: invalid syntax"),
        (LEAST + "raise SystemExit('bye')\n", "import", "SystemExit: bye"),
        (LEAST + "raise KeyboardInterrupt\n", "import", "KeyboardInterrupt: "),
        (LEAST + "def train():\n    raise ValueError('first\\nsecond')\n", "train", "ValueError: first"),
        (LEAST + "def train():\n    raise ValueError('')\n", "train", "ValueError: "),
        (LEAST + "def train():\n    raise MemoryError\n", "train", "MemoryError: "),
        (
            LEAST + "def train():\n    f = lambda: f()\n    f()\n",
            "train",
            "RecursionError: maximum recursion depth exceeded",
        ),
    ],
)
def test_whatever_a_scenario_does_there_is_an_answer(cells: Cells, text: str, step: str, reason: str) -> None:
    """Also when it leaves by itself."""
    saved = cells.save(text)
    assert ("raised", step) == (saved["outcome"], saved["step"])
    assert saved["reason"].startswith(reason)


def test_an_exception_that_cannot_be_printed_is_told_all_the_same(cells: Cells) -> None:
    """By its type at least."""
    text = LEAST + "class Odd(Exception):\n    def __str__(self):\n        1 / 0\n\n\ndef train():\n    raise Odd\n"
    assert cells.save(text)["reason"].startswith("Odd")


def test_what_a_runtime_cannot_take_part_in_is_unsupported(cells: Cells) -> None:
    """With the scenario's reason, before anything is built."""
    saved = cells.save(LEAST + "def unsupported(tf):\n    return 'needs TensorFlow' if tf is None else None\n")
    assert ("unsupported", "needs TensorFlow", None) == (saved["outcome"], saved["reason"], saved["failure"])
    assert "build" not in saved["seconds"]


def test_a_format_that_is_declared_lacking_is_tried_all_the_same(cells: Cells, monkeypatch: pytest.MonkeyPatch) -> None:
    """It fails, and the answer tells how."""
    monkeypatch.setattr(cells.api.keras.Model, "save", _refusing)
    saved = cells.save(format="savedmodel")
    assert ("unsupported", "Keras 3 no longer writes a Keras model as SavedModel (tried: ValueError: so it is)") == (
        saved["outcome"],
        saved["reason"],
    )


def _refusing(self: Any, path: str, save_format: str = "") -> None:
    raise ValueError("so it is\nand more")


def test_another_format_under_the_name_is_still_unsupported(cells: Cells, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keras before 2.12 writes HDF5 and calls it .keras."""
    monkeypatch.setattr(formats.KerasZip, "lacking", lambda self, api: "so old")
    monkeypatch.setattr(formats.KerasZip, "written", lambda self, folder: False)
    saved = cells.save(format="keras")
    assert ("unsupported", "so old (tried: so it is)") == (saved["outcome"], saved["reason"])


@pytest.mark.parametrize(
    "format",
    [
        "savedmodel",
        pytest.param("tf-checkpoint"),
    ],
)
def test_a_declaration_that_is_wrong_is_noted_and_the_save_goes_on(cells: Cells, format: str) -> None:
    """An alarm: something that was lacking works now."""
    saved = cells.save(format=format)
    assert ("done", 1) == (saved["outcome"], len(saved["notes"]))
    assert saved["notes"][0].startswith("declared unsupported, yet it can be saved: Keras 3")


def test_a_load_that_raises_is_told_with_its_step(cells: Cells) -> None:
    """The refusal of a loader is what this is all about."""
    cells.save()
    (cells.place / protocol.ARTIFACT / "model.h5").write_bytes(b"rubbish")
    loaded = cells.load()
    assert ("raised", "load", "load") == (loaded["outcome"], loaded["step"], loaded["failure"]["step"])
    assert ("", 0) == (loaded["failure"]["path"], loaded["failure"]["line"])


def test_data_that_cannot_be_prepared_anew_is_no_refusal(cells: Cells) -> None:
    """The model was loaded and says the same."""
    cells.save()
    loaded = cells.load(BUILD + "def data():\n    raise RuntimeError('numpy has no such function any more')\n")
    assert "done" == loaded["outcome"]


def test_a_model_without_targets_is_observed_alike_on_both_sides(cells: Cells) -> None:
    """Its loss is its own."""
    text = BUILD + (
        "def data(rng):\n    return rng.rand(4, 2), None\n\n\ndef train(model):\n"
        "    model.evaluate = lambda x, y, verbose: [float(y is None)]\n    model.metrics_names = ['loss']\n"
    )
    saved = cells.save(text)
    one = cells.array(saved, "metrics")
    loaded = cells.load(text + "\n\ndef after_load(model):\n    train(model)\n")
    assert one == cells.array(loaded, "metrics")


def test_a_model_that_says_texts_can_be_observed(cells: Cells) -> None:
    """TensorFlow gives them as an object array of bytes."""
    text = LEAST + (
        "def train(model):\n    import numpy\n\n"
        "    model.predict = lambda x, verbose=0: numpy.array([b'yes'] * 4, dtype=object)\n"
    )
    assert ["yes"] * 4 == cells.array(cells.save(text), "predictions").astype(str).tolist()


@pytest.mark.parametrize("format", sorted(set(protocol.FORMATS)))
def test_every_format_writes_below_the_artifact_only(
    cells: Cells, format: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Under a name by which Keras knows the format."""
    before = {path.name for path in cells.folder.iterdir()}
    monkeypatch.setattr(formats.DotWeightsH5, "written", lambda self, folder: True)
    assert "done" == cells.save(OWN if format == "own" else LEAST, format)["outcome"]
    assert {"case.py", "save1"} == {path.name for path in cells.folder.iterdir()} - before
    known: Any = formats.ALL[format]
    path = pathlib.Path(known.path(str(cells.at / protocol.ARTIFACT)))
    assert (cells.at / protocol.ARTIFACT) in (path, *path.parents)


def test_an_unavailable_keras_is_answered_as_such(tmp_path: pathlib.Path) -> None:
    """With the reason, and nothing else."""
    cell.unavailable({"answer": str(tmp_path / "answer.json")}, "ImportError: no keras")
    told = json.loads((tmp_path / "answer.json").read_text())
    assert ("unavailable", "Keras cannot be imported: ImportError: no keras") == (told["outcome"], told["reason"])
