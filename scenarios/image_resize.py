"""Images resized by tf.image: TensorFlow 1 and 2 sample at other places.

`tf.image.resize_images` of TensorFlow 1 takes the corners of pixels for their centres; `tf.image.resize` of
TensorFlow 2 does not. Images that are enlarged before they reach the model come out shifted, and it answers otherwise.

Expected: changed wherever a file of a Keras on TensorFlow 1 loads on TensorFlow 2; with the remedy nothing changes.

The remedy is to resize in one way on both sides (`tf.compat.v1.image.resize` in TensorFlow 2, or another library).

Source: https://github.com/tensorflow/tensorflow/issues/44038
"""

CAUSE = "data preparation"
FORMATS = ("h5",)
PARAMETERS = {"resized_by": ("tf.image", "tf.compat.v1")}
REMEDY = {"resized_by": "tf.compat.v1"}


def unsupported(tf):
    if tf is None:
        return "without TensorFlow there is no tf.image"


def build(keras):
    layers = keras.layers
    inputs = layers.Input(shape=(9, 9, 1))
    x = layers.Flatten()(layers.Conv2D(2, 3)(inputs))
    return keras.models.Model(inputs, layers.Dense(2)(x))


def data(rng, tf, eager, resized_by):
    small = (200 * rng.rand(8, 4, 4, 1)).astype("float32")
    image = getattr(tf.compat, "v1", tf).image if resized_by == "tf.compat.v1" else tf.image
    resize = getattr(image, "resize_images", None) or image.resize
    if eager:
        large = resize(small, (9, 9)).numpy()
    else:
        v1 = getattr(tf.compat, "v1", tf)
        with tf.Graph().as_default(), v1.Session() as session:
            large = session.run(resize(small, (9, 9)))
    return large, rng.rand(8, 2).astype("float32")
