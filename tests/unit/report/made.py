"""Made-up results documents: seeded, of any size, with every verdict and with hostile text."""

from __future__ import annotations

import random
from typing import Any

from tests.unit import entries
from tests.unit.report import made_causes

NASTY = (
    "<script>alert(1)</script> </script><!-- \"double\" 'single' `tick` | pipe & \u2028 =1+1 [x](javascript:alert(2))"
)
RUNTIMES = (
    (
        "keras-2.2.4",
        "py36-tf1.12-keras2.2.4",
        "Keras 2.2.4 on TensorFlow 1.12",
        "keras",
        False,
        "3.6",
        "1.12.3",
        "2.2.4",
    ),
    ("tf-1.15", "py37-tf1.15", "TensorFlow 1.15", "tf.keras", False, "3.7", "1.15.5", "2.2.4-tf"),
    ("tf-2.3", "py38-tf2.3", "TensorFlow 2.3", "tf.keras", False, "3.8", "2.3.4", "2.4.0"),
    ("tf-2.11", "py310-tf2.11", "TensorFlow 2.11", "tf.keras", False, "3.10", "2.11.1", "2.11.0"),
    ("tf-2.15", "py311-tf2.15", "TensorFlow 2.15", "tf.keras", False, "3.11", "2.15.1", "2.15.0"),
    ("tf-2.15-v1", "py311-tf2.15", "TensorFlow 2.15 in TF1 mode", "tf.keras", True, "3.11", "2.15.1", "2.15.0"),
    ("keras-3", "py313-tf2.21", "Keras 3 on TensorFlow 2.21", "keras", False, "3.13", "2.21.0", "3.12.0"),
    ("tf-keras-2.21", "py313-tf2.21", "tf-keras on TensorFlow 2.21", "tf_keras", False, "3.13", "2.21.0", "2.21.0"),
)
SCENARIOS: tuple[tuple[str, str, str, Any], ...] = (
    ("dense", "A plain dense network", "", {}),
    ("conv_batchnorm", "Convolution with batch normalisation", "", {}),
    ("lstm_defaults", "LSTM with its default arguments", "", {}),
    ("vocabulary_set", "A vocabulary built from a set", "hash-order", {"vocabulary": "sorted"}),
    ("accuracy_string", "The string accuracy as a metric", "ambiguous-accuracy", {"metric": "sparse"}),
    ("unseeded_rebuild", "A model rebuilt from code without a seed", "unseeded", {"load": "weights"}),
    ("lambda_layer", "A Lambda layer holding Python bytecode", "bytecode", {"layer": "registered"}),
    ("custom_loss", "A custom loss without custom_objects", "custom-objects", {"custom_objects": "given"}),
)
FORMATS = ("h5", "weights-h5", "json-weights", "checkpoint", "savedmodel", "keras", "weights.h5")
REFUSALS = (
    ("ValueError", "bad marshal data (unknown type code)"),
    ("TypeError", "Could not locate function 'mse'. Make sure custom classes are decorated."),
    ("ValueError", "File format not supported: filepath=/tmp/cell/model. Keras 3 only supports V3 `.keras` files."),
    ("AttributeError", "'str' object has no attribute 'decode'"),
)
TRACE = """Traceback (most recent call last):
  File "harness/worker/formats.py", line 88, in load
    return keras.models.load_model(path, **arguments)
  File "/env/lib/site-packages/keras/engine/saving.py", line 492, in load_wrapper
    return load_function(*args, **kwargs)
  File "/env/lib/site-packages/keras/engine/saving.py", line 584, in load_model
    model = _deserialize_model(h5dict, custom_objects, compile)
{type}: {message}
"""


