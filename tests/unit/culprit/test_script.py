"""A spec as Python: what it says, that it is Python, how long it is, and that both sides import their own Keras."""

from __future__ import annotations

import ast
import pathlib
from typing import Any

import pytest

from harness.culprit import script
from harness.culprit.script import Story, plain
from harness.culprit.spec import Input, Layer, Made, Ref, Sample, Spec, Table
from harness.plan import scenarios
from tests.unit.culprit.models import NEW, OLD, given, layer, side, spec

REFUSED = Story(title="It does not load", expected="it loads.", actual='TypeError: a "quote" and a \\ backslash')


def lines(model: Spec, story: Story = REFUSED, format: str = "h5", saver: Any = OLD, loader: Any = NEW) -> list[str]:
    text = plain(model, format, saver, loader, story)
    ast.parse(text)  # it is Python
    return text.splitlines()


def test_a_functional_model() -> None:
    model = spec(
        layer("dense", "left", units=3, activation="relu"),
        layer("both", ("dense", "right"), kind="Concatenate", name="both"),
        inputs=(given("left", batch=8, dtype="int32", named=True), given("right", (5, 3))),
        outputs=("both", "dense"),
    )
    said = lines(model)
    for line in (
        '    x0 = keras.layers.Input(shape=(4,), batch_size=8, dtype="int32", name="left")',
        "    x1 = keras.layers.Input(shape=(5, 3))",
        '    x2 = keras.layers.Dense(3, activation="relu")(x0)',
        '    x3 = keras.layers.Concatenate(name="both")([x2, x1])',
        "    model = keras.models.Model([x0, x1], [x3, x2])",
        "    y = [rng.rand(*said.shape) for said in model.predict(x)]",
    ):
        assert line in said


def test_a_sequential_gives_its_shape_as_it_did() -> None:
    model = spec(layer("dense", "input_1", units=3), sequential=True, compiled=None, steps=0)
    assert "    model = keras.Sequential([keras.layers.Input(shape=(4,)), keras.layers.Dense(3)])" in lines(model)
    inline = spec(layer("dense", "input_1", units=3), inputs=(given(inline=True),), sequential=True)
    assert "    model = keras.Sequential([keras.layers.Dense(3, input_shape=(4,))])" in lines(inline)
    fixed = spec(layer("dense", "input_1", units=3), inputs=(given(inline=True, batch=2),), sequential=True)
    assert "    model = keras.Sequential([keras.layers.Dense(3, batch_input_shape=(2, 4))])" in lines(fixed)


def test_a_layer_that_is_called_twice_is_made_once() -> None:
    again = Layer(name="d@1", made=Made("layers", "Dense", (("units", 4),)), takes=(Ref("d"),), of="d")
    said = lines(spec(layer("d", "input_1", units=4), again))
    at = said.index("    layer1 = keras.layers.Dense(4)")
    assert ["    x2 = layer1(x0)", "    x3 = layer1(x2)", "    model = keras.models.Model(x0, x3)"] == said[
        at + 1 : at + 4
    ]


def test_a_model_among_layers_is_made_before_it_is_called() -> None:
    inner = spec(layer("d", "input_1", units=4), sequential=True, compiled=None, name="base")
    functional = spec(layer("first", "input_1", units=4), Layer(name="m", made=inner, takes=(Ref("first"),)))
    said = lines(functional)
    made = '    inner2 = keras.Sequential([keras.layers.Input(shape=(4,)), keras.layers.Dense(4)], name="base")'
    assert [made, "    x3 = inner2(x1)"] == [line for line in said if "inner2" in line][:2]
    outer = spec(*functional.layers, sequential=True)
    assert any("keras.layers.Dense(4), inner0]" in line for line in lines(outer))


def test_one_of_several_outputs_is_named_by_its_place() -> None:
    state = Layer(name="last", made=Made("layers", "Dense", (("units", 1),)), takes=(Ref("lstm", 1),))
    model = spec(layer("lstm", "input_1", kind="LSTM", units=2, return_state=True), state)
    assert "    x2 = keras.layers.Dense(1)(x1[1])" in lines(model)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ((3, 1), "(3, 1)"),
        ((3,), "(3,)"),
        (((1, 1), (0, 2)), "((1, 1), (0, 2))"),
        (("a", "b c"), '["a", "b c"]'),
        (Made("initializers", "RandomNormal", (("stddev", 0.5),)), "keras.initializers.RandomNormal(stddev=0.5)"),
        (Made("layers", "LSTM", (("units", 2),)), "keras.layers.LSTM(2)"),
        (Table((("out", "mse"),)), '{"out": "mse"}'),
        (float("inf"), 'float("inf")'),
        (None, "None"),
        ('a "b"\n', '"a \\"b\\"\\n"'),
    ],
)
def test_values(value: Any, said: str) -> None:
    assert f"    x1 = keras.layers.Any(value={said})(x0)" in lines(
        spec(layer("any", "input_1", kind="Any", value=value))
    )


