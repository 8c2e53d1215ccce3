"""Finds a scenario's functions, fills in what it leaves out, and passes arguments by name.

Constraints: Python 3.6 syntax, standard library only.
"""

import inspect
import io
import os
import sys
import traceback
import types

from .keras_api import untraced

STEPS_OF_TRAINING = 3


class Unsupported(Exception):
    """The runtime has no such format or API; the message says which."""


class Script(object):
    """One scenario, executed as a module of its own.

    The module's name tells saving and loading apart, as two scripts of a user would be: what Keras recorded as living
    in the saving script cannot be imported from there by the loading one.
    """

    def __init__(self, path, stage, available):
        self.path = path
        self.available = available
        self._module = _execute(path, stage)

    def has(self, name):
        """Whether the scenario defines this function itself."""
        return callable(getattr(self._module, name, None))

    def call(self, name, **more):
        """Call a function of the scenario, or the default of that name, with the arguments that it names."""
        function = getattr(self._module, name) if self.has(name) else DEFAULTS.get(name)
        if function is None:
            raise NameError("the scenario defines no function %s()" % name)
        values = dict(self.available, **more)
        arguments = {}
        for parameter in inspect.signature(function).parameters.values():
            if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
                continue
            if parameter.name in values:
                arguments[parameter.name] = values[parameter.name]
            elif parameter.default is parameter.empty:
                known = ", ".join(sorted(values))
                raise TypeError("%s() asks for %r; it can have: %s" % (name, parameter.name, known))
        return function(**arguments)

    def asks(self, name, argument):
        """Whether the scenario's function of this name has an argument of that name."""
        return self.has(name) and argument in inspect.signature(getattr(self._module, name)).parameters

    def objects(self):
        """Classes and functions that the scenario defines itself, by name, but for what the harness calls."""
        return {name: value for name, value in vars(self._module).items()
                if isinstance(value, (type, types.FunctionType)) and value.__module__ == self._module.__name__
                and name not in CALLED}

    def constant(self, name, default=None):
        """A module constant, such as OBSERVE."""
        return getattr(self._module, name, default)


def locate(error, folder):
    """(path, line) of the innermost frame of an exception below `folder`; of the fault itself for a SyntaxError."""
    if isinstance(error, SyntaxError) and error.filename and error.filename.startswith(folder + os.sep):
        return error.filename, error.lineno or 0
    found = ("", 0)
    for path, line, _, _ in traceback.extract_tb(error.__traceback__):
        if path.startswith(folder + os.sep):
            found = (path, line)
    return found


def _execute(path, stage):
    with io.open(path, encoding="utf-8-sig") as stream:
        source = stream.read()
    module = types.ModuleType("saving_script" if stage == "save" else "loading_script")
    module.__file__ = path
    sys.modules[module.__name__] = module
    sys.path.insert(0, os.path.dirname(path))
    exec(compile(source, path, "exec"), module.__dict__)
    return module


def _compile(model):
    # Long names: Keras 3 cannot read back the short ones from its own HDF5, which is a scenario of its own.
    model.compile(optimizer="adam", loss="mean_squared_error", metrics=["mean_absolute_error"])


def _train(model, x, y, eager):
    with untraced(model, eager):
        for _ in range(STEPS_OF_TRAINING):
            model.train_on_batch(x, y)


CALLED = ("build", "data", "compile", "train", "save", "load", "custom_objects", "load_options", "unsupported",
          "before_load", "after_load", "outputs", "inputs")

DEFAULTS = {
    "compile": _compile,
    "train": _train,
    "custom_objects": lambda: None,
    "load_options": lambda: {},
    "unsupported": lambda: None,
    "before_load": lambda: None,
    "after_load": lambda: None,
}
