"""Arrays out of any file that Keras writes, arranged as they are in the file.

Constraints: Python 3.6 syntax, the environment's own h5py; TensorFlow only for its checkpoints.

Three layouts: HDF5 with a list of layers (Keras 1 to 2, and Keras 3 for `.h5`); HDF5 with a group for every object
(`.weights.h5`, and inside `.keras`); a checkpoint of TensorFlow, alone or inside a SavedModel.
"""

import collections
import io
import os
import re
import zipfile

HDF5 = "hdf5"
ZIP = "zip"
CHECKPOINT = "checkpoint"
SAVEDMODEL = "savedmodel"

# One object of a model: {name: array} of its own, where names are numbers in HDF5, and {name: Node} of its parts.
Node = collections.namedtuple("Node", "arrays children")

_IN_ZIP = "model.weights.h5"
_VALUE = "/.ATTRIBUTES/VARIABLE_VALUE"
_OF_THE_MODEL = "top_level_model_weights"


def kind(path):
    """What lies at a path, by its content and not by its name; "" for what holds no weights."""
    if os.path.exists(os.path.join(path, "saved_model.pb")):
        return SAVEDMODEL
    if os.path.exists(path + ".index"):
        return CHECKPOINT
    if not os.path.isfile(path):
        return ""
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            return ZIP if _IN_ZIP in archive.namelist() else ""
    with io.open(path, "rb") as stream:
        return HDF5 if stream.read(4) == b"\x89HDF" else ""


def lists_layers(path):
    """Whether an HDF5 file has the old layout, with a list of layers."""
    import h5py

    with h5py.File(path, "r") as stream:
        return _is_listed(stream.get("model_weights", stream))


def read(path, api):
    """[[(name, array), ...] of each layer that has weights] for the old layout of HDF5; a `Node` for anything else."""
    found = kind(path)
    if found in (CHECKPOINT, SAVEDMODEL):
        return _of_checkpoint(path, api)
    if found == ZIP:
        with zipfile.ZipFile(path) as archive:
            path = io.BytesIO(archive.read(_IN_ZIP))
    return _of_hdf5(path)


def _of_hdf5(file):
    import h5py

    with h5py.File(file, "r") as stream:
        root = stream.get("model_weights", stream)
        if not _is_listed(root):
            return _of_group(root)
        groups = [root[name] for name in _listed(root, "layer_names")] + [root.get(_OF_THE_MODEL, {})]
        layers = [[(name, group[name][()]) for name in _listed(group, "weight_names")] for group in groups if group]
        return [arrays for arrays in layers if arrays]


def _is_listed(root):
    return any(re.match(r"layer_names\d*$", name) for name in root.attrs)


def _listed(group, name):
    """A list of texts in attributes, which is cut into pieces where it is long."""
    pieces = [key for key in group.attrs if re.match(name + r"\d*$", key)]
    values = [value for key in sorted(pieces, key=lambda key: (len(key), key)) for value in group.attrs[key]]
    return [value.decode("utf-8") if isinstance(value, bytes) else value for value in values]


def _of_group(group):
    own = group.get("vars", {})
    children = {name: _of_group(part) for name, part in group.items() if name != "vars" and hasattr(part, "items")}
    return Node({name: own[name][()] for name in own},
                {name: child for name, child in children.items() if child.arrays or child.children})


def _of_checkpoint(path, api):
    if api.tf is None:
        raise ValueError("reading a checkpoint takes TensorFlow")
    inside = os.path.join(path, "variables", "variables")
    reader = api.tf.train.load_checkpoint(inside if os.path.isdir(path) else path)
    root = Node({}, {})
    for name in reader.get_variable_to_shape_map():
        if name.endswith(_VALUE) and ".OPTIMIZER_SLOT" not in name:
            way = name[:-len(_VALUE)].split("/")
            node = root
            for part in way[:-1]:
                node = node.children.setdefault(part, Node({}, {}))
            node.arrays[way[-1]] = reader.get_tensor(name)
    return root