def test_each_side_imports_its_own_keras_and_draws_the_same_weights() -> None:
    said = lines(spec(layer("dense", "input_1", units=1)))
    at = said.index('if sys.argv[1] == "save":')
    assert ["    from tensorflow import keras", "    keras.utils.set_random_seed(0)"] == said[at + 1 : at + 3]
    assert "    import keras" == said[said.index("else:") + 1]
    v1 = side("tf.keras", v1=True, keras="2.2.4-tf", tensorflow="1.15.5")
    jax = side("keras", backend="jax", keras="3.4.0")
    said = lines(spec(layer("dense", "input_1", units=1)), saver=v1, loader=jax)
    assert "    tf.compat.v1.disable_v2_behavior()" in said
    assert "    tf.set_random_seed(0)" in said
    assert '    os.environ["KERAS_BACKEND"] = "jax"' in said
    legacy = side("tf_keras", keras="2.18.0", tensorflow="2.18.0")
    assert "    import tf_keras as keras" in lines(
        spec(layer("dense", "input_1", units=1)), saver=legacy, loader=legacy
    )


def test_names_people_know() -> None:
    assert ("TensorFlow 2.15.1", "Keras 3.12.0") == (OLD.name, NEW.name)
    assert "tf_keras 2.18.0" == side("tf_keras", keras="2.18.0").name
    assert "Keras 2.15.0, TensorFlow 2.15.1, Python 3.11.7" == OLD.versions


@pytest.mark.parametrize(
    ("format", "observations"),
    [(format, looked) for format in script.FORMATS for looked in ((), ("predictions",), ("weights",))]
    + [(format, ("metrics", "optimizer")) for format in ("h5", "keras", "savedmodel")]
    + [("tf-checkpoint", ("optimizer",))],
)
def test_every_script_is_short_and_says_how_to_run_it(format: str, observations: tuple[str, ...]) -> None:
    story = Story(title="It fails", expected="it loads.", actual="no " * 200, observations=observations)
    said = lines(spec(layer("dense", "input_1", units=1), sequential=True), story, format)
    assert len(said) <= script.LINES
    assert '"""It fails' == said[0]
    assert "python repro.py save    # Keras 2.15.0, TensorFlow 2.15.1, Python 3.11.7" in said
    assert all(len(line) <= 120 for line in said)


def test_inputs_are_like_those_that_were_fed() -> None:
    samples = {
        "rng.rand(16, 4).astype": Sample(dims=(4,), kind="uniform"),
        "(255 * rng.rand(16, 4)).astype": Sample(dims=(4,), kind="uniform", high=255),
        "(2 * rng.randn(16, 4)).astype": Sample(dims=(4,), high=2),
        'rng.randint(0, 8, (16, 4,)).astype("int32")': Sample(dims=(4,), kind="integers", high=7, dtype="int32"),
    }
    for said, sample in samples.items():
        model = spec(layer("dense", "x", units=1), inputs=(Input(name="x", shape=(4,), sample=sample),))
        assert any(line.startswith(f"x = {said}") for line in lines(model)), said


def test_classes_are_numbers_for_a_sparse_loss() -> None:
    compiled = Made("", "compile", (("optimizer", "adam"), ("loss", "sparse_categorical_crossentropy")))
    said = lines(spec(layer("dense", "input_1", units=3), compiled=compiled))
    assert "    y = np.argmax(rng.rand(*model.predict(x).shape), -1)" in said


def test_tensorflow_2_12_is_asked_for_the_zip_file() -> None:
    saver = side("tf.keras", keras="2.12.0", tensorflow="2.12.0")
    said = lines(spec(layer("dense", "input_1", units=1)), format="keras", saver=saver)
    assert '    model.save("model.keras", save_format="keras_v3")' in said


def test_a_scenario_can_be_read_and_run_by_the_worker(tmp_path: pathlib.Path) -> None:
    for model in (spec(layer("d", "input_1", units=1)), spec(layer("d", "input_1", units=1), compiled=None, steps=0)):
        path = tmp_path / "probe.py"
        path.write_text(script.scenario(model, "h5", OLD, ("optimizer",)))
        read, faults = scenarios.read(path)
        assert () == faults
        assert read
        assert ("h5",) == read.formats
        namespace: dict[str, Any] = {"__name__": "loading_script"}
        exec(compile(read.source, "probe", "exec"), namespace)  # noqa: S102 - our own text
        assert ("optimizer",) == namespace["OBSERVE"]
        assert ("train" in namespace) == (model.compiled is None)
