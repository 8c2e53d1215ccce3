"""Reads a stored configuration, as Keras 2 and Keras 3 write it, into a spec."""

from __future__ import annotations

import collections
import dataclasses
import functools
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from harness.culprit.arguments import MODELS, Entry, class_of, compiled_of, dtype_of, made, own_class, snake, value_of
from harness.culprit.spec import Input, Layer, Made, Ref, Sample, Spec, UnwritableError, rewired

Samples = Mapping[str, Sample] | Sequence[Sample]  # by name or in order


def spec_of(configuration: Any, training: Any, samples: Samples, count: int) -> Spec:
    """The model of a file. `samples` are what its inputs were fed, `count` how many of each.

    Raises UnwritableError for what plain Keras cannot say: code, and classes of one's own.
    """
    try:
        return _spec_of(configuration, training, samples, count)
    except (KeyError, IndexError, TypeError, AttributeError, ValueError) as error:
        raise UnwritableError(
            f"its configuration is not as Keras writes one ({type(error).__name__}: {error})"
        ) from error


def _spec_of(configuration: Any, training: Any, samples: Samples, count: int) -> Spec:
    compiled = compiled_of(training)
    spec = _of_model(_model(configuration), samples)
    return dataclasses.replace(spec, compiled=compiled, steps=3 if compiled else 0, samples=count)


def _of_model(model: Entry, samples: Samples | None) -> Spec:
    """A model; `samples` is None for one among the layers of another, which is not fed by anybody."""
    config = model["config"]
    outputs: tuple[Ref, ...]
    if class_of(model) == "Sequential":
        inputs, layers = _sequential(config, samples)
        outputs = (Ref(layers[-1].name),)
    else:
        inputs, layers, outputs = _functional(config, samples)
    if not layers:
        raise UnwritableError("the model has no layers")
    return Spec(inputs=inputs, layers=layers, outputs=outputs, sequential=class_of(model) == "Sequential")


def _model(configuration: Any) -> Entry:
    """The outermost model; a SavedModel describes that and each layer by itself."""
    candidates = configuration if isinstance(configuration, list) else [configuration]
    for each in candidates:
        if isinstance(each, dict) and each.get("class_name") in MODELS and each.get("config"):
            return each
    classes = [each["class_name"] for each in candidates if isinstance(each, dict) and "class_name" in each]
    if classes:
        raise UnwritableError(f"the model is of a class of its own: {classes[0]}")
    raise UnwritableError("the file holds no configuration")


def _sequential(config: Any, samples: Samples | None) -> tuple[tuple[Input, ...], tuple[Layer, ...]]:
    """The input and the layers of a Sequential; before Keras 2.2, its configuration was the list of layers."""
    entries = list(config if isinstance(config, list) else config["layers"])
    stored = entries.pop(0) if entries and class_of(entries[0]) == "InputLayer" else None
    if not entries:
        raise UnwritableError("the model has no layers")
    first = entries[0]["config"]
    inline = "batch_input_shape" in first
    if stored is None and not inline:
        raise UnwritableError("the first layer does not say what shape it takes")
    given = _input(
        {"config": first, "name": "input"} if inline or stored is None else stored, samples, 0, inline=inline
    )
    layers: list[Layer] = []
    before = given.name
    for number, entry in enumerate(entries):
        name = str(entry["config"].get("name", f"layer_{number}"))
        layers.append(Layer(name=name, made=_layer(entry), takes=(Ref(before),)))
        before = name
    return (given,), tuple(layers)


def _functional(config: Entry, samples: Samples | None) -> tuple[tuple[Input, ...], tuple[Layer, ...], tuple[Ref, ...]]:
    """The inputs, layers and outputs of a functional model, each layer after those whose outputs it takes."""
    entries = {str(entry.get("name") or entry["config"]["name"]): entry for entry in config["layers"]}
    order = [ref.layer for ref in _outputs(config["input_layers"])]
    inputs = tuple(_input(entries[name], samples, number) for number, name in enumerate(order))
    called = [call for name, entry in entries.items() if name not in order for call in _calls(name, entry)]
    first = _first_calls(called, _outputs(config["output_layers"]))
    waiting = {call.name: rewired(call, functools.partial(_counted_from, first)) for call in called}
    layers: list[Layer] = []
    known = set(order)
    while waiting:
        ready = [name for name, layer in waiting.items() if all(ref.layer in known for ref in layer.refs)]
        if not ready:
            raise UnwritableError(f"nothing says where {next(iter(waiting))} takes its input from")
        layers += [waiting.pop(name) for name in ready]
        known.update(ready)
    outputs = tuple(_counted_from(first, ref) for ref in _outputs(config["output_layers"]))
    return inputs, tuple(layers), outputs


def _first_calls(calls: Sequence[Layer], outputs: Iterable[Ref]) -> dict[str, int]:
    """The number of the first call of each layer: Keras 2 counts the making of a model as a call that nobody sees."""
    last: dict[str, int] = {}
    for ref in (*(ref for call in calls for ref in call.refs), *outputs):
        name, number = _name_and_number(ref)
        last[name] = max(number, last.get(name, 0))
    times = collections.Counter(call.key for call in calls)
    return {name: max(0, number + 1 - times[name]) for name, number in last.items() if name in times}


