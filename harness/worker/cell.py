"""One save or one load, from its request to its answer: the steps in order, what each observed, and where it failed.

Constraints: Python 3.6 syntax, the environment's own numpy.
"""

import collections
import contextlib
import os
import random
import shutil
import time
import traceback

import numpy

from . import formats, observe, protocol, scenario

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
        self.script = None

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
                self.keep(name, function(self.api, *arguments))
            except Exception as error:
                self.keep(name, {"failed": "%s: %s" % (type(error).__name__, _said(error))})

    def wants(self, name):
        """Whether this observation is asked for: by the scenario's OBSERVE, or because the format carries the thing."""
        asked = self.script.constant("OBSERVE")
        if asked is not None:
            return name in asked
        needs = {observe.WEIGHTS: formats.WEIGHTS, observe.ARCHITECTURE: formats.ARCHITECTURE,
                 observe.METRICS: formats.COMPILE, observe.OPTIMIZER: formats.OPTIMIZER}
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
        with self.at("unsupported"):
            reason = self.script.call("unsupported")
        if reason:
            raise scenario.Unsupported(reason)

    def data(self):
        """What the scenario prepares: x and y."""
        with self.at("data"):
            # A generator of its own: what others drew must not change what both sides are to prepare alike.
            prepared = self.script.call("data", rng=numpy.random.RandomState(SEED))
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

    def observe_common(self, model, x, y):
        """What both sides measure in the same way, beside predictions."""
        if self.wants(observe.WEIGHTS):
            self.try_to_observe(observe.WEIGHTS, observe.weights, model)
        if self.wants(observe.ARCHITECTURE):
            self.try_to_observe(observe.ARCHITECTURE, observe.architecture, model)
        if self.wants(observe.METRICS):
            self.try_to_observe(observe.METRICS, observe.metrics, model, x, y)
        if self.wants(observe.OPTIMIZER):
            self.try_to_observe(observe.OPTIMIZER, observe.optimizer, model)

    def save(self):
        """The saving side: build, train, observe, save."""
        self.open_script()
        _seed(self.api)
        x, y = self.data()
        model = self.build()
        os.makedirs(self.artifact)
        lacking = self.format.lacking(self.api)
        if lacking:
            self.probe(model, lacking)
        with self.at("train"):
            self.script.call("train", model=model, x=x, y=y)
        with self.at("observe predictions"):
            said = observe.predictions(self.api, model, x)
            self.keep(observe.PREDICTIONS, said)
            self.keep(observe.SENSITIVITY, observe.sensitivity(self.api, model, x, said))
        self.observe_common(model, x, y)
        self.try_to_observe(observe.LAYERS, observe.layers, model, x)
        with self.at("save"):
            if self.script.has("save"):
                self.script.call("save", model=model, path=self.format.path(self.artifact))
            else:
                self.format.save(self.api, model, self.artifact)
        if self.wants(observe.RESUME):
            self.try_to_observe(observe.RESUME, observe.resume, model, x, y)
        self.keep_inputs(x, y, said)

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
        kept = {"kind_x": numpy.array(observe.kind(x)), "kind_y": numpy.array(observe.kind(y))}
        for part, arrays in (("x", observe.flat(x)), ("y", observe.flat(y)), ("said", said)):
            for name, value in arrays.items():
                kept["%s/%s" % (part, name)] = value
        numpy.savez(os.path.join(self.request["folder"], protocol.INPUTS), **kept)

    def load(self):
        """The loading side: load, feed it what the saving side fed, observe; then prepare the data anew and compare."""
        self.open_script()
        x, y, said = _read_inputs(os.path.join(self.request["folder"], protocol.INPUTS))
        with self.at("before_load"):
            self.script.call("before_load")
        with self.at("load"):
            model = self.load_model()
        with self.at("after_load"):
            self.script.call("after_load", model=model)
        with self.at("observe predictions"):
            now = observe.predictions(self.api, model, x)
            self.keep(observe.PREDICTIONS, now)
        self.observe_fresh(model, x)
        self.observe_common(model, x, y)
        if observe.apart(said, now):
            self.try_to_observe(observe.LAYERS, observe.layers, model, x)
        if self.wants(observe.RESUME):
            self.try_to_observe(observe.RESUME, observe.resume, model, x, y)

    def observe_fresh(self, model, x):
        """What the model says when this session prepares its inputs itself, if they come out otherwise."""
        try:
            fresh, _ = self.data()
        except Exception as error:
            self.notes.append("the data cannot be prepared anew: %s" % _headline(error))
            return
        if not observe.same(observe.flat(fresh), observe.flat(x)):
            self.try_to_observe(observe.FRESH, observe.predictions, model, fresh)

    def load_model(self):
        """The model as a remedy gives it where one is to be tried, else the scenario's own load(), else the format."""
        if self.request.get("remedy"):
            from . import remedies  # results of plain cells do not depend on it

            return remedies.ALL[self.request["remedy"]](self)
        if self.script.has("load"):
            return self.script.call("load", path=self.format.path(self.artifact))
        return self.format.load(self.api, self.script, self.artifact)


def carry_out(request, api):
    """Do what a request asks and write its answer; never raises for anything that the scenario or Keras does."""
    run = Run(request, api)
    outcome, reason, failure = protocol.DONE, "", None
    try:
        {protocol.SAVE: run.save, protocol.LOAD: run.load}[request["stage"]]()
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
        notes=run.notes, seconds=run.seconds)


def unavailable(request, reason):
    """Answer that this Keras cannot be imported at all."""
    _answer(request, outcome=protocol.UNAVAILABLE, reason="Keras cannot be imported: " + reason)


def _answer(request, outcome, reason, step="", failure=None, versions=None, observations=None, notes=(), seconds=None):
    protocol.write_json(request["answer"], {
        "protocol": protocol.VERSION, "outcome": outcome, "step": step, "reason": reason, "failure": failure,
        "versions": versions or {}, "observations": observations or [], "notes": list(notes),
        "seconds": seconds or {}, "memory": _peak_memory()})


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
        kinds = {part: str(stored["kind_" + part]) for part in ("x", "y")}
        for key in stored.files:
            part, slash, name = key.partition("/")
            if slash:
                parts[part][name] = stored[key]
    return observe.unflat(parts["x"], kinds["x"]), observe.unflat(parts["y"], kinds["y"]), parts["said"]


def _peak_memory():
    try:
        import resource
    except ImportError:  # Windows
        return 0
    import sys

    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
