"""One save or one load, from its request to its answer: the steps in order, what each observed, and where it failed.

Constraints: Python 3.6 syntax, the environment's own numpy.
"""

import collections
import contextlib
import json
import os
import random
import shutil
import time
import traceback

import numpy

from . import formats, nest, observe, protocol, scenario

SEED = 20171024  # of the saving side alone, so that the same code saves the same model again


class Run(object):
    """A request being carried out: the answer as it grows."""

    def __init__(self, request, api):
        self.request = request
        self.api = api
        self.format = formats.ALL[request["format"]]
        self.artifact = os.path.join(request["folder"], protocol.ARTIFACT)
        self.step = "import"
        self.seconds = collections.OrderedDict()
        self.observations = collections.OrderedDict()
        self.arrays = {}
        self.notes = []
        self.findings = []
        self.script = None
        self._inputs = None

    @contextlib.contextmanager
    def at(self, step):
        """Enter a step: name it in the answer and time it."""
        self.step = step
        begun = time.monotonic()
        yield
        self.seconds[step] = self.seconds.get(step, 0.0) + time.monotonic() - begun

    def keep(self, name, items):
        """Put an observation into the answer."""
        kept = collections.OrderedDict()
        for item, value in items.items():
            if isinstance(value, numpy.ndarray):
                key = "array%d" % len(self.arrays)
                self.arrays[key] = value
                kept[item] = {"array": key}
            else:
                kept[item] = {"text": str(value)}
        self.observations[name] = kept

    def try_to_observe(self, name, function, *arguments):
        """Make an observation that may fail without failing the cell; its failure is then what was observed."""
        with self.at("observe " + name):
            try:
                self.keep(name, function(*arguments))
            except Exception as error:
                self.keep(name, {"failed": "%s: %s" % (type(error).__name__, _said(error))})

    def wants(self, name):
        """Whether this observation is asked for: by the scenario's OBSERVE, or because the format carries the thing."""
        asked = self.script.constant("OBSERVE")
        if asked is not None:  # the settings are part of the architecture
            return name in asked or (name == observe.SETTINGS and observe.ARCHITECTURE in asked)
        needs = {observe.WEIGHTS: formats.WEIGHTS, observe.ARCHITECTURE: formats.ARCHITECTURE,
                 observe.SETTINGS: formats.ARCHITECTURE, observe.METRICS: formats.COMPILE,
                 observe.OPTIMIZER: formats.OPTIMIZER}
        return name in needs and needs[name] in self.format.carries

    def open_script(self):
        """Execute the scenario and ask it whether this runtime has what it needs."""
        request = self.request
        available = {
            "keras": self.api.keras, "tf": self.api.tf, "rng": numpy.random.RandomState(SEED + 1),
            "path": self.artifact,
            "format": request["format"], "folder": os.path.dirname(request["scenario"]),
            "eager": self.api.eager}
        available.update(request["parameters"])
        with self.at("import"):
            self.script = scenario.Script(request["scenario"], request["stage"], available)
        available["eager"] = self.api.eager  # a script may have switched it
        with self.at("unsupported"):
            reason = self.script.call("unsupported")
        if reason:
            raise scenario.Unsupported(reason)

    def data(self, model=None):
        """What the scenario prepares: x and y."""
        with self.at("data"):
            # A generator of its own: what others drew must not change what both sides are to prepare alike.
            prepared = self.script.call("data", rng=numpy.random.RandomState(SEED), model=model)
            if not isinstance(prepared, tuple) or len(prepared) != 2:
                raise TypeError("data() is to return a tuple (x, y), not %s" % type(prepared).__name__)
            return prepared

    def build(self):
        """The scenario's model, compiled."""
        with self.at("build"):
            model = self.script.call("build")
            if model is None:
                raise TypeError("build() returned None instead of a model")
        with self.at("compile"):
            self.script.call("compile", model=model)
        return model

    def predict(self, model, x):
        """What the model says, as the scenario has it said or as `predict` does: {item: array}."""
        if self.script.has("outputs"):
            return nest.items(self.script.call("outputs", model=model, x=x))
        return observe.predictions(self.api, model, x)

    def observe_common(self, model, x, y):
        """What both sides measure in the same way, beside predictions."""
        for name, function, arguments in (
                (observe.WEIGHTS, observe.weights, ()), (observe.ARCHITECTURE, observe.architecture, ()),
                (observe.METRICS, observe.metrics, (x, y)), (observe.OPTIMIZER, observe.optimizer, ())):
            if self.wants(name):
                self.try_to_observe(name, function, self.api, model, *arguments)

    def observe_settings(self, model, x):
        """What is set beside layers and weights; last, since asking a model may change it."""
        if self.wants(observe.SETTINGS):
            self.try_to_observe(observe.SETTINGS, observe.settings, self.api, model, x)

    def save(self):
        """The saving side: build, train, observe, save."""
        self.open_script()
        _seed(self.api)
        if self.script.asks("data", "model"):
            model = self.build()
            x, y = self.data(model)
        else:
            x, y = self.data()
            model = self.build()
        os.makedirs(self.artifact)
        lacking = None if self.script.has("save") else self.format.lacking(self.api)
        if lacking:
            self.probe(model, lacking)
        with self.at("train"):
            self.script.call("train", model=model, x=x, y=y)
        with self.at("observe predictions"):
            said = self.predict(model, x)
            self.keep(observe.PREDICTIONS, said)
        self.keep(observe.TARGETS, nest.targets(y))
        self.observe_common(model, x, y)
        self.try_to_observe(observe.LAYERS, observe.layers, self.api, model, x)
        with self.at("save"):
            if self.script.has("save"):
                self.script.call("save", model=model, path=self.format.path(self.artifact))
            else:
                self.format.save(self.api, model, self.artifact)
        self.observe_asking(model, x, said)
        self.observe_settings(model, x)
        if self.wants(observe.RESUME):
            self.try_to_observe(observe.RESUME, observe.resume, self.api, model, x, y)
        self.note_layers(model)
        self.keep_inputs(x, y, said)

    def observe_asking(self, model, x, said):
        """Whether the model says the same twice and, if so, how far its answers move with noise on its inputs.

        Done once it is saved: asking a model may change it.
        """
        def predict(inputs):
            return self.predict(model, inputs)

        with self.at("observe " + observe.BY_ITSELF):
            try:
                if observe.stateful(model):
                    return  # what it remembers would pass for randomness, and for sensitivity
                moves = observe.by_itself(predict, x, said)
                if moves:
                    self.keep(observe.BY_ITSELF, dict(moves, **{"first layer": self._first_restless(model, x)}))
            except Exception as error:
                self.notes.append("it cannot be asked twice: %s" % _headline(error))
                return
        if not moves:
            self.try_to_observe(observe.SENSITIVITY, observe.sensitivity, predict, x, said)

    def note_layers(self, model):
        """Say what no setting in the file tells: which layers repeat what they were traced with, and which mask."""
        try:
            kinds = (("call is a tf.function in", observe.traced(model)), ("makes a mask", observe.masking(model)))
        except Exception:  # a scenario may build anything that predicts
            return
        self.notes += ["%s: %s" % (what, ", ".join(names)) for what, names in kinds if names]

    def _first_restless(self, model, x):
        try:
            return observe.first_restless(self.api, model, x)
        except Exception:  # no functional model: its layers cannot be looked at
            return ""

    def probe(self, model, lacking):
        """Try what is declared impossible: it has to fail, or the declaration is wrong, which is noted."""
        with self.at("probe"):
            try:
                self.format.save(self.api, model, self.artifact)
            except Exception as error:
                raise scenario.Unsupported("%s (tried: %s)" % (lacking, _headline(error)))
            if not self.format.written(self.artifact):
                raise scenario.Unsupported(lacking + " (tried: so it is)")
        self.notes.append("declared unsupported, yet it can be saved: " + lacking)
        shutil.rmtree(self.artifact)
        os.makedirs(self.artifact)

    def keep_inputs(self, x, y, said):
        """Leave for the loading sides what was fed in and what came out."""
        kept = {"kind_" + part: numpy.array(json.dumps(nest.kind(data))) for part, data in (("x", x), ("y", y))}
        for part, arrays in (("x", nest.flat(x)), ("y", nest.flat(y)), ("said", said)):
            for name, value in arrays.items():
                kept["%s/%s" % (part, name)] = value
        numpy.savez(os.path.join(self.request["folder"], protocol.INPUTS), **kept)

    def load(self):
        """The loading side: load, feed it what the saving side fed, observe; then prepare the data anew and compare."""
        self.open_script()
        given, y, said = self.inputs()
        with self.at("before_load"):
            self.script.call("before_load", x=given, y=y)
        self.script.available["eager"] = self.api.eager  # a script may have switched it
        with self.at("load"):
            model = self.load_model()
        unbuilt = self._unbuilt(model)
        with self.at("after_load"):
            x = self.fed(given)
        self.after_load(model, x, y)
        with self.at("observe predictions"):
            now = self.predict(model, x)
            self.keep(observe.PREDICTIONS, now)
        self.note_unbuilt(*unbuilt)
        self.observe_fresh(model, given, y)
        self.observe_common(model, x, y)
        if observe.apart(said, now):
            self.try_to_observe(observe.LAYERS, observe.layers, self.api, model, x)
        self.observe_settings(model, x)
        if self.wants(observe.RESUME):
            self.try_to_observe(observe.RESUME, observe.resume, self.api, model, x, y)

    def after_load(self, model, x, y):
        """What the scenario does with a loaded model; where that fails, what is set in the model may tell why."""
        with self.at("after_load"):
            try:
                self.script.call("after_load", model=model, x=x, y=y)
            except Exception:
                self.observe_settings(model, x)
                self.step = "after_load"
                raise

    def inputs(self):
        """What the saving side fed its model, and what came out: (x, y, predictions)."""
        if self._inputs is None:
            self._inputs = _read_inputs(os.path.join(self.request["folder"], protocol.INPUTS))
        return self._inputs

    def fed(self, x):
        """Inputs of the saving side as the loaded model takes them: changed only if the scenario says how."""
        return self.script.call("inputs", x=x) if self.script.has("inputs") else x

    def _unbuilt(self, model):
        try:
            return observe.unbuilt(model)
        except Exception:  # a scenario's own load() may return anything that predicts
            return [], True

    def note_unbuilt(self, layers, optimizer_built):
        """Say what was not built when loading was over and has weights now: the file had no place to put them."""
        late = [layer.name for layer in layers if layer.built and layer.weights]  # others may raise when asked
        if late:
            self.notes.append("not built when it had been loaded: %s" % ", ".join(late))
        if not optimizer_built and self.wants(observe.OPTIMIZER):
            self.notes.append("not built when it had been loaded: the optimizer")

    def observe_fresh(self, model, x, y):
        """Targets that this session prepares otherwise, and what the model says to inputs that come out otherwise."""
        try:
            fresh, targets = self.data(model)
        except Exception as error:
            self.notes.append("the data cannot be prepared anew: %s" % _headline(error))
            return
        if not nest.same(nest.flat(fresh), nest.flat(x)):
            self.try_to_observe(observe.FRESH, lambda: self.predict(model, self.fed(fresh)))
        if not nest.same(nest.flat(targets), nest.flat(y)):
            self.try_to_observe(observe.FRESH_TARGETS, nest.targets, targets)

    def load_model(self):
        """The model as a remedy gives it where one is to be tried, else the scenario's own load(), else the format."""
        if self.request.get("remedy"):
            from . import remedies  # results of plain cells do not depend on it

            return remedies.ALL[self.request["remedy"]](self)
        if self.script.has("load"):
            return self.script.call("load", path=self.format.path(self.artifact))
        return self.format.load(self.api, self.script, self.artifact)


    def locate(self):
        """The loading side of a cell that fails: look for the smallest part of the model or the file that does."""
        from . import culprit  # results of plain cells do not depend on it

        self.open_script()
        culprit.locate(self)


