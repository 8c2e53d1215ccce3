"""Nested lists and dicts of arrays, as scenarios and models give them, as flat mappings that a file holds, and back.

Constraints: Python 3.6 syntax, the environment's own numpy.
"""

import collections

import numpy


def flat(data):
    """Arrays of a scenario's x or y by name: {"": array} for one array, else by position or key; inner as "a/0"."""
    return collections.OrderedDict((name, storable(value)) for name, value in _leaves(data, ""))


def targets(y):
    """Arrays of a scenario's y as an observation: {position or key: array}."""
    return collections.OrderedDict((name or "0", value) for name, value in flat(y).items())


def items(outputs):
    """Outputs as an observation: {position, output name, or "a/0" for an inner one: array}."""
    return collections.OrderedDict((name or "0", storable(value)) for name, value in _leaves(outputs, ""))


def unflat(arrays, like, name=""):
    """The inverse of `flat`; `like` is what `kind` said."""
    if like == "none":
        return None
    if isinstance(like, dict):
        return {key: unflat(arrays, like[key], _inner(name, key)) for key in like}
    if isinstance(like, list):
        return [unflat(arrays, each, _inner(name, index)) for index, each in enumerate(like)]
    return arrays[name]


def kind(data):
    """How `unflat` is to put arrays together again: "array", "none", or a list or dict of these."""
    if data is None:
        return "none"
    if isinstance(data, dict):
        return {str(key): kind(data[key]) for key in sorted(data)}
    return [kind(value) for value in data] if isinstance(data, (list, tuple)) else "array"


def same(one, other):
    """Whether two sets of flat arrays are equal to the bit."""
    return list(one) == list(other) and all(
        one[name].dtype == other[name].dtype and one[name].tobytes() == other[name].tobytes()
        and one[name].shape == other[name].shape for name in one)


def storable(value):
    """An array that a file holds without a pickle: objects become text, ragged rows are filled up with zeros."""
    if hasattr(value, "to_tensor"):  # ragged, of TensorFlow
        value = value.to_tensor()
    if hasattr(value, "detach"):  # a tensor of PyTorch
        value = value.detach().cpu()
    array = numpy.asarray(value)
    if array.dtype.kind == "V":  # bfloat16 and its like, which another numpy would not know
        return array.astype("float32")
    if array.dtype != object:
        return array
    texts = [item.decode("utf-8", "replace") if isinstance(item, bytes) else str(item) for item in array.ravel()]
    return numpy.array(texts, dtype=str).reshape(array.shape)


def _leaves(data, name):
    """The (name, value) of everything in nested lists and dicts that is neither."""
    if isinstance(data, dict):
        parts = [(key, data[key]) for key in sorted(data)]
    elif isinstance(data, (list, tuple)):
        parts = list(enumerate(data))
    else:
        return [] if data is None else [(name, data)]
    return [leaf for key, value in parts for leaf in _leaves(value, _inner(name, key))]


def _inner(name, key):
    return "%s/%s" % (name, key) if name else str(key)
