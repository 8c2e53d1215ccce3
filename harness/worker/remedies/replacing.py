"""Names of Keras that mean other things for a while: loading functions that are asked for more, layers made otherwise.

Constraints: Python 3.6 syntax.
"""

import contextlib
import functools
import inspect

from .. import formats
from ..scenario import Unsupported


@contextlib.contextmanager
def names(place, things):
    """Let names of a module mean other things for a while."""
    before = {name: getattr(place, name) for name in things}
    try:
        for name, thing in things.items():
            setattr(place, name, thing)
        yield
    finally:
        for name, thing in before.items():
            setattr(place, name, thing)


@contextlib.contextmanager
def options(models, functions, **more):
    """Let loading functions of `keras.models` be called with further options for a while, whoever calls them.

    Raises Unsupported if none of them is called. What the caller says of custom objects goes before what is said here.
    """
    called = []

    def asking(function):
        @functools.wraps(function)
        def ask(*given, **named):
            called.append(function)
            bound = inspect.signature(inspect.unwrap(function)).bind(*given, **named)
            for name, value in formats.accepted(function, more).items():
                said = bound.arguments.get(name)
                bound.arguments[name] = dict(value, **(said or {})) if isinstance(value, dict) else value
            return function(*bound.args, **bound.kwargs)

        return ask

    with names(models, {name: asking(getattr(models, name)) for name in functions}):
        try:
            yield
        except Exception:
            if called:
                raise
    if not called:
        raise Unsupported("could not be tried here: the loading code calls no %s" % " or ".join(functions))


@contextlib.contextmanager
def defaults(layers, known):
    """Let layers be made with other defaults than theirs for a while: {class: {argument: value}}."""
    def making(kind, more):
        return lambda *given, **named: kind(*given, **dict(more, **named))

    kinds = {name: getattr(layers, name) for name in known if hasattr(layers, name)}
    with names(layers, {name: making(kind, formats.accepted(kind.__init__, known[name]))
                        for name, kind in kinds.items()}):
        yield