def carry_out(request, api):
    """Do what a request asks and write its answer; never raises for anything that the scenario or Keras does."""
    run = Run(request, api)
    outcome, reason, failure = protocol.DONE, "", None
    try:
        {protocol.SAVE: run.save, protocol.LOAD: run.load, protocol.LOCATE: run.locate}[request["stage"]]()
    except scenario.Unsupported as stop:
        outcome, reason = protocol.UNSUPPORTED, str(stop)
    except BaseException as error:  # also SystemExit: a script that leaves by itself gave no model
        outcome = protocol.RAISED
        failure = _describe(error, run)
        reason = _headline(error)
    numpy.savez(os.path.join(request["folder"], protocol.ARRAYS), **run.arrays)
    _answer(
        request, outcome=outcome, step=run.step, reason=reason, failure=failure, versions=api.versions(),
        observations=[[name, list(items.items())] for name, items in run.observations.items()],
        notes=run.notes, seconds=run.seconds, findings=run.findings)


def unavailable(request, reason):
    """Answer that this Keras cannot be imported at all."""
    _answer(request, outcome=protocol.UNAVAILABLE, reason="Keras cannot be imported: " + reason)


def _answer(request, outcome, reason, step="", failure=None, versions=None, observations=None, notes=(), seconds=None,
            findings=()):
    protocol.write_json(request["answer"], {
        "protocol": protocol.VERSION, "outcome": outcome, "step": step, "reason": reason, "failure": failure,
        "versions": versions or {}, "observations": observations or [], "notes": list(notes),
        "findings": list(findings), "seconds": seconds or {}, "memory": _peak_memory()})


