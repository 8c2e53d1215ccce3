"""Save and load for each file format: what it carries, which runtimes lack it, and how Keras writes and reads it.

Constraints: Python 3.6 syntax. Loading is tried everywhere, also where a format is lacking: a refusal is evidence.
"""

import inspect
import io
import os

WEIGHTS = "weights"
ARCHITECTURE = "architecture"
COMPILE = "compile"
OPTIMIZER = "optimizer"


class Format(object):
    """One way of writing a model; `carries` names what a reader may expect to find in it."""

    name = ""
    file = ""
    carries = frozenset()

    def path(self, folder):
        """The path that Keras is given, inside the artifact's folder."""
        return os.path.join(folder, self.file)

    def lacking(self, api):
        """Why this runtime cannot write the format, or None; every such word is probed by trying all the same."""
        return

    def save(self, api, model, folder):
        """Write the model into `folder`. Raises what Keras raises."""
        raise NotImplementedError

    def load(self, api, script, folder):
        """Give the model back. Raises what Keras raises."""
        raise NotImplementedError

    def written(self, folder):
        """Whether what lies in `folder` is truly of this format and not another one under its name."""
        return True


class WholeModel(Format):
    """Architecture, weights, compile arguments and optimizer in one."""

    carries = frozenset([WEIGHTS, ARCHITECTURE, COMPILE, OPTIMIZER])

    def save(self, api, model, folder):
        model.save(self.path(folder))

    def load(self, api, script, folder):
        load_model = api.keras.models.load_model
        options = accepted(load_model, script.call("load_options"))
        return load_model(self.path(folder), custom_objects=script.call("custom_objects"), **options)


class H5(WholeModel):
    """The whole model in one HDF5 file, since Keras 1."""

    name, file = "h5", "model.h5"


class KerasZip(WholeModel):
    """The zip file `.keras`, since TensorFlow 2.12."""

    name, file = "keras", "model.keras"

    def lacking(self, api):
        if api.keras_version < (2, 12):
            return "Keras before 2.12 writes HDF5 under the name .keras"
        return None

    def save(self, api, model, folder):
        # TensorFlow 2.12 can write it, and writes HDF5 under the name .keras unless it is asked.
        asked = {"save_format": "keras_v3"} if api.keras_version[:2] == (2, 12) else {}
        model.save(self.path(folder), **asked)

    def written(self, folder):
        with io.open(self.path(folder), "rb") as stream:
            return stream.read(2) == b"PK"


class SavedModel(WholeModel):
    """TensorFlow's SavedModel folder as Keras 2 writes it."""

    name, file = "savedmodel", "model"

    def lacking(self, api):
        if api.keras_version >= (3,):
            return "Keras 3 no longer writes a Keras model as SavedModel"
        if api.runtime["keras"] == "keras":
            return "standalone Keras 2 writes no SavedModel"
        return None

    def save(self, api, model, folder):
        model.save(self.path(folder), save_format="tf")


class Rebuilt(Format):
    """A model built again by the same code on the loading side."""

    def load(self, api, script, folder):
        model = script.call("build")
        script.call("compile", model=model)
        self.restore(api, model, folder)
        return model

    def restore(self, api, model, folder):
        """Put the stored weights into the model."""
        model.load_weights(self.path(folder))


class WeightsH5(Rebuilt):
    """Weights alone in Keras' old HDF5 layout."""

    name, file = "weights-h5", "model_weights.h5"
    carries = frozenset([WEIGHTS])

    def lacking(self, api):
        if api.keras_version >= (3,):
            return "Keras 3 writes weights as .weights.h5 only"
        return None

    def save(self, api, model, folder):
        model.save_weights(self.path(folder))


class DotWeightsH5(WeightsH5):
    """Weights alone in the layout that `.keras` files use inside, since TensorFlow 2.12."""

    name, file = "weights.h5", "model.weights.h5"

    def lacking(self, api):
        if api.keras_version < (2, 12):
            return "Keras before 2.12 writes its old layout under the name .weights.h5"
        return None

    def written(self, folder):
        import h5py

        with h5py.File(self.path(folder), "r") as stream:
            return "layer_names" not in stream.attrs


class TfCheckpoint(WeightsH5):
    """TensorFlow's object-based checkpoint."""

    name, file = "tf-checkpoint", os.path.join("checkpoint", "model")
    carries = frozenset([WEIGHTS, OPTIMIZER])

    def lacking(self, api):
        if api.keras_version >= (3,):
            return "Keras 3 writes no TensorFlow checkpoint"
        if api.runtime["keras"] == "keras":
            return "standalone Keras 2 writes no TensorFlow checkpoint"
        return None

    def save(self, api, model, folder):
        os.mkdir(os.path.dirname(self.path(folder)))
        model.save_weights(self.path(folder), save_format="tf")


class JsonAndWeights(Format):
    """The architecture as JSON, the weights beside it."""

    name, file = "json+weights", "model.json"
    carries = frozenset([WEIGHTS, ARCHITECTURE])

    def save(self, api, model, folder):
        with io.open(self.path(folder), "w", encoding="utf-8") as stream:
            stream.write(u"" + model.to_json())
        weights = DotWeightsH5 if api.keras_version >= (3,) else WeightsH5
        model.save_weights(os.path.join(folder, weights.file))

    def load(self, api, script, folder):
        with io.open(self.path(folder), encoding="utf-8") as stream:
            text = stream.read()
        from_json = api.keras.models.model_from_json
        options = accepted(from_json, script.call("load_options"))
        model = from_json(text, custom_objects=script.call("custom_objects"), **options)
        (weights,) = [name for name in os.listdir(folder) if name.endswith(".h5")]
        model.load_weights(os.path.join(folder, weights))
        return model


class Own(Format):
    """A file of the scenario's own making, of which nothing is known: its `save` and `load` are given the path."""

    name, file = "own", "model.own"


class Code(Rebuilt):
    """No file at all: the model is built again from its code, as people do who lost or never kept the weights."""

    name = "code"

    def save(self, api, model, folder):
        pass

    def restore(self, api, model, folder):
        pass


ALL = {known.name: known() for known in (
    H5, KerasZip, SavedModel, WeightsH5, DotWeightsH5, TfCheckpoint, JsonAndWeights, Own, Code)}


def accepted(function, options):
    """Those of `options` that a function of this Keras has a parameter for; older ones know no safe_mode, say."""
    parameters = inspect.signature(inspect.unwrap(function)).parameters
    return {name: value for name, value in options.items() if name in parameters}
