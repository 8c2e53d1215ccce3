"""Batch normalisation of tf.keras: a class of another name and an axis written as a list.

TensorFlow 1.13 writes the layer as `BatchNormalizationV1`, a name that no other version and no standalone Keras knows.
Every tf.keras 1.x and 2.x writes the axis as a list, which standalone Keras 2.2.4 takes as a number.

Expected: a file of TensorFlow 1.13 is refused by its neighbours; one of TensorFlow 1.12 is refused by Keras 2.2.4,
which stumbles over the list. Keras 3 reads the list.

The remedy for the name is `custom_objects={"BatchNormalizationV1": BatchNormalization}`; for the list there is none
but loading with tf.keras.

Source: https://github.com/amir-abdi/keras_to_tensorflow/issues/74, https://github.com/keras-team/keras/pull/11980
"""

REACH = "own"
PAIRS = (
    ("tf1.13", "tf1.12"), ("tf1.13", "tf1.14"), ("tf1.13", "keras2.2.4"), ("tf1.12", "keras2.2.4"),
    ("tf2.3", "tf2.16-keras3"))
FORMATS = ("h5",)
PARAMETERS = {"given": ("nothing", "custom_objects")}
REMEDY = {"given": "custom_objects"}


def build(keras):
    # Nothing else in it: an initialiser of another layer would be refused first.
    return keras.Sequential([keras.layers.BatchNormalization(input_shape=(4,))])


def custom_objects(keras, given):
    return {"BatchNormalizationV1": keras.layers.BatchNormalization} if given == "custom_objects" else None


def data(rng):
    return (3 + rng.rand(16, 4)).astype("float32"), rng.rand(16, 4).astype("float32")
