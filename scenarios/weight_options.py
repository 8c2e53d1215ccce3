"""Regularisers, constraints and initialisers: what is said of weights beside their values.

Expected: as any plain layer: identical upwards within Keras 2, without its optimizer state from HDF5 in Keras 3. The
loss tells that the regulariser came back.

Source: https://keras.io/api/layers/regularizers/, https://keras.io/api/layers/initializers/
"""

FORMATS = ("h5", "keras")


def build(keras):
    layers = keras.layers
    return keras.Sequential([
        layers.Dense(
            6, activation="relu", input_shape=(4,),
            kernel_initializer=keras.initializers.VarianceScaling(scale=2.0),
            bias_initializer=keras.initializers.Constant(0.5),
            kernel_regularizer=keras.regularizers.L1L2(l1=0.01, l2=0.02),
            kernel_constraint=keras.constraints.MaxNorm(2)),
        layers.Dense(2),
    ])


def data(rng):
    return rng.rand(16, 4).astype("float32"), rng.rand(16, 2).astype("float32")