def results(*, seed: int = 7, runtimes: int = 8, scenarios: int = 8, formats: int = 3, nasty: bool = True) -> Any:
    """A whole document; `nasty` puts hostile text wherever a scenario, a model or a message could put it."""
    chance = random.Random(seed)
    rows = [_runtime(number) for number in range(runtimes)]
    cases = [_scenario(number, nasty) for number in range(scenarios)]
    variants = [variant for case in cases for variant in _variants(case, formats, nasty)]
    environments = _environments(rows, nasty)
    away = {environment["id"] for environment in environments if environment["status"] == "unavailable"}
    saves = [_save(chance, variant, row, away, nasty) for variant in variants for row in rows]
    save_of = {(save["variant"], save["runtime"]): save for save in saves}
    cells = [
        _cell(chance, variant, save_of[variant["id"], saver["id"]], (saver, loader), abs(row - column), away, nasty)
        for variant in variants
        for row, saver in enumerate(rows)
        for column, loader in enumerate(rows)
    ]
    document = {
        "schema": 1,
        "crossload": "0.1.0",
        "run": _run(len(saves), len(cells)),
        "environments": environments,
        "runtimes": rows,
        "scenarios": cases,
        "variants": variants,
        "faults": _faults(nasty),
        "saves": saves,
        "cells": cells,
    }
    made_causes.annotate(document, random.Random(seed), NASTY if nasty else "")
    return document


def bare(document: Any) -> Any:
    """The same document as older versions wrote it: without causes and remedies."""
    cells = [
        {key: value for key, value in cell.items() if key not in ("cause", "remedies")} for cell in document["cells"]
    ]
    return {key: value for key, value in document.items() if key not in ("causes", "remedies")} | {"cells": cells}


def earlier(document: Any, seed: int = 3) -> Any:
    """An earlier run: some cells were better, worse, unavailable or missing, one is gone, and one numpy was older."""
    chance = random.Random(seed)
    cells = []
    for cell in document["cells"]:
        verdict = chance.choices(
            ("", "identical", "refused", "unavailable", cell["verdict"]), (0.02, 0.04, 0.03, 0.01, 0.9)
        )[0]
        if verdict:
            cells.append(cell | {"verdict": verdict})
    first, *others = document["runtimes"]
    old = first | {"versions": first["versions"] | {"numpy": "1.0"}}
    gone = document["cells"][-1] | {"variant": "a variant that is no more"}
    run = document["run"] | {"started": "2026-11-01T03:00:00+00:00"}
    return document | {"run": run, "cells": [*cells, gone], "runtimes": [old, *others]}


def empty() -> Any:
    """A run that did nothing: the smallest document that the schema allows."""
    document = results(runtimes=1, scenarios=1, formats=1, nasty=False)
    return document | {
        name: []
        for name in (
            "environments",
            "runtimes",
            "scenarios",
            "variants",
            "faults",
            "saves",
            "cells",
            "causes",
            "remedies",
        )
    }


def _runtime(number: int) -> Any:
    id_, environment, title, keras, v1, python, tensorflow, version = RUNTIMES[number % len(RUNTIMES)]
    again = number // len(RUNTIMES)
    suffix = f".r{again}" if again else ""
    return {
        "id": id_ + suffix,
        "title": title + (f", again {again}" if again else ""),
        "environment": environment + suffix,
        "keras": keras,
        "v1": v1,
        "backend": "jax" if again == 1 and keras == "keras" else None,
        "versions": {
            "python": python + ".9",
            "keras": version,
            "tensorflow": tensorflow,
            "numpy": "1.19.5",
            "h5py": "2.10.0",
        },
    }


def _environments(rows: list[Any], nasty: bool) -> list[Any]:
    environments: dict[str, Any] = {}
    for row in rows:
        away = row["environment"].startswith("py37")
        if away:
            row["versions"] = {}
        versions = row["versions"]
        environments[row["environment"]] = {
            "id": row["environment"],
            "title": f"Python and {row['title']}",
            "python": row["environment"].split("-")[0].replace("py3", "3."),
            "released": "2019-10-14",
            "as_of": "2019-11-30",
            "requirements": [f"{name}=={version}" for name, version in versions.items() if name != "python"],
            "status": "unavailable" if away else "ready",
            "reason": "no Python 3.7 was found" + (NASTY if nasty else "") if away else "",
            "hint": "uv python install 3.7\npyenv install 3.7.17" if away else "",
            "interpreter": "" if away else "/opt/pythons/bin/python",
            "python_version": "" if away else versions["python"],
            "lock": "" if away else "5f1d7a52c8" * 6 + "abcd",
            "packages": {f"package-{n}": f"1.{n}.0" for n in range(40)} | versions if not away else {},
            "seconds": 0.0 if away else 12.5,
            "log": "Resolved 40 packages in 12ms\nInstalled 40 packages in 340ms\n",
        }
    environments["py39-unused"] = next(iter(environments.values())) | {
        "id": "py39-unused",
        "title": "Not asked for",
        "status": "unused",
    }
    return list(environments.values())


