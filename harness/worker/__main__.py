"""Entry of the worker: `serve` requests as a zygote, or `run` a single one.

    python -s -B harness/worker serve REQUESTS ANSWERS RUNTIME    two descriptors, and a runtime's settings as JSON
    python -s -B harness/worker run REQUEST                       the path of one request
    python -s harness/worker rehearse FOLDER ANSWER RUNTIME       what a cell imports, for zygotes to import ahead

Constraints: this file must even parse on Python 2.7, so that an interpreter too old is told so in plain words.
"""

import sys

if sys.version_info < (3, 6):
    sys.stderr.write("crossload: the worker needs Python 3.6 or newer; this is %s\n" % sys.version.split()[0])
    sys.exit(3)

import importlib.util
import json
import os
import signal
import time


def _as_package():
    """Import this folder as a package of a name that no library has, and take it off the path."""
    here = os.path.dirname(os.path.abspath(__file__))
    sys.path[:] = [entry for entry in sys.path if os.path.abspath(entry or ".") != here]
    spec = importlib.util.spec_from_file_location(
        "crossload_worker", os.path.join(here, "__init__.py"), submodule_search_locations=[here])
    package = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = package
    spec.loader.exec_module(package)


def _serve(requests, answers, settings):
    from crossload_worker import keras_api, zygote

    begun = time.monotonic()
    settings = json.loads(settings)
    try:
        api = keras_api.activate(settings)
        keras_api.preload(settings.get("preload", ()))
    except Exception as error:
        zygote.tell(int(answers), {"ready": False, "reason": _told(error)})
        raise
    zygote.serve(api, int(requests), int(answers), time.monotonic() - begun)


def _run(path):
    from crossload_worker import cell, keras_api, protocol, zygote

    request = protocol.read_json(path)
    try:
        api = keras_api.activate(request["runtime"])
    except Exception as error:
        cell.unavailable(request, _told(error))
        raise
    if request["seconds"] and hasattr(signal, "setitimer"):
        # The limit is for the cell, as in a zygote's child, and not for importing Keras; the default action is death.
        signal.setitimer(signal.ITIMER_REAL, request["seconds"])
    zygote.run(request, api)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)  # threads of the framework may never end by themselves


def _rehearse(folder, answer, settings):
    from crossload_worker import keras_api, protocol, rehearse

    api = keras_api.activate(json.loads(settings))
    protocol.write_json(answer, {"modules": rehearse.modules(api, folder)})
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


def _told(error):
    return "%s: %s" % (type(error).__name__, error)


def main(arguments):
    """Do what the command line says."""
    _as_package()
    command = {"serve": _serve, "run": _run, "rehearse": _rehearse}.get(arguments[0] if arguments else "")
    if command is None:
        sys.stderr.write(__doc__)
        sys.exit(2)
    command(*arguments[1:])


if __name__ == "__main__":
    main(sys.argv[1:])
