"""Stored configurations of Keras 2 and 3 become specs; what plain Keras cannot say is told."""

from __future__ import annotations

from typing import Any

import pytest

from harness.culprit.reading import spec_of
from harness.culprit.spec import Layer, Made, Ref, Sample, Spec, UnwritableError

SAMPLES = [Sample(dims=(4,)), Sample(dims=(3,))]
UNIFORM = {"class_name": "GlorotUniform", "config": {"seed": None}}
ZEROS: dict[str, Any] = {"module": "keras.initializers", "class_name": "Zeros", "config": {}, "registered_name": None}
# As TensorFlow 2.15 and Keras 3 write it, with everything that every Dense has.
DENSE = {
    "name": "dense", "trainable": True, "dtype": "float32", "units": 2, "activation": "linear", "use_bias": True,
    "kernel_initializer": UNIFORM, "bias_initializer": ZEROS, "kernel_regularizer": None, "bias_constraint": None,
}  # fmt: skip


def layer(kind: str, config: dict[str, Any], *inbound: Any, **more: Any) -> dict[str, Any]:
    return {"class_name": kind, "config": config, "name": config.get("name"), "inbound_nodes": list(inbound), **more}


def sequential(*layers: dict[str, Any]) -> dict[str, Any]:
    return {"class_name": "Sequential", "config": {"name": "sequential", "layers": list(layers)}}


def functional(*layers: dict[str, Any], inputs: Any = (("input_1", 0, 0),), outputs: Any) -> dict[str, Any]:
    config = {"name": "model", "layers": list(layers), "input_layers": [list(each) for each in inputs]}
    return {"class_name": "Functional", "config": {**config, "output_layers": [list(each) for each in outputs]}}


def input_2(name: str = "input_1", shape: Any = (None, 4)) -> dict[str, Any]:
    return layer("InputLayer", {"batch_input_shape": list(shape), "dtype": "float32", "sparse": False, "name": name})


def read(configuration: Any, training: Any = None, samples: Any = SAMPLES) -> Spec:
    return spec_of(configuration, training, samples, 16)


def arguments(layer: Layer) -> tuple[tuple[str, Any], ...]:
    assert isinstance(layer.made, Made)
    return layer.made.arguments


def dense(units: int, **more: Any) -> Made:
    return Made("layers", "Dense", (("units", units), *more.items()))


def test_only_arguments_that_say_something_stay() -> None:
    spec = read(sequential(input_2(), layer("Dense", {**DENSE, "activation": "relu", "use_bias": False})))
    assert (dense(2, activation="relu", use_bias=False),) == tuple(each.made for each in spec.layers)
    assert spec.sequential
    assert (Ref("dense"),) == spec.outputs


def test_an_activation_is_given_even_if_it_is_the_usual_one() -> None:
    (found,) = read(sequential(input_2(), layer("Activation", {"name": "activation", "activation": "linear"}))).layers
    assert (("activation", "linear"),) == arguments(found)


def test_a_first_layer_that_gives_the_shape_keeps_giving_it() -> None:
    """TensorFlow 2 writes an InputLayer beside the shape in the first layer; Keras before 2.2 wrote a bare list."""
    first = layer("Dense", {**DENSE, "batch_input_shape": [None, 4]})
    for configuration in (sequential(input_2("dense_input"), first), {"class_name": "Sequential", "config": [first]}):
        (given,) = read(configuration).inputs
        assert (True, (4,), None) == (given.inline, given.shape, given.batch)
    (given,) = read(sequential(input_2(), layer("Dense", DENSE))).inputs
    assert not given.inline


def test_calls_of_keras_2() -> None:
    """A list of tensors, and tensors by name."""
    attention = {"name": "attention", "dtype": "float32", "use_scale": True}
    heads = {"name": "heads", "num_heads": 2, "key_dim": 3, "query_shape": [None, 5, 4], "attention_axes": [1]}
    spec = read(
        functional(
            input_2(),
            layer("Dense", DENSE, [["input_1", 0, 0, {}]]),
            layer("Attention", attention, [["input_1", 0, 0, {}], ["dense", 0, 0, {}]]),
            layer("MultiHeadAttention", heads, [["attention", 0, 0, {"value": ["dense", 0, 0]}]]),
            outputs=[("heads", 0, 0)],
        )
    )
    _, attends, last = spec.layers
    assert ((Ref("input_1"), Ref("dense")),) == attends.takes
    assert ((Ref("attention"),), (("value", Ref("dense")),)) == (last.takes, last.keywords)
    assert (("num_heads", 2), ("key_dim", 3), ("attention_axes", (1,)), ("name", "heads")) == arguments(last)


