"""Remedies that put something of the script's own, or of an older Keras, in the place of what the file names."""

from __future__ import annotations

import contextlib
import json
import pathlib
import types
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from harness.worker.keras_api import Api
from harness.worker.remedies import resizing
from harness.worker.scenario import Unsupported
from tests.unit.worker.scene import NEW, NOT_HERE, OLD, Model, Scene

OWN_CLASS = """\
FACTOR = 2.0


def make(keras):
    class Cell:
        def call(self):
            pass

    return Cell


def build(keras):
    return make(keras)


"""


@pytest.fixture
def scene(tmp_path: pathlib.Path, api: Api) -> Scene:
    """A Keras that writes down what is done to it."""
    return Scene(tmp_path, api)


def test_custom_objects_finds_classes_made_inside_functions(scene: Scene) -> None:
    """Under the name in the file, which has a package, and under their own; neither methods nor helpers."""
    config = {"name": "call", "also": "build", "cell": {"class_name": "Trial>Cell"}}
    scene.hdf5("model.h5", {"class_name": "RNN", "config": config})
    scene.load("custom-objects", OWN_CLASS + "def data(rng):\n    return rng.rand(4, 2), None\n")
    given = scene.asked["custom_objects"]
    assert {"Cell", "Trial>Cell"} == set(given)
    assert "Cell" == given["Cell"].__name__ == given["Trial>Cell"].__name__


def test_what_the_script_says_itself_goes_first(scene: Scene) -> None:
    """Its custom_objects() may have another thing under the name."""
    scene.hdf5("model.h5", {"class_name": "Cell"})
    scene.load("custom-objects", OWN_CLASS + 'def custom_objects():\n    return {"Cell": 5, "more": 6}\n')
    assert {"Cell": 5, "more": 6} == scene.asked["custom_objects"]


def test_a_lambda_gets_what_stands_at_the_top_of_the_script(scene: Scene) -> None:
    """Its code looks up constants, modules and functions by their names."""
    scene.zip("model.keras", {"class_name": "Lambda"})
    scene.load("custom-objects", "import math\n\n" + OWN_CLASS, "keras")
    given = scene.asked["custom_objects"]
    assert (2.0, "math", "make", "Cell") == (
        given["FACTOR"],
        given["math"].__name__,
        given["make"].__name__,
        given["Cell"].__name__,
    )


def test_custom_objects_for_an_architecture_as_json(scene: Scene) -> None:
    """Which is read by another function."""
    (scene.artifact / "model.json").write_text(json.dumps({"class_name": "Cell"}))
    scene.hdf5("model.weights.h5")

    def model_from_json(text: str, custom_objects: Any = None) -> Model:
        scene.asked["custom_objects"] = custom_objects
        return scene.model(None)

    scene.api.keras.models.model_from_json = model_from_json
    scene.load("custom-objects", OWN_CLASS, "json+weights")
    assert ["Cell"] == list(scene.asked["custom_objects"])
    assert ["load model.weights.h5"] == scene.story


@pytest.mark.parametrize("remedy", ["custom-objects", "register"])
def test_a_file_that_names_nothing_of_the_script_s_own(scene: Scene, remedy: str) -> None:
    """A class that is not in the file cannot be what it lacks."""
    scene.hdf5("model.h5", {"class_name": "Dense"})
    with pytest.raises(Unsupported, match=NOT_HERE + "the file names nothing of the script's own"):
        scene.load(remedy, OWN_CLASS)


def test_register_uses_the_names_in_the_file(scene: Scene) -> None:
    """With the package that stands there; without one, a thing is known by its plain name."""
    registered: list[tuple[str, str]] = []

    def decorator(package: str, name: str) -> Callable[[Any], Any]:
        registered.append((package, name))
        return lambda thing: thing

    scene.api.keras.utils.register_keras_serializable = decorator
    scene.hdf5("model.h5", {"class_name": "Trial>Cell"})
    scene.load("register", OWN_CLASS)
    assert [("Trial", "Cell")] == registered
    assert {"Cell", "Trial>Cell"} == set(scene.known)


