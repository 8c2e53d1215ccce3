"""Looks for the smallest part of a model or a file that fails as the whole cell does, by experiment.

Constraints: Python 3.6 syntax, the environment's own numpy and h5py.

In the folder of the request, `saved.json` says how the cell failed and, with the arrays of `saved.npz`, what the saving
side observed.
"""

import os
import traceback

from .. import protocol
from . import clock, files
from .changed import Changed
from .findings import finding
from .loads import Loads
from .refused import Refused

TOLD = "saved.json"
SAVED = "saved.npz"


def locate(run):
    """Append one finding to those of a run. Never raises for anything that Keras or the scenario does."""
    told = protocol.read_json(os.path.join(run.request["folder"], TOLD))
    watch = clock.Clock(run.request["budget"])
    found, loads = None, None
    try:
        with watch.alarm():
            given, y, _ = run.inputs()
            with run.at("before_load"):
                run.script.call("before_load", x=given, y=y)
            run.script.available["eager"] = run.api.eager
            with run.at("locate"):
                _show_all_frames(run.api)
                loads = Loads(run, watch, files.Stored.of(run))
                if told["verdict"] == "changed":
                    found = Changed(loads, _saved(run, told)).locate()
                else:
                    found = Refused(loads, told["step"].startswith("observe")).locate()
    except clock.OutOfTime:
        found = finding("model", "late")
    except Exception as error:  # of an experiment, which then shows nothing
        place = traceback.extract_tb(error.__traceback__)[-1]
        found = finding("model", "nowhere", trouble="%s: %s (%s:%d)" % (
            type(error).__name__, error, os.path.basename(place[0]), place[1]))
    found["seconds"] = round(watch.taken, 2)
    found["loads"] = loads.number if loads is not None else 0
    run.findings.append(found)


def _saved(run, told):
    """What the saving side observed: {observation: {item: array or text}}."""
    import numpy

    with numpy.load(os.path.join(run.request["folder"], SAVED), allow_pickle=False) as stored:
        return {name: {item: stored[value["array"]] if "array" in value else value["text"] for item, value in items}
                for name, items in told["observations"]}


def _show_all_frames(api):
    """Let exceptions keep the frames inside Keras, which tell what was at work."""
    places = [getattr(api.keras, "config", None), getattr(api.tf, "debugging", None)]
    for place in places:
        disable = getattr(place, "disable_traceback_filtering", None)
        if disable is not None:
            disable()
