"""What one save and one load observe about randomness, targets and settings, and what they note."""

from __future__ import annotations

from typing import Any

import numpy
import pytest

from harness.model import Outcome, Stage, Verdict
from harness.results.compare import judge
from harness.worker import observe
from tests.unit import made
from tests.unit.worker.cells import BUILD, LEAST, Cells, observed, texts

RANDOM = LEAST + (
    "def outputs(model, x):\n    import numpy\n\n"
    "    return [model.predict(x) + numpy.random.rand(), model.predict(x)]\n"
)


def verdict(cells: Cells) -> Verdict:
    """What the host makes of the last save and the last load, which were done."""
    return judge(made.attempt(), made.attempt(), cells.differences()).verdict


def test_a_model_that_is_random_when_it_predicts_is_asked_several_times(cells: Cells) -> None:
    """By the saving side alone; how it moves with noise on its inputs could not be told apart."""
    saved = cells.save(RANDOM, "json+weights")
    assert {"by_itself"} == {"by_itself", "sensitivity"} & set(observed(saved))
    assert {"0", "first layer"} == set(dict(dict(saved["observations"])["by_itself"]))
    assert 0.0 < cells.array(saved, "by_itself") < 1.0
    assert "by_itself" not in observed(cells.load(format="json+weights"))
    assert Verdict.CHANGED is verdict(cells)
    assert "random" in {difference.kind for difference in cells.differences()}


def test_a_model_that_says_the_same_twice_tells_its_sensitivity(cells: Cells) -> None:
    """One or the other."""
    assert {"sensitivity"} == {"by_itself", "sensitivity"} & set(observed(cells.save()))