def test_calls_of_keras_3() -> None:
    """Tensors with their history, several arguments, keyword arguments that are None, and a policy."""

    def tensor(name: str) -> dict[str, Any]:
        return {"class_name": "__keras_tensor__", "config": {"shape": [None, 4], "keras_history": [name, 0, 0]}}

    policy = {"module": "keras", "class_name": "DTypePolicy", "config": {"name": "float32"}, "registered_name": None}
    given = layer("InputLayer", {"batch_shape": [None, 4], "dtype": "float32", "name": "input_layer"})
    spec = read(
        functional(
            given,
            layer("Dense", {**DENSE, "dtype": policy}, {"args": [tensor("input_layer")], "kwargs": {}}),
            layer(
                "Attention",
                {"name": "attention"},
                {"args": [tensor("input_layer"), [tensor("dense")]], "kwargs": {"mask": None, "training": False}},
            ),
            inputs=[("input_layer", 0, 0)],
            outputs=[("attention", 0, 0)],
        )
    )
    assert (dense(2), Made("layers", "Attention")) == tuple(each.made for each in spec.layers)
    last = spec.layers[1]
    assert ((Ref("input_layer"), (Ref("dense"),)), (("training", False),)) == (last.takes, last.keywords)


def test_layers_stand_in_the_order_in_which_they_are_called() -> None:
    configuration = functional(
        layer("Dense", {**DENSE, "name": "dense_1"}, [["dense", 0, 0, {}]]),
        layer("Dense", DENSE, [["input_1", 0, 0, {}]]),
        input_2(),
        outputs=[("dense_1", 0, 0)],
    )
    assert ["dense", "dense_1"] == [each.name for each in read(configuration).layers]


def test_a_layer_that_is_called_twice() -> None:
    """Tensors name the call that they come from."""
    spec = read(
        functional(
            input_2(),
            layer("Dense", {**DENSE, "units": 4}, [["input_1", 0, 0, {}]], [["dense", 0, 0, {}]]),
            layer("Add", {"name": "add"}, [["dense", 0, 0, {}], ["dense", 1, 0, {}]]),
            outputs=[("add", 0, 0)],
        )
    )
    first, second, add = spec.layers
    assert ("dense", "dense", first.made) == (first.key, second.key, second.made)
    assert ((Ref("dense"),), ((Ref("dense"), Ref(second.name)),)) == (second.takes, add.takes)


def test_a_model_among_layers() -> None:
    inner = functional(input_2(), layer("Dense", DENSE, [["input_1", 0, 0, {}]]), outputs=[("dense", 0, 0)])
    inner["config"]["name"] = "features"
    spec = read(sequential(input_2("features_input"), inner, layer("Dense", DENSE)))
    features, _ = spec.layers
    assert isinstance(features.made, Spec)
    assert (("features",), "features") == ((features.name,), features.made.name)
    assert [dense(2)] == [each.made for each in features.made.layers]


def test_keras_2_counts_the_making_of_a_model_as_its_first_call() -> None:
    inner = functional(input_2(), layer("Dense", DENSE, [["input_1", 0, 0, {}]]), outputs=[("dense", 0, 0)])
    inner |= {"name": "model", "inbound_nodes": [[["input_1", 0, 0, {}]], [["model", 1, 0, {}]]]}
    add = layer("Add", {"name": "add"}, [["model", 1, 0, {}], ["model", 2, 0, {}]])
    spec = read(functional(input_2(), inner, add, outputs=[("model", 2, 0), ("add", 0, 0)]))
    first, second, both = spec.layers
    assert ((Ref("input_1"),), (Ref("model"),)) == (first.takes, second.takes)
    assert (Ref("model"), Ref(second.name)) == both.refs
    assert (Ref(second.name), Ref("add")) == spec.outputs


def test_a_wrapper_has_the_layer_in_it() -> None:
    inner = layer("LSTM", {"name": "lstm", "units": 3, "activation": "tanh", "reset_after": True, "time_major": False})
    backward = layer("LSTM", {"name": "backward", "units": 3, "activation": "tanh", "reset_after": True,
                              "go_backwards": True})  # fmt: skip
    config = {"name": "bidirectional_1", "layer": inner, "merge_mode": None, "backward_layer": backward}
    (found,) = read(sequential(input_2(shape=(None, 5, 4)), layer("Bidirectional", config))).layers
    lstm = Made("layers", "LSTM", (("units", 3), ("reset_after", True)))
    assert Made("layers", "Bidirectional", (("layer", lstm), ("merge_mode", None))) == found.made


