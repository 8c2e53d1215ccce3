"""The least possible: requests carried out one after the other in one process, with no isolation at all.

Run by path in a measured environment, `python -s -B benchmarks/least.py WORKER RUNTIME REQUESTS`; Python 3.6 syntax.
"""

import importlib.util
import json
import os
import sys


def main(worker, runtime, requests):
    """Carry out a JSON list of requests."""
    spec = importlib.util.spec_from_file_location(
        "crossload_worker", os.path.join(worker, "__init__.py"), submodule_search_locations=[worker])
    package = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = package
    spec.loader.exec_module(package)
    from crossload_worker import cell, keras_api

    api = keras_api.activate(json.loads(runtime))
    with open(requests) as stream:
        for request in json.load(stream):
            os.chdir(request["folder"])
            cell.carry_out(request, api)
    os._exit(0)


main(*sys.argv[1:])
