"""The ending .keras on an HDF5 file: Keras 3 goes by the name and finds no zip file.

Up to TensorFlow 2.12 `model.save("model.keras")` writes HDF5, as for any name that it does not know. From 2.13 on the
same line writes a zip file, and Keras 3 reads nothing else under that name.

Expected: among Keras 2 the file loads as HDF5 does; Keras 3 refuses it, and once renamed it loads as far as it may.
A true zip file is refused under the name `.h5`.

The remedy is to rename an HDF5 file to `.h5`.

Source: https://github.com/keras-team/keras/issues/20259
"""

import os
import shutil
import tempfile

FORMATS = ("h5",)
PARAMETERS = {"opened_as": (".keras", ".h5")}
REMEDY = {"opened_as": ".h5"}


def build(keras):
    layers = keras.layers
    inputs = layers.Input(shape=(4,))
    x = layers.Dense(8, activation="relu")(inputs)
    return keras.models.Model(inputs, layers.Dense(3)(x))


def save(model, path):
    model.save(os.path.join(os.path.dirname(path), "model.keras"))


def load(keras, path, opened_as):
    written = os.path.join(os.path.dirname(path), "model.keras")
    if opened_as == ".keras":
        return keras.models.load_model(written)
    renamed = os.path.join(tempfile.mkdtemp(), "model" + opened_as)
    shutil.copyfile(written, renamed)
    return keras.models.load_model(renamed)


def data(rng):
    return rng.rand(16, 4).astype("float32"), rng.rand(16, 3).astype("float32")
