"""Made-up causes and remedies for a made-up results document: every bad cell has a cause, some a verified remedy."""

from __future__ import annotations

import random
from typing import Any

from tests.unit import entries

CAUSES: tuple[tuple[str, str, str, tuple[str, ...]], ...] = (
    ("bytecode", "The bytecode of a Lambda is of another Python", "lambda", ("register", "another-format")),
    ("custom-missing", "A class of one's own is not known where the file is loaded", "custom-objects", ("register",)),
    ("format-gone", "This Keras does not read the format", "format", ("another-format", "other-keras")),
    ("h5py-3", "h5py 3 gives text where bytes are expected", "environment", ()),
    ("slots-lost", "The optimizer's slots do not come back", "optimizer", ("other-keras",)),
    ("hash-order", "What numbers the words depends on the hash seed", "data", ("another-format",)),
)
REMEDIES: tuple[tuple[str, str, str, str, str, dict[str, str]], ...] = (
    ("compile-false", "Load without compiling", "load", "model = load_model(path, compile=False)", "compile again", {}),
    ("register", "Register the class before loading", "load", "@register\nclass Mine: ...", "", {}),
    ("other-keras", "Load with the other Keras", "load", "import tf_keras as keras", "the whole program uses it", {}),
    (
        "another-format",
        "Save in another format",
        "save",
        "model.save(path)",
        "saved again",
        {"h5": 'model.save("model.h5")', "weights-h5": 'model.save_weights("w.h5")'},
    ),
)
OF_MESSAGE = {
    "marshal": "bytecode",
    "locate function": "custom-missing",
    "format not": "format-gone",
    "decode": "h5py-3",
}
OF_VERDICT = {"changed": "hash-order", "incomplete": "slots-lost", "unsaved": "custom-missing"}
FAILING = ("changed", "incomplete", "refused", "unsaved", "crashed", "timed-out")


def annotate(document: Any, chance: random.Random, text: str) -> None:
    """Add causes and remedies to a document; `text` goes wherever the catalogue could hold it."""
    document["causes"] = [
        {
            "id": id_,
            "title": title + text * (id_ == "bytecode"),
            "kind": kind,
            "explanation": f"{title}.\n\n{text}",
            "references": ["https://example.org/why", *(["javascript:alert(2)", text] if text else [])],
            "remedies": list(remedies),
        }
        for id_, title, kind, remedies in CAUSES
    ]
    document["remedies"] = [
        {
            "id": id_,
            "title": title + text * (id_ == "register"),
            "side": side,
            "code": code + text,
            "costs": costs and costs + text,
            "codes": codes,
        }
        for id_, title, side, code, costs, codes in REMEDIES
    ]
    for cell in document["cells"]:
        cell |= {"cause": cause(cell) if cell["verdict"] in FAILING else "", "remedies": []}
        if cell["verdict"] in FAILING:
            cell["remedies"] = _trials(document, cell, chance, text)


def cause(cell: Any) -> str:
    """The cause of a made-up cell."""
    if cell["verdict"] == "refused":
        return next(id_ for part, id_ in OF_MESSAGE.items() if part in cell["reason"])
    return OF_VERDICT.get(cell["verdict"], "unknown")


def _trials(document: Any, cell: Any, chance: random.Random, text: str) -> list[Any]:
    """Up to three trials: rerun, proven by another format, proven by another loader; verified ones first."""
    trials = []
    if chance.random() < 0.5:
        good = chance.random() < 0.5
        trial = _trial("register", "identical" if good else cell["verdict"], good, text if not good else "")
        trials.append(trial | {"wall": round(chance.random() * 9, 1)})
    if chance.random() < 0.3:
        trials.append(_trial("another-format", "identical", True) | {"variant": document["variants"][-1]["id"]})
    if chance.random() < 0.2:
        trials.append(_trial("other-keras", "refused", False) | {"load": document["runtimes"][-1]["id"]})
    return sorted(trials, key=lambda trial: not trial["verified"])


def _trial(remedy: str, verdict: str, verified: bool, reason: str = "") -> Any:
    return entries.trial(remedy=remedy, verdict=verdict, verified=verified, reason=reason)
