"""What is rehearsed: a dense network, as small as can be."""

import numpy


def build(keras):
    return keras.Sequential([keras.layers.Dense(2, input_shape=(3,))])


def data():
    return numpy.ones((4, 3), "float32"), numpy.ones((4, 2), "float32")
