"""Shapes and version of what the host asks a worker and what the worker answers: the one module both sides import.

Constraints: Python 3.6 syntax, standard library only, and no import of anything else of ours.

A request is a JSON file; the worker is told its path and writes an answer beside it (aside first, then renamed).

    request   {"protocol": 1, "stage": "save" | "load" | "locate", "runtime": {"id", "keras", "v1", "backend"},
               "scenario": path of the script, "format": name, "parameters": {name: value},
               "folder": a working folder of the cell's own, "answer": path, "memory": bytes or None,
               "remedy": a remedy to load with (and "saver": {"runtime", "versions"} of whoever saved) or absent,
               "seconds": limit for a worker on its own (SIGALRM ends it; a zygote minds its children itself) or None}
    answer    {"protocol": 1, "outcome": "done" | "raised" | "unsupported" | "unavailable", "step": last step entered,
               "reason": one line, "failure": None | {"type", "message", "traceback", "step", "path", "line"},
               "versions": {package: version},
               "observations": [[observation, [[item, {"array": key} | {"text": text}], ...]], ...],
               "notes": [text], "findings": [what "locate" found], "seconds": {step: seconds},
               "memory": peak resident set in bytes}

The files of a save lie in `folder/artifact`; arrays of either side in `folder/observed.npz`; what the saving side
fed its model in `folder/inputs.npz`, which the host puts into the folder of every load of that artifact.

Between host and zygote, one JSON object a line: the host writes {"id", "request": path, "seconds": limit, "log": path};
the zygote writes {"ready": true, "versions", "seconds", "threads"} or {"ready": false, "reason"} once, then for every
child {"id", "code": exit code or None, "signal": number or None, "late": past its limit or not, "wall": seconds}.
"""

import io
import json
import os

VERSION = 1

ARTIFACT = "artifact"
ARRAYS = "observed.npz"
INPUTS = "inputs.npz"

SAVE = "save"
LOAD = "load"
LOCATE = "locate"

DONE = "done"
RAISED = "raised"
UNSUPPORTED = "unsupported"
UNAVAILABLE = "unavailable"  # Keras cannot be imported at all: a fact about this machine

# Every file format by name, as scenarios name them; `own` is whatever a scenario writes and reads itself, `code` is no
# file at all but a model built anew.
FORMATS = ("h5", "weights-h5", "json+weights", "tf-checkpoint", "savedmodel", "keras", "weights.h5", "own", "code")

# The steps of a worker's run that are the scenario's own code: what raises in them may be the scenario's fault.
SCENARIO_STEPS = ("import", "unsupported", "data", "build", "compile", "train")


def write_json(path, value):
    """Write JSON so that a reader sees either nothing or all of it."""
    aside = path + ".part"
    with io.open(aside, "w", encoding="utf-8") as stream:
        stream.write(json.dumps(value, sort_keys=True))
    os.replace(aside, path)


def read_json(path):
    """Read JSON; None when there is no such file or it was cut short."""
    try:
        with io.open(path, encoding="utf-8") as stream:
            return json.load(stream)
    except (OSError, ValueError):
        return None
