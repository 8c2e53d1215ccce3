"""What an exception says, so that two can be held against each other: its gist, how far loading had come, and where.

Constraints: Python 3.6 syntax, standard library only.
"""

import difflib
import re

ARCHITECTURE = "architecture"
COMPILE = "compile"
WEIGHTS = "weights"
CALL = "call"

_CORE = re.compile(r".*Exception encountered: ", re.DOTALL)
_VARIES = (
    (re.compile(r"\x1b\[\d*m"), ""),
    (re.compile(r"(?:Full object config|using config=|config=\{).*", re.DOTALL), ""),
    (re.compile(r"0x[0-9a-fA-F.]+|(?<=/)[\w.-]+\.(?:h5|keras|json)"), "..."),
    (re.compile(r"\d+(?:\.\d+)*(?:e[+-]?\d+)?"), "#"),
    (re.compile(r"\s+"), " "))
_LONGEST = 400  # characters of a message that are compared
_ALIKE = 0.9  # how much of two messages must be the same

_OF_WEIGHTS = re.compile(
    r"load_weights\w*|_load_state|_load_container_state|load_own_variables|load_attributes_from\w*|restore|"
    r"preprocess_weights_for_loading|_?set_weights|_raise_loading_failure|load_subset_weights\w*")
_OF_COMPILING = re.compile(r"compile|compile_from_config|compile_args_from_training_config|"
                           r"_?deserialize_(?:nested_config|metric)|try_build_compiled_arguments")
_SHOWN = re.compile(r"<(\w+) name=([^,>]+),")  # a layer of Keras 3 in a message
_HOLDERS = ("self", "layer", "saveable", "obj", "instance", "trackable", "target", "operation")


class Failure(object):
    """An exception: its type and message, its frames as (module, function), and the objects that were at work in it.

    `suspects` are (name, class name) of layers, the innermost first: they tell where to look first and prove nothing.
    """

    def __init__(self, error, is_layer):
        self.type = type(error).__name__
        self.message = _said(error)
        self.frames, self.suspects = [], []
        for cause in _chain(error):
            for frame in _frames(cause):
                self.frames.append((frame.f_globals.get("__name__", ""), frame.f_code.co_name))
                self.suspects.extend(_at_work(frame, is_layer))
        self.suspects.extend((name, kind) for kind, name in _SHOWN.findall(self.message))

    @property
    def gist(self):
        """What it says, without configurations, numbers, paths and addresses."""
        return gist(self.message)

    @property
    def stage(self):
        """How far loading had come: the architecture, then the weights or the compile arguments."""
        functions = [function for _, function in self.frames]
        if any(_OF_WEIGHTS.match(function) and function != "load_weights_only" for function in functions):
            return WEIGHTS
        if any(_OF_COMPILING.match(function) for function in functions):
            return COMPILE
        return CALL if any("predict" in function for function in functions) else ARCHITECTURE

    @property
    def headline(self):
        """Type and first line of the message."""
        lines = self.message.strip().splitlines()
        return "%s: %s" % (self.type, lines[0][:200] if lines else "")


def same(one, other):
    """Whether two failures are the same one: its type and, in essence, its message."""
    if one is None or other is None or one.type != other.type:
        return False
    ours, theirs = one.gist, other.gist
    return ours == theirs or difflib.SequenceMatcher(None, ours, theirs, False).ratio() > _ALIKE


def gist(message):
    """What a message is about."""
    message = _CORE.sub("", message)
    for pattern, replacement in _VARIES:
        message = pattern.sub(replacement, message)
    return message.strip()[:_LONGEST]


def _said(error):
    try:
        return str(error)
    except Exception:
        return "(its message cannot be printed)"


def _chain(error):
    """The exception and those it came from, the first one first."""
    chain = []
    while error is not None and error not in chain:
        chain.insert(0, error)
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return chain


def _frames(error):
    """The frames of an exception, the innermost first."""
    frames, trace = [], error.__traceback__
    while trace is not None:
        frames.insert(0, trace.tb_frame)
        trace = trace.tb_next
    return frames


def _at_work(frame, is_layer):
    found = []
    for holder in _HOLDERS:
        value = frame.f_locals.get(holder)
        if is_layer(value):
            found.append((str(getattr(value, "name", "")), type(value).__name__))
    kind, config = frame.f_locals.get("cls"), frame.f_locals.get("config")
    if isinstance(kind, type) and isinstance(config, dict) and isinstance(config.get("name"), str):
        found.append((config["name"], kind.__name__))
    return found
