"""What a file says of its layers and of its training, read without Keras.

Constraints: Python 3.6 syntax, the environment's own h5py.
"""

import io
import json
import os
import re
import zipfile

_IN_HDF5 = ("model_config", "training_config")
_IN_SAVEDMODEL = ("keras_metadata.pb", "saved_model.pb")  # JSON among other things
_QUOTED = re.compile(r'"(?=([^"\\]{1,200})")')  # between any two quotes: other bytes may have an odd number of them
_SIGNATURE_OF_HDF5 = b"\x89HDF"


def texts(path):
    """The configurations in a file as texts, the architecture first; none for a file that has no configuration."""
    if os.path.isdir(path):
        return [_read(os.path.join(path, name)) for name in _IN_SAVEDMODEL if os.path.exists(os.path.join(path, name))]
    if not os.path.isfile(path):
        return []
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            return [archive.read(name).decode("utf-8") for name in archive.namelist() if name == "config.json"]
    with io.open(path, "rb") as stream:
        begin = stream.read(4)
    if begin == _SIGNATURE_OF_HDF5:
        return _of_hdf5(path)
    return [_read(path)] if begin[:1] == b"{" else []


def words(path):
    """Every word that stands between quotes in the configurations: names of classes and functions among them."""
    return {word for text in texts(path) for word in _QUOTED.findall(text)}


def architecture(path):
    """The configuration of the model, {"class_name": ..., "config": ...}; None for a file that has none as JSON."""
    for text in texts(path):
        try:
            found = json.loads(text)
        except ValueError:
            continue
        if isinstance(found, dict) and "config" in found:
            return found
    return None


def layers(stored):
    """The configurations of the layers of a stored model, without its inputs; none if it is no model."""
    config = stored.get("config")
    listed = config.get("layers") if isinstance(config, dict) else config  # a list in Sequential models of Keras 2.2
    if not isinstance(listed, list):
        return []
    return [layer for layer in listed if isinstance(layer, dict) and layer.get("class_name") != "InputLayer"]


def _of_hdf5(path):
    import h5py

    with h5py.File(path, "r") as stream:
        found = [stream.attrs[name] for name in _IN_HDF5 if name in stream.attrs]
    return [text.decode("utf-8") if isinstance(text, bytes) else text for text in found]


def _read(path):
    with io.open(path, "rb") as stream:
        return stream.read().decode("utf-8", "replace")