def _scenario(number: int, nasty: bool) -> Any:
    name, title, cause, remedy = SCENARIOS[number % len(SCENARIOS)]
    again = f"_{number // len(SCENARIOS)}" if number >= len(SCENARIOS) else ""
    text = NASTY if nasty and number == 0 else ""
    return {
        "name": name + again + (" \"<script>'" if text else ""),
        "title": title + (f" ({again[1:]})" if again else "") + (" <script>alert(0)</script>" if text else ""),
        "description": f"{title}, trained for three steps.\n\nIt probes whether loading is faithful. {text}",
        "path": f"scenarios/{name}{again}.py",
        "source": f'"""{title}."""\n\n\ndef build(keras):\n    """{text}"""\n    return keras.Sequential()\n',
        "cause": cause,
        "remedy": remedy,
        "reach": "milestones",
    }


def _variants(case: Any, formats: int, nasty: bool) -> list[Any]:
    variants = []
    for format_ in [FORMATS[n % len(FORMATS)] + (f"-{n // 7}" if n >= 7 else "") for n in range(formats)]:
        options: list[Any] = [case["remedy"]] if case["remedy"] else []
        plain = dict.fromkeys(case["remedy"], NASTY if nasty and case["name"] == "vocabulary_set" else "none")
        for parameters in [plain, *options]:
            variants.append(
                {
                    "id": "/".join([case["name"], format_, *map(str, parameters.values())]),
                    "scenario": case["name"],
                    "format": format_,
                    "parameters": parameters,
                    "remedy": bool(case["remedy"]) and parameters == case["remedy"],
                }
            )
    return variants


def _run(saves: int, cells: int) -> Any:
    return {
        "started": "2026-11-24T03:00:00+00:00",
        "seconds": 512.3,
        "command": "nox -s matrix",
        "isolation": "fork",
        "jobs": 2,
        "machine": {
            "system": "Linux",
            "release": "6.1.0",
            "architecture": "x86_64",
            "cpus": 2,
            "memory_bytes": 8 << 30,
            "python": "3.11.7",
        },
        "work": {"saves_run": saves, "saves_known": 0, "loads_run": cells, "loads_known": 0},
        "time": {"provision": 31.0, "save": 120.5, "load": 301.0},
        "steps": {
            "save": {"import": 30.1, "build": 12.0, "train": 21.4, "save": 8.3},
            "load": {"import": 41.0, "load": 88.8, "observe": 120.1},
        },
    }


def _faults(nasty: bool) -> list[Any]:
    return [
        {
            "path": "scenarios/broken.py",
            "line": 12,
            "message": "build() is missing" + (NASTY if nasty else ""),
            "scenario": "broken",
            "runtimes": ["tf-2.3"],
        },
        {"path": "scenarios/typo.py", "line": 3, "message": "invalid syntax", "scenario": "", "runtimes": []},
    ]


def _failure(type_: str, message: str, step: str) -> Any:
    trace = TRACE.format(type=type_, message=message)
    return {"type": type_, "message": message, "traceback": trace, "step": step, "path": "", "line": 0}


