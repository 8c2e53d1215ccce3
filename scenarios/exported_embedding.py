"""An embedding exported and called as a layer: its numbers come through, and its mask does not.

One part of a model is exported for serving, and `TFSMLayer` calls it in another model. An embedding that takes 0 for
padding makes a mask beside its numbers, which an exported function does not hand on. The average behind it then counts
padding as words.

Expected: "of the embedding" is changed wherever there is a `TFSMLayer`, "made outside" is identical.

The remedy is to make the mask outside, and to hand it to the layer that needs it.

Source: https://github.com/keras-team/keras/issues/21133
"""

FORMATS = ("own",)
PARAMETERS = {"mask": ("of the embedding", "made outside")}
REMEDY = {"mask": "made outside"}
REACH = "pairs"
PAIRS = (("keras3.4", "keras3.4"), ("tf2.18-keras3", "tf2.18-keras3"), ("tf2.18-keras3", "tf2.21-keras3"),
         ("tf2.21-keras3", "tf2.21-keras3"))


def unsupported(keras, tf):
    if tf is None or not hasattr(keras.layers, "TFSMLayer"):
        return "there is no TFSMLayer here"


def build(keras):
    layers = keras.layers
    words = layers.Input(shape=(6,), dtype="int32")
    embedding = keras.models.Model(words, layers.Embedding(9, 4, mask_zero=True)(words), name="embedding")
    words = layers.Input(shape=(6,), dtype="int32")
    return keras.models.Model(words, layers.GlobalAveragePooling1D()(embedding(words)))


def save(model, path):
    model.get_layer("embedding").export(path)


def load(keras, path, mask):
    words = keras.layers.Input(shape=(6,), dtype="int32")
    embedded = keras.layers.TFSMLayer(path, call_endpoint="serve")(words)
    is_word = keras.ops.not_equal(words, 0) if mask == "made outside" else None
    return keras.models.Model(words, keras.layers.GlobalAveragePooling1D()(embedded, mask=is_word))


def data(rng):
    x = rng.randint(1, 9, size=(16, 6)).astype("int32")
    x[:, 4:] = 0
    return x, rng.rand(16, 4).astype("float32")
