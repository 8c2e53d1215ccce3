"""Where each generation of Keras keeps its preprocessing layers."""

NOT_EAGER = "adapt() and tables of words need operations that run at once"


def find(keras, name):
    """The layer class of this name, or None: `layers`, or `layers.experimental.preprocessing` before TensorFlow 2.6."""
    experimental = getattr(getattr(keras.layers, "experimental", None), "preprocessing", None)
    return getattr(keras.layers, name, None) or getattr(experimental, name, None)
