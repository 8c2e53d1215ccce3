"""What a scenario's own functions are given, when they are called, and what becomes of what they raise."""

from __future__ import annotations

import sys
import types
from typing import Any

import numpy
import pytest

from harness.model import Outcome, Stage
from harness.results.compare import judge
from harness.worker import protocol
from tests.unit import made
from tests.unit.worker.cells import BUILD, LEAST, OWN, Cells, observed, texts


def test_a_scenario_may_save_and_load_in_its_own_way(cells: Cells) -> None:
    """It is given the path that the format would have."""
    cells.save(OWN)
    assert ["model.h5.mine"] == [path.name for path in (cells.at / protocol.ARTIFACT).iterdir()]
    assert "done" == cells.load()["outcome"]


def test_a_scenario_may_write_a_file_of_its_own_format(cells: Cells) -> None:
    """Of which nothing is known: predictions alone are compared unless it asks for more."""
    saved = cells.save(OWN, "own")
    assert ["model.own.mine"] == [path.name for path in (cells.at / protocol.ARTIFACT).iterdir()]
    assert {"predictions", "sensitivity", "targets", "layers"} == set(observed(saved))
    assert ["predictions"] == observed(cells.load(format="own"))
    assert () == cells.differences()


def test_a_format_of_its_own_without_its_own_save_is_no_format(cells: Cells) -> None:
    """Nobody else can write it."""
    saved = cells.save(LEAST, "own")
    assert ("raised", "save") == (saved["outcome"], saved["step"])


def test_its_own_save_is_asked_where_the_format_is_declared_lacking(cells: Cells) -> None:
    """Keras cannot write it, but the scenario may: `model.export` writes a SavedModel in Keras 3."""
    saved = cells.save(OWN, "savedmodel")
    assert ("done", []) == (saved["outcome"], saved["notes"])
    assert "probe" not in saved["seconds"]


@pytest.mark.parametrize(
    "values",
    [
        "[rng.rand(4, 2), rng.rand(4, 2)]",
        "(rng.rand(4, 2), rng.rand(4, 2))",
        "{'b': rng.rand(4, 2), 'a': rng.rand(4, 2)}",
    ],
)
def test_several_inputs_are_fed_alike_on_both_sides(cells: Cells, values: str) -> None:
    """As a list or by name."""
    text = BUILD + f"def data(rng):\n    return {values}, rng.rand(4, 3)\n"
    if values.startswith("("):
        text = text.replace("return (", "return [").replace("), rng.rand(4, 3)", "], rng.rand(4, 3)", 1)
    said = cells.array(cells.save(text), "predictions")
    loaded = cells.load()
    assert numpy.array_equal(said, cells.array(loaded, "predictions"))
    assert "fresh_predictions" not in observed(loaded)


NESTED = BUILD + (
    "def data(rng):\n"
    "    return [{'b': rng.rand(4, 2), 'a': [rng.rand(4, 2)]}, rng.rand(4, 2)], {'y': [rng.rand(4, 3)], 'none': None}\n"
    "\n\ndef outputs(model, x):\n"
    "    return {'sum': [model.predict(x[0]['a'][0] + x[1])], 'b': model.predict(x[0]['b'])}\n"
    "\n\ndef after_load(x, y):\n"
    "    assert (list, ['a', 'b'], list) == (type(x), sorted(x[0]), type(x[0]['a']))\n"
    "    assert ((4, 3), None) == (y['y'][0].shape, y['none'])\n"
)


def test_nested_inputs_targets_and_outputs_are_the_same_on_both_sides(cells: Cells) -> None:
    """Put together again as they were; what is inside is named by its path."""
    saved = cells.save(NESTED, "json+weights")
    assert ["b", "sum/0"] == list(dict(dict(saved["observations"])["predictions"]))
    assert ["y/0"] == list(dict(dict(saved["observations"])["targets"]))
    loaded = cells.load(format="json+weights")
    assert ("done", None) == (loaded["outcome"], loaded["failure"])
    assert not {"fresh_predictions", "fresh_targets"} & set(observed(loaded))
    assert () == cells.differences()
    cells.load(NESTED.replace("rand(4, 2)],", "rand(4, 2) + 1],"), "json+weights")
    assert ["sum/0"] == [difference.where for difference in cells.differences()]