def _save(chance: random.Random, variant: Any, row: Any, away: set[str], nasty: bool) -> Any:
    draw, failure, reason, outcome = chance.random(), None, "", "done"
    if row["environment"] in away:
        outcome, reason = "unavailable", "no Python 3.7 was found"
    elif variant["format"] == "keras" and not row["id"].startswith("keras-3"):
        outcome, reason = "unsupported", "this Keras has no .keras format"
    elif draw < 0.04:
        outcome, reason = "raised", "NotImplementedError: cannot save a subclassed model"
        failure = _failure("NotImplementedError", "cannot save a subclassed model", "save")
    good = outcome == "done"
    files = {"model/" + (NASTY if nasty and draw > 0.9 else "weights.bin"): 18_432, "model/config.json": 2_210}
    return {
        "variant": variant["id"],
        "runtime": row["id"],
        "outcome": outcome,
        "step": "" if good else "save",
        "reason": reason,
        "failure": failure,
        "signal": "",
        "versions": row["versions"],
        "notes": [],
        "seconds": {"build": 0.3, "train": 0.52, "save": round(draw, 3)} if good else {},
        "wall": 1.2 if good else 0.0,
        "memory": 300 << 20 if good else 0,
        "log": "WARNING: deprecated\n" if draw < 0.2 else "",
        "before": "",
        "artifact": {"digest": "ab12" * 16, "bytes": 20_642, "files": files} if good else None,
    }


def _cell(
    chance: random.Random,
    variant: Any,
    save: Any,
    runtimes: tuple[Any, Any],
    distance: int,
    away: set[str],
    nasty: bool,
) -> Any:
    saver, loader = runtimes
    cell = entries.cell(variant=variant["id"], save=saver["id"], load=loader["id"], stage="compare", step="")
    if save["outcome"] == "unavailable" or loader["environment"] in away:
        return cell | {"verdict": "unavailable", "stage": "provision", "reason": "no Python 3.7 was found"}
    if save["outcome"] in ("unsupported", "raised"):
        verdict = "unsaved" if save["outcome"] == "raised" else "unsupported"
        return cell | {"verdict": verdict, "stage": "save", "reason": save["reason"], "failure": save["failure"]}
    cell |= {"seconds": {"load": round(chance.random(), 4), "observe": 0.2}, "wall": 1.5, "memory": 400 << 20}
    return cell | _outcome(chance, distance, variant, nasty)


def _outcome(chance: random.Random, distance: int, variant: Any, nasty: bool) -> Any:
    trouble = 0.0 if variant["remedy"] else 0.07 * min(distance, 6) + 0.02
    if chance.random() > trouble:
        return {"verdict": "identical", "reason": "every observation agrees"}
    draw = chance.random()
    if draw < 0.22:
        size = chance.random()
        return {
            "verdict": "changed",
            "reason": f"predictions differ by {size:.3g}, first in lstm/recurrent_kernel",
            "differences": [
                _difference("predictions", "value", "largest difference in 12 of 32 values", "row 3", size),
                _difference(
                    "metrics", "text", "another name" + (NASTY if nasty else ""), "accuracy", None, counts=False
                ),
            ],
        }
    if draw < 0.4:
        lost = _difference("optimizer", "lost", "the optimizer's slots are gone", "Adam/m", None)
        return {"verdict": "incomplete", "reason": "optimizer state is lost", "differences": [lost]}
    if draw < 0.5:
        log = "[libprotobuf FATAL] boom\n" + (NASTY if nasty else "") + "\n*** SIGSEGV ***\n"
        dead = {"verdict": "crashed", "stage": "load", "step": "load", "signal": "SIGSEGV", "log": log}
        return dead | {"reason": "died by SIGSEGV while loading", "before": "crashed"}
    if draw < 0.53:
        return {"verdict": "timed-out", "stage": "observe", "step": "predict", "reason": "no end after 120 s"}
    type_, message = REFUSALS[chance.randrange(len(REFUSALS))]
    message += "\n" + NASTY if nasty and draw > 0.9 else ""
    return {
        "verdict": "refused",
        "stage": "load",
        "step": "load",
        "reason": f"{type_}: {message.splitlines()[0]}",
        "failure": _failure(type_, message, "load"),
        "log": f"WARNING:tensorflow: attempt {chance.randrange(10)}\n",
        "notes": ["compile=False was not tried"],
    }


def _difference(observation: str, kind: str, detail: str, where: str, size: float | None, counts: bool = True) -> Any:
    measured = size is not None
    return {
        "observation": observation,
        "kind": kind,
        "detail": detail,
        "where": where,
        "absolute": size,
        "relative": size * 0.7 if size is not None else None,
        "ulp": 123456.0 if measured else None,
        "allowed": 1e-6 if measured else None,
        "counts": counts,
    }
