"""What an experiment found: which part is to blame, and how that is known.

Constraints: Python 3.6 syntax, standard library only.
"""

from . import configs


def finding(part, how, stored=None, **more):
    """A finding about a stored layer or about none; harness/results/culprit_words.py makes a sentence of it."""
    found = {"part": part, "how": how, "layer": "", "class": "", "argument": "", "value": ""}
    if stored is not None:
        found.update({"layer": configs.name_of(stored), "class": str(stored["class_name"])})
    found.update(more)
    return found
