"""What each remedy of the loading side does, in which order, and when it says that it could not be tried."""

from __future__ import annotations

import ast
import pathlib
import types

import pytest

from harness import paths
from harness.worker import remedies
from harness.worker.keras_api import Api
from harness.worker.scenario import Unsupported
from tests.unit.worker.scene import NOT_HERE, Layer, Model, Scene

LOAD_MODEL = "def load(keras, path):\n    return keras.models.load_model(path)\n\n\n"
COMPILE = 'def compile(model):\n    model.compile(optimizer="sgd", loss="mse")\n\n\n'


@pytest.fixture
def scene(tmp_path: pathlib.Path, api: Api) -> Scene:
    """A Keras that writes down what is done to it."""
    return Scene(tmp_path, api)


def test_compile_false_compiles_again_as_the_script_does(scene: Scene) -> None:
    """After the file was loaded without compiling."""
    scene.hdf5("model.h5")
    scene.load("compile-false", COMPILE)
    assert ["load_model model.h5", "compile as in the script"] == scene.story
    assert scene.asked["compile"] is False
    assert scene.api.keras.models.load_model.__name__ == "load_model"  # and no longer the one that was put in its place


def test_options_reach_a_load_of_the_script_s_own(scene: Scene) -> None:
    """It calls load_model as well."""
    scene.load("compile-false", LOAD_MODEL)
    scene.load("safe-mode-off", LOAD_MODEL)
    assert {"custom_objects": None, "compile": True, "safe_mode": False} == scene.asked


@pytest.mark.parametrize("remedy", ["compile-false", "safe-mode-off"])
@pytest.mark.parametrize("ending", ["return keras.made(keras)", "raise ValueError('before that')"])
def test_a_load_that_never_loads_a_whole_model(scene: Scene, remedy: str, ending: str) -> None:
    """Its outcome would say nothing about the remedy."""
    with pytest.raises(Unsupported, match=NOT_HERE + "the loading code calls no load_model"):
        scene.load(remedy, f"def load(keras, path):\n    {ending}\n\n\n")


def test_unsafe_deserialization_is_switched_on_before_loading(scene: Scene) -> None:
    """For Keras 3, and for versions of Keras 2 that have it elsewhere."""
    with pytest.raises(Unsupported, match=NOT_HERE):
        scene.load("unsafe-deserialization")
    switch = types.SimpleNamespace(enable_unsafe_deserialization=lambda: scene.story.append("unsafe"))
    for place in ("config", "__internal__"):
        scene.story.clear()
        setattr(scene.api.keras, place, switch)
        scene.load("unsafe-deserialization")
        assert ["unsafe", "load_model model.h5"] == scene.story
        delattr(scene.api.keras, place)


@pytest.mark.parametrize(
    ("name", "zipped", "now"), [("model.keras", False, "model.h5"), ("model.h5", True, "model.keras")]
)
def test_rename_file_gives_a_whole_model_the_ending_of_its_content(
    scene: Scene, name: str, zipped: bool, now: str
) -> None:
    """HDF5 under .keras, and a zip file under .h5, with the custom objects of the script."""
    (scene.zip if zipped else scene.hdf5)(name)
    scene.load(
        "rename-file", 'def custom_objects():\n    return {"a": 1}\n', "keras" if name.endswith("keras") else "h5"
    )
    assert [f"load_model {now}"] == scene.story
    assert {"a": 1} == scene.asked["custom_objects"]


@pytest.mark.parametrize(
    ("name", "old", "now"),
    [("model.weights.h5", True, "model.h5"), ("model_weights.h5", False, "model_weights.weights.h5")],
)
def test_rename_file_gives_weights_the_ending_of_their_layout(scene: Scene, name: str, old: bool, now: str) -> None:
    """The old one is called .h5, the one with a group for every object .weights.h5."""
    scene.hdf5(name, old=old)
    scene.load("rename-file", format="weights-h5")
    assert [f"load {now}"] == scene.story[-1:]


def test_a_file_with_the_right_name_is_not_renamed(scene: Scene) -> None:
    """Unless it is the script that opens it under another one."""
    scene.hdf5("model.h5")
    with pytest.raises(Unsupported, match=NOT_HERE + "the file has the name that fits"):
        scene.load("rename-file")
    scene.load("rename-file", LOAD_MODEL)
    assert ["load_model model.h5"] == scene.story


def test_finalize_state_of_every_layer_that_has_it(scene: Scene) -> None:
    """Also of one inside another."""
    scene.layers = [Layer("outer", scene.story, Layer("inner", scene.story))]
    scene.load("finalize-state")
    assert ["load_model model.h5", "finalize outer", "finalize inner"] == scene.story
    scene.layers = []
    with pytest.raises(Unsupported, match=NOT_HERE + "no layer"):
        scene.load("finalize-state")