def _describe(error, run):
    folder = os.path.dirname(run.request["scenario"])
    path, line = scenario.locate(error, folder)
    text = "".join(traceback.format_exception(type(error), error, error.__traceback__))
    return {"type": type(error).__name__, "message": _said(error), "traceback": text, "step": run.step,
            "path": path, "line": line}


def _said(error):
    try:
        return str(error)
    except Exception:
        return "(its message cannot be printed)"


def _headline(error):
    lines = _said(error).strip().splitlines()
    return "%s: %s" % (type(error).__name__, lines[0] if lines else "")


def _seed(api):
    random.seed(SEED)  # Keras 2.10 to 2.15 draw the seeds of initialisers from it
    numpy.random.seed(SEED)
    if api.tf is not None:
        (api.tf.random.set_seed if api.tf_version >= (2,) else api.tf.set_random_seed)(SEED)
    if api.keras_version >= (3,):
        api.keras.utils.set_random_seed(SEED)


def _read_inputs(path):
    parts = {"x": collections.OrderedDict(), "y": collections.OrderedDict(), "said": collections.OrderedDict()}
    with numpy.load(path, allow_pickle=False) as stored:
        kinds = {part: json.loads(str(stored["kind_" + part])) for part in ("x", "y")}
        for key in stored.files:
            part, slash, name = key.partition("/")
            if slash:
                parts[part][name] = stored[key]
    return nest.unflat(parts["x"], kinds["x"]), nest.unflat(parts["y"], kinds["y"]), parts["said"]


def _peak_memory():
    try:
        import resource
    except ImportError:  # Windows
        return 0
    import sys

    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
