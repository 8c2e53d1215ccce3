"""A stand-in for Keras with one kind of model, so that the worker can be run where no TensorFlow exists.

Constraints: Python 3.6 syntax, numpy.
"""

import io
import os
import pickle
import types

import numpy

__version__ = "3.0.0"


class Dense(object):
    """A matrix; its name and its weights."""

    name = "dense"

    def __init__(self, rows, columns):
        self.kernel = numpy.random.rand(rows, columns).astype("float32")

    @property
    def weights(self):
        return [self.kernel]

    def get_weights(self):
        return [self.kernel]


class Model(object):
    """One matrix that can be moved, saved and asked."""

    optimizer = None

    def __init__(self, rows, columns):
        self.layers = [Dense(rows, columns)]

    def compile(self, **how):
        pass

    def train_on_batch(self, x, y):
        self.layers[0].kernel += numpy.float32(0.5)

    def predict(self, x, verbose=0):
        return x.dot(self.layers[0].kernel)

    def evaluate(self, x, y, verbose=0, return_dict=False):
        loss = float(numpy.mean((self.predict(x) - y) ** 2))
        return {"loss": loss} if return_dict else [loss]

    def count_params(self):
        return self.layers[0].kernel.size

    def get_weights(self):
        return [self.layers[0].kernel]

    def save(self, path):
        with io.open(path, "wb") as stream:
            pickle.dump(self.layers[0].kernel, stream, protocol=2)


def load_model(path, custom_objects=None):
    with io.open(path, "rb") as stream:
        content = stream.read()
    if content == b"crash":
        os.abort()
    kernel = pickle.loads(content)
    model = Model(*kernel.shape)
    model.layers[0].kernel = kernel
    return model


Sequential = Model
layers = types.SimpleNamespace(Dense=Dense)
models = types.SimpleNamespace(load_model=load_model, Model=Model)
optimizers = losses = metrics = types.SimpleNamespace()
utils = types.SimpleNamespace(set_random_seed=numpy.random.seed)
