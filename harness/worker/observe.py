"""Predictions, weights, metrics, optimizer, architecture -> named arrays and texts, the same way on both sides.

Constraints: Python 3.6 syntax, the environment's own numpy.

An observation is an ordered mapping of item names to numpy arrays or texts. Names of items hold positions rather than
names given by Keras wherever these changed over the years; what Keras calls a thing is kept as a text beside it.
"""

import collections
import inspect

import numpy

from .keras_api import untraced

PREDICTIONS = "predictions"
FRESH = "fresh_predictions"
SENSITIVITY = "sensitivity"
WEIGHTS = "weights"
ARCHITECTURE = "architecture"
METRICS = "metrics"
OPTIMIZER = "optimizer"
RESUME = "resume"
LAYERS = "layers"

_NOISE = 1e-6  # relative: a few units in the last place of float32


def predictions(api, model, x):
    """What the model says: {position or output name: array (samples, ...)}.

    All samples at once and untraced where that is possible: a pipeline of data and a trace cost twice as much as
    loading the model, and say the same. Texts, which some versions take from a pipeline only, go the long way.
    """
    if not hasattr(model, "predict_on_batch") or not _numeric(x):
        return _items(model.predict(_fed(api, x), verbose=0))
    with untraced(model, api.eager):
        return _items(model.predict_on_batch(x))


def sensitivity(api, model, x, said):
    """Largest change of each output when the inputs move by rounding noise: {item: array of shape ()}; {} if none can.

    Inputs of whole numbers or text cannot move by rounding.
    """
    moved, any_moved = _moved(x)
    if not any_moved:
        return collections.OrderedDict()
    again = predictions(api, model, moved)
    return collections.OrderedDict(
        (name, numpy.array(_largest(_difference(again[name], said[name])))) for name in said
        if numpy.issubdtype(said[name].dtype, numpy.number))


def weights(api, model):
    """All weights by the position of layer and weight: {"2/0": array}, and "names": what Keras calls each layer."""
    found = collections.OrderedDict()
    for index, layer in enumerate(_layers_with_weights(model)):
        for position, value in enumerate(layer.get_weights()):
            found["%d/%d" % (index, position)] = _storable(value)  # a table of words, too
    return found


def architecture(api, model):
    """The classes of the layers in order, and the shapes that go in and out, as texts."""
    found = collections.OrderedDict()
    layers = [layer for layer in model.layers if type(layer).__name__ != "InputLayer"]
    for index, layer in enumerate(layers):
        found["layer %d" % index] = type(layer).__name__
    found["parameters"] = str(int(model.count_params()))
    return found


def metrics(api, model, x, y):
    """Names and values of evaluate: {"0": array of shape (), "0 name": text, ...}, the loss first."""
    names, values = _evaluated(api, model, x, y)
    found = collections.OrderedDict()
    for position, (name, value) in enumerate(zip(names, values)):
        found[str(position)] = numpy.array(float(value))
        found["%d name" % position] = name
    return found


def optimizer(api, model):
    """Class, step count, learning rate and slots of the optimizer.

    Slots are ordered by shape and then by mean, because every generation of Keras lists them in another order.
    """
    found = collections.OrderedDict()
    this = getattr(model, "optimizer", None)
    if this is None:
        found["class"] = "none"
        return found
    found["class"] = type(this).__name__
    _complete(api, model, this)
    found["iterations"] = numpy.array(int(_value(api, this.iterations)))
    rate = _rate(this)
    if callable(rate) and not hasattr(rate, "numpy") and not hasattr(rate, "initializer"):
        found["learning rate"] = type(rate).__name__  # a schedule
    else:
        found["learning rate"] = numpy.array(float(_value(api, rate)))
    shapes = {numpy.shape(value) for value in model.get_weights()} - {()}
    slots = [value for value in _state_of(api, this) if numpy.shape(value) in shapes]
    for index, value in enumerate(sorted(slots, key=lambda slot: (numpy.shape(slot), float(numpy.mean(slot))))):
        found["slot %d" % index] = numpy.asarray(value)
    return found


def resume(api, model, x, y):
    """The loss after one more training step: {"loss": array of shape ()}."""
    model.train_on_batch(x, y)
    _, values = _evaluated(api, model, x, y)
    return collections.OrderedDict(loss=numpy.array(float(values[0])))


def layers(api, model, x):
    """What every layer puts out, in order: {"0 dense": array}; for finding the first at which two sides part."""
    chosen = [layer for layer in model.layers if type(layer).__name__ != "InputLayer"]
    inner = api.keras.models.Model(model.inputs, [layer.output for layer in chosen])
    outputs = predictions(api, inner, x).values()
    return collections.OrderedDict(
        ("%d %s" % (index, layer.name), value) for index, (layer, value) in enumerate(zip(chosen, outputs)))


def flat(data):
    """Arrays of a scenario's x or y by name: {"": array} for one array, else by position or key."""
    if data is None:
        return collections.OrderedDict()
    if isinstance(data, dict):
        return collections.OrderedDict((str(key), _storable(data[key])) for key in sorted(data))
    if isinstance(data, (list, tuple)):
        return collections.OrderedDict((str(index), _storable(value)) for index, value in enumerate(data))
    return collections.OrderedDict([("", _storable(data))])


def unflat(arrays, like):
    """The inverse of `flat`; `like` is "array", "list", "dict" or "none"."""
    if like == "none":
        return None
    if like == "dict":
        return dict(arrays)
    return [arrays[name] for name in sorted(arrays, key=int)] if like == "list" else arrays[""]