def test_a_scenario_may_say_how_its_model_is_asked(cells: Cells) -> None:
    """In whatever way, on both sides: by generating a text, or by a method of its own."""
    text = LEAST + "def outputs(model, x):\n    return [model.predict(x)[:, 0], 7 * x]\n"
    saved = cells.save(text, "json+weights")
    assert (4,) == cells.array(saved, "predictions").shape
    assert (4, 2) == cells.array(saved, "predictions", "1").shape
    assert 3e-6 < cells.array(saved, "sensitivity", "1") < 8e-6
    cells.load(text.replace("7 * x", "8 * x"), "json+weights")
    assert ["1"] == [difference.where for difference in cells.differences()]


@pytest.mark.parametrize("name", ["before_load", "after_load"])
def test_what_is_done_around_a_load_may_use_the_inputs_of_the_saving_side(cells: Cells, name: str) -> None:
    """And not those that this session would prepare: what is fitted anew is fitted on them."""
    cells.save()
    with numpy.load(cells.at / protocol.INPUTS) as kept:
        expected = kept["x/"].sum() + kept["y/"].sum()
    text = BUILD + "def data(rng):\n    return rng.rand(4, 2) + 1, rng.rand(4, 3) + 1\n\n\nKEPT = []\n\n\n"
    text += f"def {name}(x, y):\n    KEPT.append(x.sum() + y.sum())\n\n\n"
    text += "def outputs():\n    import numpy\n\n    return numpy.array(KEPT)\n"
    assert [expected] == cells.array(cells.load(text), "predictions").tolist()


def test_the_loading_side_may_change_what_it_feeds(cells: Cells) -> None:
    """The remedy for preparing data otherwise; the saving side feeds its own as they are."""
    text = LEAST + "def inputs(x):\n    return 2 * x\n"
    said = cells.array(cells.save(text), "predictions")
    assert cells.array(cells.save(), "predictions").tolist() == said.tolist()
    loaded = cells.load(text)
    numpy.testing.assert_allclose(2 * said, cells.array(loaded, "predictions"))
    assert "fresh_predictions" not in observed(loaded)
    loaded = cells.load(text.replace("rng.rand(4, 2)", "3 * rng.rand(4, 2)"))
    numpy.testing.assert_allclose(2 * said, cells.array(loaded, "predictions"))
    numpy.testing.assert_allclose(6 * said, cells.array(loaded, "fresh_predictions"))


def test_fresh_inputs_that_cannot_be_fed_are_no_refusal(cells: Cells) -> None:
    """Those of the saving side were."""
    cells.save()
    text = LEAST.replace("rng.rand(4, 2)", "rng.rand(5, 2)") + "def inputs(x):\n    return x + [[0]] * 4\n"
    loaded = cells.load(text.replace("rng.rand(5, 2)", "rng.rand(5, 3)"))
    assert "done" == loaded["outcome"]
    assert texts(loaded, "fresh_predictions")["failed"].startswith("ValueError: operands could not be broadcast")


@pytest.mark.parametrize(("asked", "step"), [("rng", "data"), ("rng, model", "build")])
def test_a_model_is_built_before_data_that_ask_for_it(cells: Cells, asked: str, step: str) -> None:
    """Otherwise after them."""
    text = f'"""T."""\n\ndef build():\n    raise RuntimeError\n\n\ndef data({asked}):\n    raise RuntimeError\n'
    assert step == cells.save(text)["step"]


def test_data_may_depend_on_the_model(cells: Cells) -> None:
    """On the loading side it is the one that was loaded, in another session and trained."""
    text = BUILD + "def data(rng, model):\n    return rng.rand(4, 2), model.get_weights()[0] * 1.0\n"
    built = cells.array(cells.save(text), "targets")
    loaded = cells.load()
    assert "fresh_predictions" not in observed(loaded)
    numpy.testing.assert_allclose(built + 0.75, cells.array(loaded, "fresh_targets"), rtol=1e-6)