def _counted_from(first: Mapping[str, int], ref: Ref) -> Ref:
    """The tensor, if the calls of its layer are counted from 0."""
    name, number = _name_and_number(ref)
    return Ref(_call(name, max(0, number - first.get(name, 0))), ref.place)


def _name_and_number(ref: Ref) -> tuple[str, int]:
    name, _, number = ref.layer.rpartition("@")
    return (name, int(number)) if name else (ref.layer, 0)


def _input(entry: Entry, samples: Samples | None, number: int, *, inline: bool = False) -> Input:
    config = entry["config"]
    shape = value_of("shape", config.get("batch_input_shape") or config.get("batch_shape"))
    if not shape:
        raise UnwritableError("an input does not say what shape it has")
    if config.get("sparse") or config.get("ragged"):
        raise UnwritableError("an input is sparse or ragged")
    name = str(entry.get("name") or config.get("name") or "input")
    sample = _sample(samples, name, number, shape)
    if sample is None:
        raise UnwritableError(f"it was not recorded what the input {name} was fed")
    return Input(
        name=name,
        shape=tuple(shape[1:]),
        sample=sample,
        dtype="float32" if inline else dtype_of(config.get("dtype")) or "float32",
        named=not inline and not re.fullmatch(r"input(?:_layer)?(?:_\d+)?|.+_input", name),
        batch=shape[0],
        inline=inline,
    )


def _sample(samples: Samples | None, name: str, number: int, shape: Sequence[int | None]) -> Sample | None:
    if samples is None:
        return Sample(dims=tuple(size or 1 for size in shape[1:]))
    return samples.get(name) if isinstance(samples, Mapping) else dict(enumerate(samples)).get(number)


def _calls(name: str, entry: Entry) -> Iterator[Layer]:
    """Every call of a layer."""
    layer = _layer(entry)
    for number, node in enumerate(entry.get("inbound_nodes") or []):
        takes, keywords = _node(node)
        yield Layer(name=_call(name, number), made=layer, takes=takes, keywords=keywords, of=name if number else "")


def _call(name: str, number: int) -> str:
    """What one call of a layer is called here."""
    return f"{name}@{number}" if number else name


def _node(node: Any) -> tuple[tuple[Any, ...], tuple[tuple[str, Any], ...]]:
    """What one call takes: by position, and by name."""
    if isinstance(node, dict) and "args" in node:  # Keras 3
        keywords = {name: _tensors(value) for name, value in node.get("kwargs", {}).items() if value is not None}
        return tuple(_tensors(each) for each in node["args"]), tuple(keywords.items())
    if isinstance(node, dict):
        raise UnwritableError("a layer takes its inputs by name")
    entries = [node] if node and isinstance(node[0], str) else node
    keywords = {}
    for each in entries:
        for keyword, value in (each[3] if len(each) > 3 else {}).items():
            if value is not None:
                keywords[keyword] = _keyword(value)
    refs = tuple(_ref(each) for each in entries)
    return (refs if len(refs) == 1 else (refs,)), tuple(keywords.items())


def _tensors(value: Any) -> Any:
    """An argument of a call in Keras 3: a tensor, a list of them, or a plain value."""
    if isinstance(value, dict):
        if value.get("class_name") == "__keras_tensor__":
            return _ref(value["config"]["keras_history"])
        raise UnwritableError(f"a layer is called with a {value.get('class_name', 'dict')}")
    if isinstance(value, list):
        return tuple(_tensors(each) for each in value)
    return value


def _keyword(value: Any) -> Any:
    if isinstance(value, list):
        return _ref(value)
    if isinstance(value, dict):
        raise UnwritableError("a layer is called with a dict")
    return value


def _ref(stored: Any) -> Ref:
    if not (isinstance(stored, list) and len(stored) > 2 and isinstance(stored[0], str)):
        raise UnwritableError("a layer is called with something that is no tensor")
    name, node, place = stored[:3]
    if name.startswith("_"):
        raise UnwritableError("a layer is called with a constant")
    return Ref(_call(name, node), place)


def _outputs(stored: Any) -> Iterator[Ref]:
    if isinstance(stored, dict):
        raise UnwritableError("inputs or outputs are a dict")
    for each in [stored] if stored and isinstance(stored[0], str) else stored:
        yield _ref(each)


def _layer(entry: Entry) -> Made | Spec:
    """A layer as it is made, or a model among layers; its name counts only if someone gave it one."""
    if class_of(entry) in MODELS:
        name = str(entry.get("name") or entry["config"]["name"])
        by_itself = re.fullmatch(r"(?:model|sequential|functional)(?:_\d+)?", name)
        return dataclasses.replace(_of_model(entry, None), name="" if by_itself else name)
    kind, config = own_class(entry), dict(entry["config"])
    name = str(config.pop("name", ""))
    layer = made("layers", kind, config)
    automatic = re.sub(r"_\d+$", "", name) in (snake(kind), snake(class_of(entry)), "")
    wrapped = name == f"{snake(kind)}_{snake(layer.get('layer', layer).name)}"  # bidirectional_lstm, time_distributed
    if automatic or wrapped:
        return layer
    return Made("layers", kind, (*layer.arguments, ("name", name)))
