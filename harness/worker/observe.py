"""Predictions, weights, metrics, optimizer, architecture -> named arrays and texts, the same way on both sides.

Constraints: Python 3.6 syntax, the environment's own numpy.

An observation is an ordered mapping of item names to numpy arrays or texts. Names of items hold positions rather than
names given by Keras wherever these changed over the years; what Keras calls a thing is kept as a text beside it.
"""

import collections
import inspect

import numpy

from . import nest
from .keras_api import untraced

PREDICTIONS = "predictions"
FRESH = "fresh_predictions"
TARGETS = "targets"
FRESH_TARGETS = "fresh_targets"
SENSITIVITY = "sensitivity"
BY_ITSELF = "by_itself"
WEIGHTS = "weights"
ARCHITECTURE = "architecture"
SETTINGS = "settings"
METRICS = "metrics"
OPTIMIZER = "optimizer"
RESUME = "resume"
LAYERS = "layers"

_NOISE = 1e-6  # relative: a few units in the last place of float32
_DRAWS = 6  # more predictions of a model that does not say the same twice


def predictions(api, model, x):
    """What the model says: {position or output name: array (samples, ...)}.

    All samples at once and untraced where that is possible: a pipeline of data and a trace cost twice as much as
    loading the model, and say the same. Texts, which some versions take from a pipeline only, go the long way.
    """
    if not hasattr(model, "predict_on_batch") or not _numeric(x):
        return nest.items(model.predict(_fed(api, x), verbose=0))
    with untraced(model, api.eager):
        return nest.items(model.predict_on_batch(x))


def sensitivity(predict, x, said):
    """Largest change of each output when the inputs move by rounding noise: {item: array of shape ()}; {} if none can.

    `predict` is a function from inputs to predictions. Inputs of whole numbers or text cannot move by rounding.
    """
    moved, any_moved = _moved(x)
    return _largest_changes(said, [predict(moved)]) if any_moved else collections.OrderedDict()


def by_itself(predict, x, said):
    """What moves from one prediction to the next on the same inputs, and how far: {item: array of shape ()}.

    The largest change in several draws, of the outputs that are random by themselves; {} if none is.
    """
    again = predict(x)
    restless = [name for name in said if _restless(said[name], again[name])]
    if not restless:
        return collections.OrderedDict()
    draws = [again] + [predict(x) for _ in range(_DRAWS)]
    moves = _largest_changes(said, draws)
    return collections.OrderedDict((name, moves.get(name, numpy.array(numpy.inf))) for name in restless)


def first_restless(api, model, x):
    """The first layer whose output is random by itself, as `layers` calls it; "" if none is."""
    one, other = layers(api, model, x), layers(api, model, x)
    return next((name for name in one if _restless(one[name], other[name])), "")


def weights(api, model):
    """All weights by the position of layer and weight: {"2/0": array}, and "2 name": what Keras calls the layer."""
    found = collections.OrderedDict()
    for index, layer in enumerate(_layers_with_weights(model)):
        found["%d name" % index] = getattr(layer, "name", "")
        for position, value in enumerate(layer.get_weights()):
            found["%d/%d" % (index, position)] = nest.storable(value)  # a table of words, too
    return found


def architecture(api, model):
    """The classes of the layers in order, and the shapes that go in and out, as texts."""
    found = collections.OrderedDict()
    layers = [layer for layer in model.layers if type(layer).__name__ != "InputLayer"]
    for index, layer in enumerate(layers):
        found["layer %d" % index] = type(layer).__name__
    found["parameters"] = str(int(model.count_params()))
    return found


def settings(api, model, x):
    """What a file is meant to keep beside layers and weights, as texts; what cannot be told here is left out.

    Of each layer with weights how many are trained, and in which precision it computes; how the output is put
    together, and whether it has a mask.
    """
    found = collections.OrderedDict()
    for index, layer in enumerate(_layers_with_weights(model)):
        found["%d trained" % index] = str(len(layer.trainable_weights))
        precision = _precision(layer)
        if "float" in precision:  # that of words means nothing; before TensorFlow 2.0 not every layer tells
            found["%d precision" % index] = precision
    if api.eager:
        output = model(_tensors(api, x))
        found["output"] = structure(output)
        if found["output"] == "tensor":
            found["mask of the output"] = "none" if getattr(output, "_keras_mask", None) is None else "a mask"
    if api.keras_version >= (3,) and getattr(model, "inputs", None):  # Keras 3 puts the two together on its own ways
        found["output in a model"] = structure(model(model.input))
    return found


def structure(outputs):
    """How outputs are put together, as a text such as "tensor", "[tensor, tensor]" or "{a: tensor}"."""
    if isinstance(outputs, dict):
        return "{%s}" % ", ".join("%s: %s" % (name, structure(outputs[name])) for name in sorted(outputs))
    if isinstance(outputs, (list, tuple)):
        return "[%s]" % ", ".join(structure(each) for each in outputs)
    kinds = [kind for kind in ("Ragged", "Sparse") if kind in type(outputs).__name__]
    return "%s tensor" % kinds[0].lower() if kinds else "tensor"