def test_a_class_that_is_registered_already_is_registered_again(scene: Scene) -> None:
    """Keras before 2.13 refuses a second one of the name, and before_load may have made the first."""
    text = (
        "def build(keras):\n"
        "    class Cell:\n"
        "        pass\n\n"
        "    if 'Trial>Cell' in keras.utils.get_custom_objects():\n"
        "        raise ValueError('Trial>Cell has already been registered to something')\n"
        "    keras.utils.get_custom_objects()['Trial>Cell'] = Cell\n"
        "    return keras.made(keras)\n\n\n"
    )
    scene.hdf5("model.h5")
    scene.known["another"] = object
    scene.load("rebuild", text)
    scene.load("rebuild", text)
    assert ["another", "Trial>Cell"] == list(scene.known)


@pytest.mark.parametrize(
    ("runtime", "versions", "old"),
    [
        ("keras", {"keras": "2.3.1", "tensorflow": "2.0.0"}, True),
        ("keras", {"keras": "3.3.3", "tensorflow": "2.16.1"}, False),
        ("tf.keras", {"keras": "2.2.4-tf", "tensorflow": "1.14.0"}, True),
        ("tf.keras", {"keras": "2.2.4-tf", "tensorflow": "1.15.0"}, False),
        ("tf_keras", {"keras": "2.16.0", "tensorflow": "2.16.1"}, False),
    ],
)
def test_who_samples_in_the_old_way(runtime: str, versions: dict[str, str], old: bool) -> None:
    """Standalone Keras 2, and tf.keras before TensorFlow 1.15."""
    assert old is resizing.is_old({"keras": runtime}, versions)


class UpSampling2D:
    """A layer that enlarges."""

    def __init__(self, interpolation: str) -> None:
        self.interpolation, self.size, self.data_format = interpolation, (2, 3), "channels_last"

    def call(self, inputs: Any) -> str:
        """Enlarge."""
        return "the new way"


def with_tensorflow(scene: Scene) -> None:
    """Let there be one, which only says what it is asked."""
    resize = types.SimpleNamespace(resize_bilinear=lambda images, size, **how: (size, how))
    v1 = types.SimpleNamespace(image=resize)
    tf: Any = types.SimpleNamespace(__version__="2.11.0", compat=types.SimpleNamespace(v1=v1))
    tf.executing_eagerly = lambda: True
    scene.api.tf = tf
    scene.api.keras.layers.UpSampling2D = UpSampling2D

    @contextlib.contextmanager
    def scope(objects: Any) -> Iterator[None]:
        scene.asked["scope"] = objects
        yield

    scene.api.keras.utils.custom_object_scope = scope


@pytest.mark.parametrize("format", ["h5", "weights-h5"])
def test_old_resize_puts_the_old_sampling_in(scene: Scene, format: str) -> None:
    """Both for a class that the file names and for one that the code makes."""
    with_tensorflow(scene)
    scene.hdf5("model.h5" if format == "h5" else "model_weights.h5")
    text = (
        "def build(keras):\n"
        "    model = keras.made(keras)\n"
        "    model.made = keras.layers.UpSampling2D('bilinear')\n"
        "    return model\n\n\n"
        "def load(keras, path):\n"
        "    return build(keras)\n"
    )
    layer: Any = scene.load("old-resize", text, format, OLD).made
    images = types.SimpleNamespace(shape=(None, 4, 5, 1))
    assert ([8, 15], {"align_corners": False, "half_pixel_centers": False}) == layer.call(images)
    assert isinstance(layer, scene.asked["scope"]["UpSampling2D"])
    assert "the new way" == type(layer)("nearest").call(images)
    assert scene.api.keras.layers.UpSampling2D is UpSampling2D


def test_old_resize_where_it_makes_no_difference(scene: Scene) -> None:
    """Without TensorFlow, between runtimes that sample alike, and for a model that enlarges nothing."""
    scene.hdf5("model.h5")
    for saver in (OLD, NEW):
        with pytest.raises(Unsupported, match=NOT_HERE):
            scene.load("old-resize", saver=saver)
    with_tensorflow(scene)
    with pytest.raises(Unsupported, match=NOT_HERE + "both sides sample alike"):
        scene.load("old-resize", saver=NEW)
    with pytest.raises(Unsupported, match=NOT_HERE + "nothing in the model is enlarged"):
        scene.load("old-resize", saver=OLD)
