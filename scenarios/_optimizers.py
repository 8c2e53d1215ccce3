"""Where this Keras keeps the optimizers that work."""


def place(keras, eager):
    # Graphs and sessions under TensorFlow 2.11 to 2.15, and tf_keras, are for the older optimizers alone.
    return keras.optimizers if eager else getattr(keras.optimizers, "legacy", keras.optimizers)
