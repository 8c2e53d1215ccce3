"""Where a loaded model parts from the saved one, and what explains it: weights, arguments and more, exchanged in turn.

Constraints: Python 3.6 syntax, the environment's own numpy.

An exchange explains the difference if the first layer that parts then puts out what it did where it was saved.
"""

import contextlib

import numpy

from .. import observe
from ..remedies import dialect, resizing
from . import configs, exchanges
from .findings import finding

_CLOSE = 1e-4  # of the largest value
_FAR_LESS = 0.01  # of the difference that was to be explained


class Changed(object):
    """A load that predicts something else, and the experiments on it."""

    def __init__(self, loads, saved):
        self.loads = loads
        self.run = loads.run
        self.api = loads.run.api
        self.saved = saved
        self.x = self.model = self.at = None
        self.expected = self.before = None

    def locate(self):
        """The finding: the first layer that parts, and what of it explains that."""
        failure = self.loads.failure()
        if failure is not None:
            return finding("model", "gone", message=failure.headline)
        self.model = self.loads.model
        given, y, said = self.run.inputs()
        self.x = self.run.fed(given)
        self.run.script.call("after_load", model=self.model, x=self.x, y=y)
        now = self.run.predict(self.model, self.x)
        if not observe.apart(said, now):
            return finding("model", "gone")
        self.at = self._first_that_parts()
        if self.at is None:
            self.expected, self.before = said, _largest(said, now)
        return self._found()

    def _found(self):
        about = self._about()
        for explain in (self._weights, self._stored_arguments, self._meanings, self._untraced, self._masks,
                        self._other_arguments):
            found = explain(about)
            if found:
                return found
        if self.at is None:
            return finding("model", "nowhere")
        return finding("layer", "puts out otherwise", bare=not self._layer().weights, **about)

    # Where

    def _chosen(self, model):
        return [layer for layer in model.layers if type(layer).__name__ != "InputLayer"]

    def _layer(self):
        return self._chosen(self.model)[self.at]

    def _about(self):
        if self.at is None:
            return {"layer": "", "class": type(self.model).__name__}
        return {"layer": self._layer().name, "class": type(self._layer()).__name__}

    def _first_that_parts(self):
        """The number of the first layer that puts out something else; None where layers cannot be looked at."""
        ours = self.saved.get(observe.LAYERS, {})
        if not ours or "failed" in ours:
            return None
        try:
            theirs = observe.layers(self.api, self.model, self.x)
        except Exception:  # no functional model
            return None
        for number, (one, other) in enumerate(zip(ours.values(), theirs.values())):
            if _apart(one, other):
                self.expected, self.before = {"0": one}, _largest({"0": one}, {"0": other})
                return number
        return None

    def _explained(self, model):
        """Whether a model now puts out what the saved one did, at the layer that parted or at its end."""
        try:
            if self.at is None:
                said = self.run.predict(model, self.x)
            else:
                said = {"0": list(observe.layers(self.api, model, self.x).values())[self.at]}
        except Exception:
            return False
        return self._near(said)

    def _near(self, said):
        if not any(_apart(self.expected[name], said.get(name)) for name in self.expected):
            return True
        left = _largest(self.expected, said)
        return left is not None and self.before is not None and left < _FAR_LESS * self.before

    # What explains it

    def _weights(self, about):
        """Weights that are others than where it was saved; put in, they stay for what is tried next."""
        stored = self.saved.get(observe.WEIGHTS, {})
        layers = observe._layers_with_weights(self.model)
        for number, layer in enumerate(layers):
            if self.at is not None and layer is not self._layer():
                continue
            ours = _of_layer(stored, number)
            theirs = layer.get_weights()
            others = [place for place, (one, other) in enumerate(zip(ours, theirs)) if _apart(one, other)]
            if not ours or (len(ours) == len(theirs) and not others):
                continue
            place = others[0] if others else None
            all_of_them = len(others) > 1 and len(others) == len(theirs)
            name = "" if all_of_them else _name_of_weight(layer, place)
            about = dict(about, **{"layer": layer.name, "class": type(layer).__name__})
            try:
                layer.set_weights(ours)
            except Exception as error:
                return finding("weights", "of another shape", argument=name, message=str(error)[:200], **about)
            if self._explained(self.model) or (self.at is None and self._all_weights(stored, layers)):
                return finding("weights", "exchanged", argument=name,
                               constant=bool(others) and _is_constant(theirs[place]), **about)
        return None

    def _all_weights(self, stored, layers):
        for number, layer in enumerate(layers):
            try:
                layer.set_weights(_of_layer(stored, number) or layer.get_weights())
            except Exception:
                return False
        return self._explained(self.model)

    def _stored_arguments(self, about):
        """Arguments that came back otherwise than they stand in the file."""
        stored = self._stored_layer()
        if stored is None:
            return None
        now = self._config()
        for name in sorted(stored):
            if name not in now or name in exchanges.NEVER or exchanges.alike(stored[name], now[name]):
                continue
            if self._explained_by(name, stored[name]):
                return finding("argument", "came back", argument=name, value=configs.short(stored[name]),
                               instead=configs.short(now[name]), **about)
        return None

    def _meanings(self, about):
        """Values that mean something else in the Keras that saved."""
        if self.at is None:
            return None
        for name, value, other, scope, words in self._other_meanings():
            with self.api.keras.utils.custom_object_scope(scope):
                if self._explained_by(name, other):
                    return finding("argument", "means", argument=name, value=value, instead=words, **about)
        return None

    def _other_meanings(self):
        config, found = self._config(), []
        if hasattr(self.api.keras, "ops"):
            for name, value in sorted(config.items()):
                if value == "hard_sigmoid":
                    found.append((name, value, dialect.old_hard_sigmoid(self.api.keras), {},
                                  "the function of Keras 2, 0.2 x + 0.5 between 0 and 1"))
        if config.get("interpolation") == "bilinear" and self.api.tf is not None:
            with contextlib.suppress(Exception):
                found.append(("interpolation", "bilinear", "bilinear", {"UpSampling2D": resizing.layer(self.api)[0]},
                              "the sampling of TensorFlow 1, from the corners of pixels"))
        return found

    def _untraced(self, about):
        """A `tf.function` repeats what it was traced with; without it the code itself is run."""
        config = getattr(self.api.tf, "config", None)
        switch = getattr(config, "run_functions_eagerly", None)
        if switch is None or not self.api.eager:
            return None
        switch(True)
        try:
            if self._explained(self.model):
                return finding("flag", "untraced", argument="tf.function", **about)
        finally:
            switch(False)
        return None

    def _masks(self, about):
        """Whether the layer heeds a mask here and did not there, or the other way round."""
        if self.at is None or not self.api.eager or not getattr(self._layer(), "supports_masking", False):
            return None
        try:
            inner = self.api.keras.models.Model(self.model.inputs, self._layer().input)
            given = inner(observe._tensors(self.api, self.x))
            value = numpy.asarray(given)
            mask = (value != 0).any(axis=-1) if value.ndim > 2 else None
            for how, said in (("heeds", None), ("ignores", mask)):
                layer = self._layer()
                output = layer(given, mask=observe._tensors(self.api, said)) if said is not None else layer(given)
                if self._near({"0": numpy.asarray(output)}):
                    return finding("inputs", how, argument="mask", **about)
        except Exception:
            return None
        return None

    def _other_arguments(self, about):
        """Arguments that another value of which gives what was saved: what they were there, as far as this shows."""
        if self.at is None:
            return None
        config = self._config()
        for name, value in exchanges.alternatives(self.api.keras, config):
            if self._explained_by(name, value):
                return finding("argument", "as if", argument=name, value=configs.short(value),
                               instead=configs.short(config[name]), **about)
        if hasattr(self.api.keras, "ops"):
            old = dialect.old_hard_sigmoid(self.api.keras)
            for name in sorted(name for name in config if name.endswith("activation")):
                if self._explained_by(name, old):
                    return finding("argument", "as if", argument=name, value="the hard_sigmoid of Keras 2",
                                   instead=configs.short(config[name]), **about)
        return None

    # Models with another argument

    def _stored_layer(self):
        if self.at is None or self.loads.stored is None:
            return None
        for layer in configs.every(self.loads.stored.model):
            if configs.name_of(layer) == self._layer().name and isinstance(layer.get("config"), dict):
                return layer["config"]
        return None

    def _config(self):
        config = self._layer().get_config()
        return config if isinstance(config, dict) else {}

    def _explained_by(self, name, value):
        model = self._rebuilt(lambda config: dict(config, **{name: value}))
        return model is not None and self._explained(model)

    def _rebuilt(self, edit):
        """The model with the same weights and another configuration of the layer; None if that cannot be made."""
        self.loads.clock.check()
        self.loads.number += 1
        try:
            whole = {"class_name": type(self.model).__name__, "config": self.model.get_config()}
            edited = configs.changed(whole, self._layer().name, edit)
            model = type(self.model).from_config(
                edited["config"], custom_objects=self.run.script.call("custom_objects"))
            if not model.weights:
                observe.predictions(self.api, model, self.x)
            model.set_weights(self.model.get_weights())
            return model
        except Exception:
            return None