SCRIPT = [
    ("import", "raise RuntimeError('no')\n" + LEAST, Stage.SCRIPT),
    ("unsupported", LEAST + "def unsupported():\n    raise RuntimeError('no')\n", Stage.SCRIPT),
    ("before_load", LEAST + "def before_load():\n    raise RuntimeError('no')\n", Stage.SCRIPT),
    ("load", LEAST + "def load():\n    raise RuntimeError('no')\n", Stage.LOAD),
    ("after_load", LEAST + "def after_load():\n    raise RuntimeError('no')\n", Stage.SCRIPT),
    ("after_load", LEAST + "def inputs():\n    raise RuntimeError('no')\n", Stage.SCRIPT),
    ("observe predictions", LEAST + "def outputs():\n    raise RuntimeError('no')\n", Stage.OBSERVE),
]


@pytest.mark.parametrize(("step", "text", "stage"), SCRIPT)
def test_what_a_loading_script_raises_itself_is_not_blamed_on_the_load(
    cells: Cells, step: str, text: str, stage: Stage
) -> None:
    """The step says which it was, and with it the stage of the verdict."""
    cells.save()
    loaded = cells.load(text)
    assert ("raised", step, "RuntimeError: no") == (loaded["outcome"], loaded["step"], loaded["reason"])
    assert stage is judge(made.attempt(), made.attempt(Outcome(loaded["outcome"]), step=loaded["step"]), ()).stage


class TensorFlow(types.SimpleNamespace):
    """TensorFlow as far as it runs eagerly or not."""

    def __init__(self) -> None:
        super().__init__(__version__="2.15.0", constant=numpy.asarray, on=True)
        self.random = types.SimpleNamespace(set_seed=numpy.random.seed)

    def executing_eagerly(self) -> bool:
        """Whether it does now."""
        return self.on

    def switch_off(self) -> None:
        """As `tf.compat.v1.disable_eager_execution` does."""
        self.on = False


EAGER = LEAST + "def outputs(eager):\n    import numpy\n\n    return numpy.array(float(eager))\n\n\n"
AT_IMPORT = "import tensorflow\n\ntensorflow.switch_off()\n"


@pytest.fixture
def tf(cells: Cells, monkeypatch: pytest.MonkeyPatch) -> Any:
    """TensorFlow below the made-up Keras."""
    cells.api.tf = TensorFlow()
    monkeypatch.setitem(sys.modules, "tensorflow", cells.api.tf)
    return cells.api.tf


@pytest.mark.parametrize(
    ("switch", "eager"),
    [("", True), (AT_IMPORT, False), ("def before_load(tf):\n    tf.switch_off()\n", False)],
    ids=["never", "at import", "before the load"],
)
def test_a_script_may_switch_eager_execution_off(cells: Cells, tf: Any, switch: str, eager: bool) -> None:
    """Its later functions are told, and how the output is put together is left out: a graph is not asked for it."""
    saved = cells.save(EAGER)
    assert 1.0 == cells.array(saved, "predictions")
    assert "tensor" == texts(saved, "settings")["output"]
    loaded = cells.load(EAGER + switch)
    assert float(eager) == cells.array(loaded, "predictions")
    assert eager == ("output" in texts(loaded, "settings"))
    assert "1" == texts(loaded, "settings")["0 trained"]
    assert "settings" not in {difference.observation for difference in cells.differences()}


def test_a_script_that_switched_eager_execution_off_says_whether_it_can_take_part(cells: Cells, tf: Any) -> None:
    """Its import comes first, on either side."""
    text = LEAST + "def unsupported(eager):\n    return None if eager else 'not in a graph'\n\n\n"
    assert "done" == cells.save(text)["outcome"]
    assert "not in a graph" == cells.save(text + AT_IMPORT)["reason"]
