"""A Lambda saved by Python 2.7: no Python 3 can read its bytecode.

The model is saved here and the bytecode in the file replaced by what Python 2.7 makes of the same lambda, since
Python 2.7 itself cannot be measured here.

Expected: "whole" is refused everywhere, "weights" is identical.

The remedy is to build the model again in the new Python and to load the weights alone from the same file.

Source: https://github.com/keras-team/keras/issues/7440
"""

import json

import h5py

CAUSE = "lambda"
FORMATS = ("h5",)
REACH = "own"
PARAMETERS = {"loaded": ("whole", "weights")}
REMEDY = {"loaded": "weights"}
OBSERVE = ("weights",)

# python2.7 -c 'import marshal, base64; print(base64.b64encode(marshal.dumps(
#     compile("lambda x: x * 3.0", "model.py", "eval").co_consts[0])))'
BYTECODE = (
    "YwEAAAABAAAAAgAAAEMAAABzCAAAAHwAAGQBABRTKAIAAABOZwAAAAAAAAhAKAAAAAAoAQAAAHQBAAAA"
    "eCgAAAAAKAAAAABzCAAAAG1vZGVsLnB5dAgAAAA8bGFtYmRhPgEAAAB0AAAAAA==")


def build(keras):
    layers = keras.layers
    return keras.Sequential([
        layers.Dense(6, input_shape=(4,)), layers.Lambda(lambda x: x * 3.0), layers.Dense(2)])


def save(model, path):
    model.save(path)
    with h5py.File(path, "r+") as stream:
        text = stream.attrs["model_config"]
        config = json.loads(text.decode("utf-8") if isinstance(text, bytes) else text)
        put_in_place(config)
        stream.attrs["model_config"] = json.dumps(config).encode("utf-8")


def put_in_place(config):
    """Exchange the bytecode, in both ways in which Keras has written it: [code, defaults, closure], or a dict."""
    layers = config["config"]
    layers = layers["layers"] if isinstance(layers, dict) else layers
    (function,) = [layer["config"]["function"] for layer in layers if layer["class_name"] == "Lambda"]
    if isinstance(function, dict):
        function["config"]["code"] = BYTECODE
    else:
        function[0] = BYTECODE


def load(keras, path, loaded):
    if loaded == "weights":
        model = build(keras)
        model.load_weights(path)
        return model
    return keras.models.load_model(path)


def data(rng):
    return rng.rand(16, 4).astype("float32"), rng.rand(16, 2).astype("float32")