def test_the_first_random_layer_is_named_where_layers_can_be_looked_at(
    cells: Cells, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those of a functional model; else no layer is."""
    assert {"first layer": ""} == texts(cells.save(RANDOM), "by_itself")

    def layers(api: Any, model: Any, x: Any) -> Any:
        return {"0 calm": numpy.ones(3), "1 wild": numpy.random.rand(3)}

    monkeypatch.setattr(observe, "layers", layers)
    assert {"first layer": "1 wild"} == texts(cells.save(RANDOM), "by_itself")


@pytest.mark.parametrize(
    "marked", ["model.stateful = True", "model.layers[0].stateful = True", "model._flatten_layers = lambda: [Counting]"]
)
def test_a_model_that_remembers_what_it_was_asked_is_neither_random_nor_sensitive(cells: Cells, marked: str) -> None:
    """It says something else each time, which would pass for either, and allow for any change."""
    text = LEAST + "class Counting:\n    call = stateful = True\n    count = 0\n\n\n"
    text += f"def train(model):\n    {marked}\n\n\n"
    text += "def outputs(model, x):\n    Counting.count += 1\n    return model.predict(x) + Counting.count\n"
    saved = cells.save(text)
    assert ("done", []) == (saved["outcome"], saved["notes"])
    assert not {"by_itself", "sensitivity"} & set(observed(saved))


NOTED = LEAST + (
    "class Plain:\n    def call(self):\n        pass\n\n\n"
    "class Embedding(Plain):\n    mask_zero = True\n\n\nclass Masking(Plain):\n    pass\n\n\n"
    "class Traced(Plain):\n    def call(self):\n        pass\n    call.get_concrete_function = 1\n\n\n"
    "def train(model):\n    model.call = None\n    model._flatten_layers = lambda: [{layers}]\n"
)


@pytest.mark.parametrize(
    ("layers", "notes"),
    [
        ("Traced(), Plain(), Traced()", ["call is a tf.function in: Traced"]),
        ("Plain(), Masking(), Embedding()", ["makes a mask: Embedding, Masking"]),
        ("Traced(), Masking()", ["call is a tf.function in: Traced", "makes a mask: Masking"]),
        ("Plain()", []),
        ("", []),
        ("type('Odd', (), {})", []),
    ],
)
def test_what_no_setting_in_a_file_tells_of_its_layers_is_noted(cells: Cells, layers: str, notes: list[str]) -> None:
    """By the names of their classes: those that repeat what they were traced with, and those that make a mask."""
    saved = cells.save(NOTED.replace("{layers}", layers))
    assert ("done", notes) == (saved["outcome"], saved["notes"])


def test_a_model_is_saved_before_it_is_asked_again(cells: Cells) -> None:
    """Asking may change it: the file is of what it said first."""
    text = LEAST + "def outputs(model, x):\n    model.layers[0].kernel[:] += 1\n    return model.predict(x)\n"
    said = cells.array(cells.save(text, "json+weights"), "predictions")
    loaded = cells.load(LEAST, "json+weights")
    assert "done" == loaded["outcome"]
    assert numpy.array_equal(said, cells.array(loaded, "predictions"))


def test_a_model_that_cannot_be_asked_twice_is_saved_all_the_same(cells: Cells) -> None:
    """With a note; nothing is known of its randomness nor of its sensitivity."""
    text = LEAST + "ASKED = []\n\n\ndef outputs(model, x):\n    ASKED.append(1)\n    assert ASKED == [1], 'once'\n"
    saved = cells.save(text + "    return model.predict(x)\n")
    assert ("done", ["it cannot be asked twice: AssertionError: once"]) == (saved["outcome"], saved["notes"])
    assert not {"by_itself", "sensitivity"} & set(observed(saved))


def test_a_model_that_cannot_predict_where_it_is_to_be_saved_is_told_by_its_step(cells: Cells) -> None:
    """Nothing was tried to be saved, so the format is not to blame."""
    saved = cells.save(LEAST + "def outputs():\n    raise RuntimeError('no')\n")
    assert ("raised", "observe predictions") == (saved["outcome"], saved["step"])
    judged = judge(made.attempt(Outcome(saved["outcome"]), step=saved["step"]), None, ())
    assert (Verdict.UNSUPPORTED, Stage.OBSERVE) == (judged.verdict, judged.stage)


@pytest.mark.parametrize(
    ("targets", "observes", "found"),
    [
        ("rng.rand(4, 3)", False, Verdict.IDENTICAL),
        ("rng.rand(4, 3) + 1e-9", True, Verdict.IDENTICAL),
        ("rng.rand(4, 3) + 1", True, Verdict.CHANGED),
        ("rng.rand(4, 2)", True, Verdict.CHANGED),
        ("None", True, Verdict.CHANGED),
    ],
)
def test_targets_that_a_new_session_prepares_otherwise_are_a_change(
    cells: Cells, targets: str, observes: bool, found: Verdict
) -> None:
    """Whoever goes on training, or reads classes off by number, is misled; rounding alone misleads nobody."""
    cells.save(format="json+weights")
    loaded = cells.load(BUILD + f"def data(rng):\n    return rng.rand(4, 2), {targets}\n", "json+weights")
    assert observes == ("fresh_targets" in observed(loaded))
    assert "fresh_predictions" not in observed(loaded)
    assert found is verdict(cells)


def test_settings_are_told_by_both_sides_and_make_a_cell_incomplete(cells: Cells) -> None:
    """Where the format carries the architecture."""
    saved = cells.save(format="json+weights")
    told = {"0 trained": "1", "0 precision": "float32", "output": "tensor", "mask of the output": "none"}
    assert told == texts(saved, "settings")
    assert told == texts(cells.load(format="json+weights"), "settings")
    cells.load(LEAST + "def after_load(model):\n    model.layers[0].dtype = 'float64'\n", "json+weights")
    assert Verdict.INCOMPLETE is verdict(cells)
    assert ["settings 0 precision: float32 became float64"] == [each.detail for each in cells.differences()]


def test_settings_are_told_where_what_is_done_after_the_load_fails(cells: Cells) -> None:
    """What is set in the model may be why."""
    cells.save()
    loaded = cells.load(LEAST + "def after_load():\n    raise RuntimeError('no')\n")
    assert ("raised", "after_load", ["settings"]) == (loaded["outcome"], loaded["step"], observed(loaded))


def test_settings_that_cannot_be_told_decide_nothing(cells: Cells) -> None:
    """Neither on the loading side nor on the saving one."""
    broken = LEAST + "def {}(model):\n    model.layers[0].__class__ = type('Odd', (type(model.layers[0]),), {{\n"
    broken += "        'trainable_weights': None}})\n"
    cells.save(format="json+weights")
    loaded = cells.load(broken.format("after_load"), "json+weights")
    assert texts(loaded, "settings")["failed"].startswith("TypeError")
    assert Verdict.IDENTICAL is verdict(cells)
    cells.save(broken.format("train"), "json+weights")
    cells.load(LEAST, "json+weights")
    assert Verdict.IDENTICAL is verdict(cells)


LATE = LEAST + (
    "def load(keras, path):\n    model = keras.models.load_model(path)\n    model.optimizer.build([])\n"
    "    layer = {layer}\n    layer.name, layer.built, layer.later = 'late', {before}, {later}\n"
    "    model._flatten_layers = lambda: [layer]\n    return model\n\n\n"
    "def outputs(model, x):\n"
    "    for layer in getattr(model, '_flatten_layers', list)():\n        layer.built = layer.later\n"
    "    return model.predict(x)\n"
)
NOTE = "not built when it had been loaded: "


@pytest.mark.parametrize(
    ("layer", "before", "later", "notes"),
    [
        ("model.layers[0]", False, True, [NOTE + "late"]),
        ("model.layers[0]", True, True, []),
        ("keras.layers.InputLayer()", False, True, []),
        ("type('Unused', (), {'weights': property(lambda self: 1 / 0)})()", False, False, []),
    ],
    ids=["built too late", "built in time", "without weights", "never built, and may not be asked"],
)
def test_a_layer_that_was_not_built_when_it_had_been_loaded_is_noted(
    cells: Cells, layer: str, before: bool, later: bool, notes: list[str]
) -> None:
    """What the file had for it has nowhere gone; a layer without weights has nothing to lose."""
    text = LATE.replace("{layer}", layer).replace("{before}", str(before)).replace("{later}", str(later))
    assert [] == cells.save(text)["notes"]
    loaded = cells.load()
    assert ("done", notes) == (loaded["outcome"], loaded["notes"])


@pytest.mark.parametrize(
    ("format", "load", "notes"),
    [
        ("h5", "", [NOTE + "the optimizer"]),
        ("json+weights", "", []),
        ("h5", "    model.optimizer.build([])\n", []),
        ("h5", "    model.optimizer = None\n", []),
    ],
)
def test_an_optimizer_that_was_not_built_when_it_had_been_loaded_is_noted(
    cells: Cells, format: str, load: str, notes: list[str]
) -> None:
    """If the format carries one; what is done after the load comes too late."""
    text = LEAST + f"def load(keras, path):\n    model = keras.models.load_model(path)\n{load}    return model\n\n\n"
    text += "def after_load(model):\n    if model.optimizer:\n        model.optimizer.build([])\n"
    cells.save(text.replace("def load", "def save(model, path):\n    model.save(path)\n\n\ndef load"), format)
    assert notes == cells.load(format=format)["notes"]


def test_whatever_an_own_load_returns_may_predict_and_nothing_else(cells: Cells) -> None:
    """It need not be a Keras model."""
    text = LEAST + (
        "def load():\n    import types\n\n    return types.SimpleNamespace(_flatten_layers=3)\n\n\n"
        "def outputs(x):\n    return x\n"
    )
    cells.save(text, "json+weights")
    loaded = cells.load(format="json+weights")
    assert ("done", []) == (loaded["outcome"], loaded["notes"])