def stateful(model):
    """Whether the model remembers what it was asked before, so that it rightly says something else each time."""
    return any(getattr(layer, "stateful", False) is True for layer in [model] + _all_layers(model))


def traced(model):
    """Names of the classes whose `call` is a `tf.function`: it repeats what it was traced with."""
    return sorted({type(layer).__name__ for layer in [model] + _all_layers(model)
                   if hasattr(layer.call, "get_concrete_function")})


def masking(model):
    """Names of the classes that make a mask, which the layers behind them heed."""
    return sorted({type(layer).__name__ for layer in _all_layers(model)
                   if getattr(layer, "mask_zero", False) is True or type(layer).__name__ == "Masking"})


def unbuilt(model):
    """Layers at any depth, and the optimizer, that are not built: whatever is to be loaded into them has no place.

    (layers, whether the optimizer is built). Only where Keras tells (TensorFlow 2.3 and later).
    """
    this = getattr(model, "optimizer", None)
    # The optimizers of TensorFlow 2.11 to 2.15 have neither until they are built.
    built = bool(getattr(this, "built", getattr(this, "_built", not hasattr(this, "build"))))
    return [layer for layer in _all_layers(model) if not getattr(layer, "built", True)], built


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


def apart(one, other):
    """Whether two sets of predictions are so far apart that it is worth looking where they part; not a verdict."""
    return any(name not in other or numpy.shape(one[name]) != numpy.shape(other[name])
               or not _close(one[name], other[name]) for name in one)


def _close(one, other):
    if numpy.issubdtype(one.dtype, numpy.number) and numpy.issubdtype(other.dtype, numpy.number):
        return numpy.allclose(one, other, rtol=1e-3, atol=1e-5, equal_nan=True)
    return numpy.array_equal(one, other)


def _moved(x):
    moved = False

    def move(array):
        nonlocal moved
        if not numpy.issubdtype(numpy.asarray(array).dtype, numpy.floating):
            return array
        moved = True
        noise = numpy.random.RandomState(0).choice([-_NOISE, _NOISE], size=numpy.shape(array))
        return (array * (1 + noise)).astype(array.dtype)

    parts = nest.flat(x)
    again = collections.OrderedDict((name, move(parts[name])) for name in parts)
    return nest.unflat(again, nest.kind(x)), moved


def _largest_changes(said, draws):
    """How far the draws are from what was said at most: {item: array of shape ()}, of numbers in one shape alone."""
    return collections.OrderedDict(
        (name, numpy.array(max(_largest(_difference(draw[name], said[name])) for draw in draws))) for name in said
        if numpy.issubdtype(said[name].dtype, numpy.number)
        and all(draw[name].shape == said[name].shape for draw in draws))


def _restless(one, other):
    """Whether two answers to the same question are further apart than rounding explains."""
    if one.shape != other.shape or not numpy.issubdtype(one.dtype, numpy.number):
        return one.shape != other.shape or not numpy.array_equal(one, other)
    return _largest(_difference(one, other)) > 1e-6 + 1e-4 * _largest(one)


def _precision(layer):
    """The type in which a layer computes and, where it is quantised, how."""
    names = ("compute_dtype", "_compute_dtype", "dtype")
    computes = next((getattr(layer, name) for name in names if getattr(layer, name, None)), "")
    mode = getattr(layer, "quantization_mode", None)
    return " ".join(str(part) for part in (getattr(computes, "name", computes), mode) if part)


def _tensors(api, x):
    """Inputs as tensors of this backend."""
    make = api.keras.ops.convert_to_tensor if api.tf is None else api.tf.constant
    parts = nest.flat(x)
    return nest.unflat(collections.OrderedDict((name, make(part)) for name, part in parts.items()), nest.kind(x))


def _difference(one, other):
    with numpy.errstate(invalid="ignore"):
        wide = "complex128" if one.dtype.kind == "c" else "float64"
        return one.astype(wide) - other.astype(wide)


def _largest(values):
    finite = numpy.abs(values)[numpy.isfinite(values)]
    return float(numpy.max(finite)) if finite.size else 0.0


def _all_layers(model):
    """Layers at any depth, where Keras tells them (since TensorFlow 2.3), else those of the model itself."""
    walk = getattr(model, "_flatten_layers", None)
    return list(walk()) if walk else list(getattr(model, "layers", ()))


def _layers_with_weights(model):
    return [layer for layer in model.layers if layer.weights] if model.layers else [model]


def _numeric(data):
    return all(numpy.issubdtype(numpy.asarray(part).dtype, numpy.number) for part in nest.flat(data).values())


def _fed(api, x):
    """Inputs as this Keras takes them: since Keras 3, words as tensors only."""
    if api.tf is None or api.keras_version < (3,):
        return x
    parts = nest.flat(x)
    fed = ((name, api.tf.constant(part) if part.dtype.kind in "US" else part) for name, part in parts.items())
    return nest.unflat(collections.OrderedDict(fed), nest.kind(x))


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