@pytest.mark.parametrize(
    ("remedy", "story"),
    [
        ("call-then-load", ["load_model model.h5", "ask", "load model.h5"]),
        ("rebuild", ["compile", "load model.h5"]),
        ("load-before-compile", ["load model.h5", "compile"]),
        ("build-first", ["compile", "ask", "load model.h5"]),
        ("build-optimizer", ["compile", "build optimizer", "load model.h5"]),
        ("quantize-then-load", ["compile", "ask", "quantize float8", "load model.h5"]),
    ],
)
def test_the_order_in_which_things_are_done(scene: Scene, remedy: str, story: list[str]) -> None:
    """Which is the whole remedy; how to quantise stands in the file."""
    scene.hdf5("model.h5", {"dtype": "float8_from_float32"})
    scene.load(remedy, COMPILE)
    assert [step.replace("compile", "compile as in the script") for step in story] == scene.story


def test_int8_where_the_file_does_not_say_how_it_was_quantised(scene: Scene) -> None:
    """As in a file of weights alone."""
    scene.hdf5("model.weights.h5", old=False)
    scene.load("quantize-then-load", format="weights.h5")
    assert "quantize int8" in scene.story


@pytest.mark.parametrize(("remedy", "lacks"), [("quantize-then-load", "quantize"), ("build-optimizer", "build")])
def test_a_keras_without_it(scene: Scene, remedy: str, lacks: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Cannot try the remedy."""
    scene.hdf5("model.h5")
    monkeypatch.delattr(Model, "quantize")
    text = "def compile(model):\n    model.optimizer = 5\n\n\n"
    with pytest.raises(Unsupported, match=NOT_HERE):
        scene.load(remedy, text)


def _inside(scene: Scene) -> None:
    story = scene.story
    scene.layers = [Layer("inner", story, Layer("first", story), Layer("second", story)), Layer("last", story)]


def test_freeze_as_saved_follows_the_configuration(scene: Scene) -> None:
    """While the weights are loaded, and no longer."""
    _inside(scene)
    flags = {"first": False, "second": True}
    inner = [{"class_name": "Dense", "config": {"trainable": flag}} for flag in flags.values()]
    config = [
        {"class_name": "InputLayer", "config": {"trainable": False}},
        {"class_name": "Sequential", "config": {"layers": inner}},
    ]
    scene.hdf5("model.h5", {"class_name": "Functional", "config": {"layers": config}})
    model = scene.load("freeze-as-saved")
    assert ["first"] == model.frozen
    assert all(layer.trainable for layer in scene.layers[0].layers)


def test_freeze_as_saved_without_a_configuration(scene: Scene) -> None:
    """Whole models inside are tried, and nothing where there are none."""
    scene.hdf5("model_weights.h5")
    with pytest.raises(Unsupported, match=NOT_HERE + "the same layers are trained"):
        scene.load("freeze-as-saved", format="weights-h5")
    _inside(scene)
    assert ["inner", "first", "second"] == scene.load("freeze-as-saved", format="weights-h5").frozen


@pytest.mark.parametrize("remedy", ["rebuild", "weights-by-hand"])
@pytest.mark.parametrize("format", ["code", "own", "h5", "tf-checkpoint"])
def test_without_a_file_that_holds_weights(scene: Scene, remedy: str, format: str) -> None:
    """It is known before anything is built."""
    if format in ("code", "own"):
        scene.hdf5("model.own")  # nothing is known of it, even if it could be read
    with pytest.raises(Unsupported, match=NOT_HERE):
        scene.load(remedy, format=format)
    assert [] == scene.story


def test_a_savedmodel_is_not_given_to_load_weights(scene: Scene) -> None:
    """Its arrays are read by hand."""
    (scene.artifact / "model").mkdir()
    (scene.artifact / "model" / "saved_model.pb").touch()
    with pytest.raises(Unsupported, match=NOT_HERE):
        scene.load("rebuild", format="savedmodel")
    with pytest.raises(ValueError, match="takes TensorFlow"):
        scene.load("weights-by-hand", format="savedmodel")


def test_weights_are_found_under_the_name_that_a_script_gave_them(scene: Scene) -> None:
    """Where the file of the format is not there."""
    scene.hdf5("kept by the script.h5")
    scene.load("rebuild")
    assert "load kept by the script.h5" in scene.story


def test_every_module_is_named_by_the_remedies_that_use_it() -> None:
    """The key of a trial covers the modules that a remedy names, and not what those import."""
    folder = paths.WORKER / "remedies"
    inside = {path.stem for path in folder.glob("*.py")}
    for path in folder.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom) and node.level == 1 and path.stem != "__init__":
                pytest.fail(f"{path.name} imports {[alias.name for alias in node.names]}, of {sorted(inside)}")


def test_each_remedy_is_known_by_its_id() -> None:
    """And nothing else in the package is public."""
    public = [
        name for name, thing in vars(remedies).items() if isinstance(thing, types.FunctionType) and name[0] != "_"
    ]
    assert sorted(remedies.ALL) == sorted(name.replace("_", "-") for name in public)