def test_numbers_alike_in_all_dimensions_are_one() -> None:
    config = {"name": "conv2d", "filters": 2, "kernel_size": [3, 3], "strides": [1, 1], "padding": "valid"}
    pool = {"name": "max_pooling2d", "pool_size": [2, 2], "strides": [2, 2]}
    oblong = {"name": "conv2d_1", "filters": 2, "kernel_size": [3, 1], "strides": [2, 1]}
    kinds = ("Conv2D", config), ("MaxPooling2D", pool), ("Conv2D", oblong)
    made = [arguments(each) for each in read(sequential(input_2(), *(layer(*kind) for kind in kinds))).layers]
    assert (("filters", 2), ("kernel_size", 3)) == made[0]
    assert (("pool_size", 2),) == made[1]
    assert (("filters", 2), ("kernel_size", (3, 1)), ("strides", (2, 1))) == made[2]


def test_what_was_compiled() -> None:
    """The optimizer of TensorFlow 2.15, whose metrics are wrapped functions; rates were numbers of 32 bits."""
    metric = {"class_name": "MeanMetricWrapper", "config": {"name": "mean_absolute_error", "fn": "mean_absolute_error"}}
    accuracy = {"class_name": "MeanMetricWrapper", "config": {"name": "accuracy", "fn": "binary_accuracy"}}
    adam = {"name": "Adam", "learning_rate": 0.0010000000474974513, "jit_compile": False, "epsilon": 1e-07}
    training: dict[str, Any] = {
        "loss": {"class_name": "MeanSquaredError", "config": {"reduction": "auto", "name": "mean_squared_error"}},
        "metrics": [[metric, accuracy]],
        "weighted_metrics": None,
        "optimizer_config": {"class_name": "Custom>Adam", "config": adam},
    }
    model = sequential(input_2(), layer("Dense", DENSE))
    compiled = read(model, training).compiled
    assert compiled
    loss = Made("losses", "MeanSquaredError")
    assert ("adam", loss, ("mean_absolute_error", "accuracy")) == tuple(value for _, value in compiled.arguments)
    training["optimizer_config"]["config"]["learning_rate"] = 0.05000000074505806
    slower = read(model, training).compiled
    assert slower
    assert Made("optimizers", "Adam", (("learning_rate", 0.05),)) == slower.get("optimizer")
    assert (None, 0) == (read(model).compiled, read(model).steps)


@pytest.mark.parametrize(
    ("kind", "space"), [("LossScaleOptimizerV3", "mixed_precision"), ("LossScaleOptimizer", "optimizers")]
)
def test_the_optimizer_of_mixed_precision(kind: str, space: str) -> None:
    config = {"dynamic": True, "inner_optimizer": {"class_name": "Custom>Adam", "config": {"learning_rate": 0.5}}}
    training = {"loss": "mse", "optimizer_config": {"class_name": kind, "config": config}}
    compiled = read(sequential(input_2(), layer("Dense", DENSE)), training).compiled
    inner = Made("optimizers", "Adam", (("learning_rate", 0.5),))
    assert compiled
    assert Made(space, "LossScaleOptimizer", (("inner_optimizer", inner),)) == compiled.get("optimizer")


@pytest.mark.parametrize(
    ("configuration", "reason"),
    [
        (None, "no configuration"),
        (sequential(input_2(), layer("Lambda", {"name": "lambda"})), "Lambda holds code"),
        (sequential(input_2(), layer("Mine", {"name": "mine"}, module="saving_script")), "Mine is not a class of"),
        (sequential(input_2(), layer("Mine", {"name": "mine"}, registered_name="pack>Mine")), "Mine is not a class"),
        (sequential(input_2(), layer("Dense", {**DENSE, "mask": {"class_name": "__numpy__"}})), "mask holds a numpy"),
        (sequential(input_2()), "no layers"),
        (sequential(input_2(), layer("TimeDistributed", {"name": "t", "layer": sequential(input_2())})), "is a model"),
        ({"class_name": "Mine", "config": {"a": 1}}, "a class of its own: Mine"),
        (functional(input_2(), layer("Dense", DENSE, [["_CONSTANT_VALUE", -1, 3.0, {}]]), outputs=[("dense", 0, 0)]),
         "called with a constant"),
        ({"class_name": "Functional", "config": {"layers": [{}]}}, "not as Keras writes one"),
    ],
)  # fmt: skip
def test_what_plain_keras_cannot_say(configuration: Any, reason: str) -> None:
    with pytest.raises(UnwritableError, match=reason):
        read(configuration)


def test_an_input_that_nobody_fed() -> None:
    with pytest.raises(UnwritableError, match="what the input input_1 was fed"):
        read(sequential(input_2(), layer("Dense", DENSE)), samples={"other": SAMPLES[0]})
