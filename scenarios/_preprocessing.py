"""Where each generation of Keras keeps its preprocessing layers, and how its models are fed words."""

NOT_EAGER = "adapt() and tables of words need operations that run at once"


def find(keras, name):
    """The layer class of this name, or None: `layers`, or `layers.experimental.preprocessing` before TensorFlow 2.6."""
    experimental = getattr(getattr(keras.layers, "experimental", None), "preprocessing", None)
    return getattr(keras.layers, name, None) or getattr(experimental, name, None)


def feed_words(keras, tf, model):
    """Let a model be asked with arrays of words: Keras 3 takes words as tensors only."""
    if not hasattr(keras, "ops"):
        return
    predict = model.predict
    model.predict = lambda x, **options: predict(tf.constant(x), **options)