def kind(data):
    """How `unflat` is to put arrays together again."""
    if data is None:
        return "none"
    return "dict" if isinstance(data, dict) else "list" if isinstance(data, (list, tuple)) else "array"


def same(one, other):
    """Whether two sets of flat arrays are equal to the bit."""
    return list(one) == list(other) and all(
        one[name].dtype == other[name].dtype and one[name].tobytes() == other[name].tobytes()
        and one[name].shape == other[name].shape for name in one)


def apart(one, other):
    """Whether two sets of predictions are so far apart that it is worth looking where they part; not a verdict."""
    return any(name not in other or numpy.shape(one[name]) != numpy.shape(other[name])
               or not _close(one[name], other[name]) for name in one)


def _close(one, other):
    if numpy.issubdtype(one.dtype, numpy.number) and numpy.issubdtype(other.dtype, numpy.number):
        return numpy.allclose(one, other, rtol=1e-3, atol=1e-5, equal_nan=True)
    return numpy.array_equal(one, other)


def _items(outputs):
    if isinstance(outputs, dict):
        return collections.OrderedDict((str(name), _storable(outputs[name])) for name in outputs)
    several = outputs if isinstance(outputs, (list, tuple)) else [outputs]
    return collections.OrderedDict((str(index), _storable(value)) for index, value in enumerate(several))


def _storable(value):
    """An array that a file holds without a pickle: objects become text."""
    array = numpy.asarray(value)
    if array.dtype.kind == "V":  # bfloat16 and its like, which another numpy would not know
        return array.astype("float32")
    if array.dtype != object:
        return array
    texts = [item.decode("utf-8", "replace") if isinstance(item, bytes) else str(item) for item in array.ravel()]
    return numpy.array(texts, dtype=str).reshape(array.shape)


def _moved(x):
    moved = False

    def move(array):
        nonlocal moved
        if not numpy.issubdtype(numpy.asarray(array).dtype, numpy.floating):
            return array
        moved = True
        noise = numpy.random.RandomState(0).choice([-_NOISE, _NOISE], size=numpy.shape(array))
        return (array * (1 + noise)).astype(array.dtype)

    parts = flat(x)
    again = collections.OrderedDict((name, move(parts[name])) for name in parts)
    return unflat(again, kind(x)), moved


def _difference(one, other):
    with numpy.errstate(invalid="ignore"):
        wide = "complex128" if one.dtype.kind == "c" else "float64"
        return one.astype(wide) - other.astype(wide)


def _largest(values):
    finite = numpy.abs(values)[numpy.isfinite(values)]
    return float(numpy.max(finite)) if finite.size else 0.0


def _layers_with_weights(model):
    return [layer for layer in model.layers if layer.weights] if model.layers else [model]


def _numeric(data):
    return all(numpy.issubdtype(numpy.asarray(part).dtype, numpy.number) for part in flat(data).values())


def _fed(api, x):
    """Inputs as this Keras takes them: since Keras 3, words as tensors only."""
    if api.tf is None or api.keras_version < (3,):
        return x
    parts = flat(x)
    fed = ((name, api.tf.constant(part) if part.dtype.kind in "US" else part) for name, part in parts.items())
    return unflat(collections.OrderedDict(fed), kind(x))


def _evaluated(api, model, x, y):
    if "return_dict" in inspect.signature(model.evaluate).parameters:
        with untraced(model, api.eager):
            if hasattr(model, "reset_metrics") and _numeric(x) and _numeric(y):
                model.reset_metrics()  # training on batches left its own in them
                named = model.test_on_batch(x, y, return_dict=True)
            else:
                named = model.evaluate(_fed(api, x), y, verbose=0, return_dict=True)
        # Keras 3 sorts the names; what it calls its list of metrics keeps the order they were given in.
        given = [metric.name for outer in getattr(model, "metrics", ())
                 for metric in getattr(outer, "metrics", [outer])]
        order = sorted(named, key=lambda name: (name != "loss", given.index(name) if name in given else len(given)))
        return order, [named[name] for name in order]
    with untraced(model, api.eager):
        values = model.evaluate(x, y, verbose=0)
    values = values if isinstance(values, (list, tuple)) else [values]
    return list(model.metrics_names), list(values)


def _complete(api, model, optimizer):
    """Create slots that the next training step would create: a checkpoint is restored into them only then."""
    if hasattr(optimizer, "build"):
        if not getattr(optimizer, "built", False):
            optimizer.build(model.trainable_variables)
    elif hasattr(optimizer, "_create_all_weights"):
        optimizer._create_all_weights(model.trainable_variables)
    elif api.eager and hasattr(optimizer, "_create_slots"):
        # TensorFlow 2.0 to 2.2, where a training function cannot be made any more once the model has run eagerly.
        optimizer._create_hypers()
        optimizer._create_slots(model.trainable_variables)
    elif hasattr(model, "_make_train_function"):
        model._make_train_function()


def _rate(optimizer):
    return optimizer.learning_rate if hasattr(optimizer, "learning_rate") else optimizer.lr


def _state_of(api, optimizer):
    if hasattr(optimizer, "get_weights"):
        return optimizer.get_weights()
    variables = optimizer.variables
    return [_value(api, variable) for variable in (variables() if callable(variables) else variables)]


def _value(api, variable):
    if isinstance(variable, (int, float, numpy.generic)):
        return variable
    if api.eager and hasattr(variable, "numpy"):
        return variable.numpy()
    return api.keras.backend.get_value(variable)
