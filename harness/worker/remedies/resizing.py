"""UpSampling2D with the bilinear sampling of standalone Keras 2, and of tf.keras before TensorFlow 1.15.

Constraints: Python 3.6 syntax; TensorFlow, which still has that sampling.

It takes the corner of a pixel for its centre. A file holds no more of it than the word "bilinear".
"""

import re


def is_old(runtime, versions):
    """Whether a runtime samples in the old way."""
    tensorflow, keras = (_numbers(versions.get(name, "0")) for name in ("tensorflow", "keras"))
    return keras < (3,) if runtime["keras"] == "keras" else tensorflow < (1, 15)


def layer(api):
    """The class, and a list that will hold the layers made of it with bilinear interpolation."""
    newer = api.keras.layers.UpSampling2D
    made, resize = [], api.tf.compat.v1.image.resize_bilinear

    class UpSampling2D(newer):
        """Enlarges images as the old versions did."""

        def __init__(self, *given, **named):
            super(UpSampling2D, self).__init__(*given, **named)
            if self.interpolation == "bilinear":
                made.append(self)

        def call(self, inputs):
            """The images, `size` times as high and wide."""
            if self.interpolation != "bilinear":
                return super(UpSampling2D, self).call(inputs)
            first = self.data_format == "channels_first"
            images = api.tf.transpose(inputs, [0, 2, 3, 1]) if first else inputs
            size = [int(images.shape[axis + 1]) * self.size[axis] for axis in (0, 1)]
            images = resize(images, size, align_corners=False, half_pixel_centers=False)
            return api.tf.transpose(images, [0, 3, 1, 2]) if first else images

    return UpSampling2D, made


def _numbers(version):
    return tuple(int(part) for part in re.findall(r"\d+", version)[:2])
