"""The loading method of each file format: what the format is, how it is loaded, and what else loading needs."""

from __future__ import annotations

import dataclasses


@dataclasses.dataclass(frozen=True, kw_only=True)
class LoadingMethod:
    """How a file format is loaded; `load` is code to copy, `needs` is empty if the file is enough."""

    title: str
    load: str
    needs: str = ""


_BUILT = "the code that builds the model; compile it again, the optimizer starts afresh"

LOADING_METHODS = {
    "keras": LoadingMethod(title="the .keras file", load='model = keras.models.load_model("model.keras")'),
    "h5": LoadingMethod(title="the whole model in one HDF5 file", load='model = keras.models.load_model("model.h5")'),
    "savedmodel": LoadingMethod(
        title="TensorFlow's SavedModel folder", load='model = keras.models.load_model("model")'
    ),
    "weights.h5": LoadingMethod(
        title="weights alone, in the layout of .keras files",
        load='model = build_model()\nmodel.load_weights("model.weights.h5")',
        needs=_BUILT,
    ),
    "weights-h5": LoadingMethod(
        title="weights alone, in the old HDF5 layout",
        load='model = build_model()\nmodel.load_weights("model-weights.h5")',
        needs=_BUILT,
    ),
    "tf-checkpoint": LoadingMethod(
        title="TensorFlow's checkpoint of the weights",
        load='model = build_model()\nmodel.load_weights("checkpoint/model")',
        needs=_BUILT,
    ),
    "json+weights": LoadingMethod(
        title="the architecture as JSON, with the weights in a second file",
        load='model = keras.models.model_from_json(open("model.json").read())\nmodel.load_weights("model-weights.h5")',
        needs="to be compiled again; the optimizer starts afresh",
    ),
}
