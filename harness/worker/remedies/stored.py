"""Arrays out of any file that Keras writes, put into a model by the order of its layers and the shapes of its weights.

Constraints: Python 3.6 syntax, the environment's own numpy and h5py; TensorFlow only for its checkpoints.

Three layouts: HDF5 with `layer_names` (Keras 1 to 2, and Keras 3 for `.h5`); HDF5 with a group for every object
(`.weights.h5`, and inside `.keras`); a checkpoint of TensorFlow, alone or inside a SavedModel.
"""

import collections
import io
import os
import re
import zipfile

import numpy

_OF_A_LAYER = re.compile(r"layer_with_weights-(\d+)/(.+)/\.ATTRIBUTES/VARIABLE_VALUE$")
_OF_THE_MODEL = re.compile(r"variables/(\d+)/\.ATTRIBUTES/VARIABLE_VALUE$")
_LAST = ("output_dense", "backward_layer")  # what comes after its siblings, whatever the alphabet says


def put_into(model, path, api):
    """Set the model's weights from a file. Raises ValueError where the file has not what the model needs."""
    layers = [layer for layer in model.layers if layer.get_weights()]
    if os.path.isdir(path) or not os.path.isfile(path):
        per_layer = _of_checkpoint(path, layers, api)
    elif zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            content = io.BytesIO(archive.read("model.weights.h5"))
        per_layer = _of_hdf5(content, model, layers)
    else:
        per_layer = _of_hdf5(path, model, layers)
    if len(per_layer) != len(layers):
        raise ValueError("the file has weights of %d layers, the model of %d" % (len(per_layer), len(layers)))
    for layer, arrays in zip(layers, per_layer):
        layer.set_weights(_fitted(layer, arrays))


def _fitted(layer, arrays):
    """The arrays in the order in which the layer wants them. Raises ValueError."""
    wanted = [value.shape for value in layer.get_weights()]
    given = [array.shape for array in arrays]
    if wanted == given:
        return arrays
    if sorted(wanted) != sorted(given) or len(set(given)) < len(given):
        raise ValueError("layer %s wants weights of shapes %s, the file has %s" % (layer.name, wanted, given))
    return [arrays[given.index(shape)] for shape in wanted]


def _of_hdf5(file, model, layers):
    import h5py

    with h5py.File(file, "r") as stream:
        root = stream.get("model_weights", stream)
        if any(name.startswith("layer_names") for name in root.attrs):
            listed = [root[name] for name in _listed(root, "layer_names")]
            found = [[group[name][()] for name in _listed(group, "weight_names")] for group in listed]
            return [arrays for arrays in found if arrays]
        return _of_objects(root, model, layers)


def _listed(group, name):
    """A list of texts in attributes, which is cut into pieces where it is long."""
    pieces = [key for key in group.attrs if re.match(name + r"\d*$", key)]
    values = [value for key in sorted(pieces, key=lambda key: (len(key), key)) for value in group.attrs[key]]
    return [value.decode("utf-8") if isinstance(value, bytes) else value for value in values]


def _of_objects(root, model, layers):
    """Groups of objects are called after the class of each layer, counted in the order of the layers, or its name."""
    group = root.get("layers") or root.get("_layer_checkpoint_dependencies")
    if group is None:
        raise ValueError("there are no layers in it: %s" % ", ".join(root))
    found, seen = [], collections.Counter()
    for layer in model.layers:
        base = _snake(type(layer).__name__)
        called = base if not seen[base] else "%s_%d" % (base, seen[base])
        seen[base] += 1
        name = called if called in group else layer.name
        if any(layer is one for one in layers):
            if name not in group:
                raise ValueError("layer %s is not among %s" % (called, ", ".join(group)))
            found.append(_of_object(group[name], layer))
    return found


def _of_object(group, layer):
    inner = getattr(layer, "layers", None)
    if inner and "layers" in group:
        return [array for arrays in _of_objects(group, layer, [one for one in inner if one.get_weights()])
                for array in arrays]
    own = group.get("vars", {})
    arrays = [own[name][()] for name in sorted(own, key=int)]
    for name in sorted(group, key=lambda name: (name in _LAST, name != "query_dense", name)):
        if name not in ("vars", "seed_generator"):
            arrays += _of_object(group[name], None)
    return arrays


def _snake(name):
    name = re.sub(r"\W+", "", name)
    return re.sub("([a-z])([A-Z])", r"\1_\2", re.sub("(.)([A-Z][a-z]+)", r"\1_\2", name)).lower()


def _of_checkpoint(path, layers, api):
    if api.tf is None:
        raise ValueError("reading a checkpoint takes TensorFlow")
    inside = os.path.join(path, "variables", "variables")
    reader = api.tf.train.load_checkpoint(inside if os.path.isdir(path) else path)
    by_layer, listed = collections.defaultdict(dict), {}
    for name in reader.get_variable_to_shape_map():
        of_layer, of_model = _OF_A_LAYER.match(name), _OF_THE_MODEL.match(name)
        if of_layer and ".OPTIMIZER_SLOT" not in name:
            by_layer[int(of_layer.group(1))][of_layer.group(2)] = reader.get_tensor(name)
        elif of_model:
            listed[int(of_model.group(1))] = reader.get_tensor(name)
    if not listed:
        return [_by_name(layer, by_layer[index]) for layer, index in zip(layers, sorted(by_layer))]
    # A SavedModel calls a variable by the shortest way to it: one inside a cell by its place among all of the model.
    left = [listed[place] for place in sorted(listed)]
    found = []
    for index, layer in enumerate(layers):
        if index in by_layer:
            found.append(_by_name(layer, by_layer[index]))
        else:
            count = len(layer.get_weights())
            found.append(left[:count])
            del left[:count]
    return found


def _by_name(layer, arrays):
    """The arrays of one layer in the order of its weights: by the last word of their names."""
    left = sorted(arrays, key=lambda name: ("backward" in name, name))
    found = []
    for weight in layer.weights:
        word = weight.name.split("/")[-1].split(":")[0]
        shape = tuple(int(size) for size in weight.shape)
        fits = [name for name in left if name.split("/")[-1] == word and arrays[name].shape == shape]
        if not fits:
            raise ValueError("layer %s: no %s of shape %s among %s" % (layer.name, word, shape, ", ".join(left)))
        left.remove(fits[0])
        found.append(numpy.asarray(arrays[fits[0]]))
    return found
