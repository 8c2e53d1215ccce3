"""A script's own classes and functions, wherever it makes them, under the names by which a file knows them.

Constraints: Python 3.6 syntax, standard library only.

Keras comes to a script as an argument, so that its classes are made inside functions and are no attributes of the
module. They are found among all objects alive, by the module that they say they come from.
"""

import contextlib
import gc
import os
import sys
import types

from ..scenario import CALLED

_LAMBDA = "Lambda"  # the file holds its code, which looks up its names among what the loading session gives


def named(script, keras, words):
    """{name in the file: class or function of the script's own}; with a Lambda in the file, everything by its name.

    `words` are those that stand in the file's configuration.
    """
    made = made_by(script)
    found = {}
    for name, thing in made.items():
        known_as = {name, registered_name(keras, thing)}
        found.update((word, thing) for word in words if word in known_as or word.split(">")[-1] == name)
    used = {id(thing) for thing in found.values()}
    found.update((name, thing) for name, thing in made.items() if id(thing) in used or _LAMBDA in words)
    return dict(globals_of(script), **found) if _LAMBDA in words else found


def made_by(script):
    """{name: class or function} that the script has made so far or makes when it is asked, the newest of each name."""
    before = _alive(script)
    kept = _make(script)
    known = {id(thing) for thing in before}
    found = {thing.__name__: thing for thing in before}
    found.update((thing.__name__, thing) for thing in _alive(script) if id(thing) not in known)
    del kept  # until here it kept alive what was made
    return found


def globals_of(script):
    """{name: value} of what else stands at the top of the script: constants and imported modules."""
    return {name: value for name, value in vars(script._module).items()
            if not name.startswith("__") and not isinstance(value, (type, types.FunctionType))}


def registered_name(keras, thing):
    """The name under which Keras has registered a class or function, such as "Package>Name", else its plain name."""
    asked = _of_keras(keras, "get_registered_name")
    return asked(thing) if asked is not None else thing.__name__


def register(keras, things):
    """Register things, {name in the file: class or function}; a name such as "Package>Name" has both in it."""
    known = _of_keras(keras, "get_custom_objects")()
    decorator = _of_keras(keras, "register_keras_serializable")
    for name, thing in things.items():
        package, mark, plain = name.rpartition(">")
        if mark and decorator is not None and known.get(name) is None:
            decorator(package=package, name=plain)(thing)
        known[name] = thing


def forget(script, keras):
    """Take what the script has registered out of the registry, so that it can be registered again."""
    known, modules = _of_keras(keras, "get_custom_objects")(), _modules(script)
    for name in [name for name, thing in known.items() if _module_of(thing) in modules]:
        del known[name]


def _of_keras(keras, name):
    """A function that is in `keras.saving` in some versions, and in `keras.utils` in others; None if in neither."""
    places = (getattr(keras, "saving", None), keras.utils)
    return next((getattr(place, name) for place in places if hasattr(place, name)), None)


def _make(script):
    """What the functions give that make classes and models; whatever they raise is of no interest here."""
    kept = {}
    for name, of_model in (("custom_objects", False), ("build", False), ("compile", True)):
        with contextlib.suppress(Exception):
            kept[name] = script.call(name, **({"model": kept["build"]} if of_model else {}))
    return kept


def _alive(script):
    """The script's own classes and functions among all objects, but for methods and for what the harness calls."""
    modules = _modules(script)
    return [thing for thing in gc.get_objects()
            if issubclass(type(thing), (type, types.FunctionType)) and _module_of(thing) in modules and _is_own(thing)]


def _module_of(thing):
    name = getattr(thing, "__module__", None)
    return name if isinstance(name, str) else None


def _is_own(thing):
    name = thing.__name__
    outer = thing.__qualname__.rpartition(".")[0]
    return name.isidentifier() and name not in CALLED and (not outer or outer.endswith("<locals>"))


def _modules(script):
    """The name of the script's module, and those of the modules beside it."""
    folder = os.path.dirname(script.path)
    beside = {name for name, module in list(sys.modules.items())
              if os.path.dirname(getattr(module, "__file__", None) or "") == folder}
    return beside | {script._module.__name__}
