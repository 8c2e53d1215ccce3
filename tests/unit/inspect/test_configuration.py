"""What a configuration tells about its layers: models inside, frozen ones, precision. As every Keras writes it."""

from __future__ import annotations

from typing import Any

import pytest

from harness.inspect.configuration import facts_of


def layer(class_name: str = "Dense", **config: Any) -> dict[str, Any]:
    """The configuration of a layer."""
    return {"class_name": class_name, "config": {"name": "dense", "trainable": True, **config}}


def model(*layers: dict[str, Any], class_name: str = "Functional") -> dict[str, Any]:
    """The configuration of a model."""
    return {"class_name": class_name, "config": {"name": "model", "trainable": True, "layers": list(layers)}}


def policy(class_name: str = "DTypePolicy", **config: Any) -> dict[str, Any]:
    """A dtype policy as Keras 3 stores it."""
    return {"module": "keras", "class_name": class_name, "config": config, "registered_name": None}


@pytest.mark.parametrize(
    ("configuration", "nested"),
    [
        (model(layer()), False),
        (model(layer(), model(layer())), True),
        (model(layer("TimeDistributed", layer=model(layer()))), True),
        ({"class_name": "Sequential", "config": [layer(), {"class_name": "Sequential", "config": [layer()]}]}, True),
        ({"class_name": "Sequential", "config": [layer(), layer()]}, False),
        ([model(layer()), model(layer())], False),
        (model(layer(spec={"class_name": "__typespec__", "config": [[None, 2], "float32"]})), False),
        (model(layer("Custom", layers=3)), False),
    ],
    ids=["flat", "layer", "wrapped", "list in list", "list", "beside", "list of other things", "number of layers"],
)
def test_a_model_inside_a_model_is_nested(configuration: Any, nested: bool) -> None:
    """Before Keras 2.2, the configuration of a Sequential is a list of its layers."""
    assert nested is facts_of(configuration, None)["nested"]


def test_layers_that_are_not_trained_are_frozen() -> None:
    """Inside a model inside, too; a model is not a layer."""
    inner = model(layer(trainable=False), layer())
    inner["config"]["trainable"] = False
    assert 2 == facts_of(model(layer(trainable=False), layer(), inner), None)["frozen"]


def test_equal_layers_of_two_models_inside_are_two() -> None:
    """Only a SavedModel says things twice."""
    assert 2 == facts_of(model(model(layer(trainable=False)), model(layer(trainable=False))), None)["frozen"]


@pytest.mark.parametrize(
    ("layers", "policies", "quantized"),
    [
        ([layer(dtype="float32"), layer(dtype="float32")], [], False),
        ([layer()], [], False),
        ([layer(dtype=policy(name="float32")), layer(dtype="mixed_float16")], ["float32", "mixed_float16"], False),
        ([layer(dtype=policy("Policy", name="mixed_bfloat16"))], ["mixed_bfloat16"], False),
        (
            [layer(dtype=policy("PolicyV1", name="mixed_float16", loss_scale={"class_name": "D", "config": {}}))],
            ["mixed_float16"],
            False,
        ),
        (
            [layer(dtype=policy("QuantizedDTypePolicy", mode="int8", source_name="float32"))],
            ["int8_from_float32"],
            True,
        ),
        (
            [
                layer(
                    dtype=policy(
                        "DTypePolicyMap",
                        default_policy=None,
                        policy_map={"a": policy("QuantizedDTypePolicy", mode="float8", source_name=None)},
                    )
                )
            ],
            ["float8_from_default"],
            True,
        ),
        ([layer(dtype="float32", quantization_config=None)], [], False),
        ([layer(dtype="float32", quantization_config={"class_name": "Int4QuantizationConfig"})], [], True),
        ([layer(dtype="float32", quantization_mode="int4")], [], True),
        ([{"class_name": "InputLayer", "config": {"name": "input", "dtype": "int8"}}], [], False),
        ([layer(dtype=None), layer(dtype=["odd"])], [], False),
    ],
    ids=[
        "text",
        "none",
        "mixed",
        "policy",
        "policy of TensorFlow 2.3",
        "quantised",
        "map",
        "not quantised",
        "quantised by its configuration",
        "quantised by its mode",
        "input",
        "odd",
    ],
)
def test_policies_are_named_as_keras_names_them(
    layers: list[dict[str, Any]], policies: list[str], quantized: bool
) -> None:
    """Plain float32 goes without saying; what a model takes in is no policy."""
    facts = facts_of(model(*layers), None)
    assert (policies, quantized) == (facts["policies"], facts["quantized"])