def _of_layer(stored, number):
    items = [item for item in stored if item.partition("/")[0] == str(number) and "/" in item]
    return [stored[item] for item in sorted(items, key=lambda item: int(item.partition("/")[2]))]


def _name_of_weight(layer, place):
    if place is None or place >= len(layer.weights):
        return ""
    name = getattr(layer.weights[place], "path", None) or layer.weights[place].name
    name = name.split(":")[0]
    inside = name.split("/")
    return "/".join(inside[-2:]) if getattr(layer, "layers", None) else inside[-1]


def _is_constant(value):
    return value.size > 1 and bool((value == value.flat[0]).all())


def _apart(one, other):
    if other is None or numpy.shape(one) != numpy.shape(other):
        return True
    if not numpy.issubdtype(one.dtype, numpy.number) or not numpy.issubdtype(numpy.asarray(other).dtype, numpy.number):
        return not numpy.array_equal(one, other)
    off = observe._largest(observe._difference(one, numpy.asarray(other)))
    odd = (numpy.isnan(one) != numpy.isnan(other)).any() if one.dtype.kind == "f" else False
    return bool(odd) or off > 1e-6 + _CLOSE * observe._largest(one)


def _largest(ours, theirs):
    """The largest difference of any output; None where shapes or kinds differ."""
    sizes = []
    for name, one in ours.items():
        other = theirs.get(name)
        if other is None or numpy.shape(one) != numpy.shape(other) or not numpy.issubdtype(one.dtype, numpy.number):
            return None
        sizes.append(observe._largest(observe._difference(one, numpy.asarray(other))))
    return max(sizes) if sizes else None
