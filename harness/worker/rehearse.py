"""A rehearsal: one small model through every format, to learn what a cell imports that switching Keras on does not.

A zygote then imports the same before it forks, so that no child pays for it. Run in a process of its own, without
`-B`, it also leaves the bytecode of all that behind, which uv does not compile.

Constraints: Python 3.6 syntax.
"""

import os
import sys

from . import cell, protocol

_SCRIPT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "rehearsal.py")
# Ours; what autograph generates anew each time; and TensorFlow 1's contrib, which registers operations that a cell in
# a fresh process would not see until it asked for them.
_LEFT_OUT = ("saving_script", "loading_script", "crossload_worker", "__autograph", "tensorflow.contrib",
             "tensorflow_core.contrib")


def modules(api, folder):
    """Names of the modules that saving and loading in every format imported, in the order of their import."""
    before = set(sys.modules)
    for name in protocol.FORMATS:
        request = {"protocol": protocol.VERSION, "runtime": api.runtime, "scenario": _SCRIPT, "format": name,
                   "parameters": {}, "folder": os.path.join(folder, name.replace(".", "_")), "memory": None,
                   "seconds": None}
        os.makedirs(request["folder"])
        request["answer"] = os.path.join(request["folder"], "answer.json")
        cell.carry_out(dict(request, stage=protocol.SAVE), api)
        if (protocol.read_json(request["answer"]) or {}).get("outcome") == protocol.DONE:
            cell.carry_out(dict(request, stage=protocol.LOAD), api)
    return [name for name, module in list(sys.modules.items())
            if name not in before and not name.startswith(_LEFT_OUT) and getattr(module, "__spec__", None) is not None]
