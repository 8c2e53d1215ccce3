"""Which layer's weights do not go in, where a file fails in its weights.

Constraints: Python 3.6 syntax, the environment's own h5py.
"""

import os
import re

from ..remedies import stored as arrays
from . import configs
from .findings import finding

# Functions that put the weights in; one of a module can be made to do nothing.
_PUTS_WEIGHTS_IN = re.compile(r"load_weights_from_hdf5\w*|_load_state|load_weights|_raise_loading_failure|"
                              r"load_subset_weights\w*")


class Weights(object):
    """The weights of a file that fails with them."""

    def __init__(self, loads, first, observing):
        self.loads = loads
        self.first = first
        self.observing = observing

    def locate(self):
        """The layer whose weights do not go in; that it is the weights is shown by leaving them out."""
        with self.loads.without(self.first.frames, _PUTS_WEIGHTS_IN) as there:
            proven = there and self.loads.failure(predict=self.observing) is None
        how = "without" if proven else "at work"
        found = self._misfit() if proven else None
        if found:  # a model built again has other names, and the first is the one that the message says
            names = [name for name, kind in self.first.suspects if kind == found["class"]]
            return dict(found, how=how, layer=names[0] if names else found["layer"])
        inner = [(name, kind) for name, kind in self.first.suspects
                 if not isinstance(getattr(self.loads.run.api.keras, kind, None), type)]
        if inner:
            return finding("weights", how, **{"layer": inner[0][0], "class": inner[0][1]})
        return finding("weights", how)

    def _misfit(self):
        """The first layer for which the file has arrays of other shapes than it wants, where the file lists layers."""
        try:
            path = self.loads.run.format.path(self.loads.run.artifact)
            inside = self.loads.run.artifact if arrays.kind(path) == "" else None
            content = arrays.read(_weights_file(inside) if inside else path, self.loads.run.api)
            wanted = [layer for layer in self.loads.model.layers if layer.weights]
        except Exception:  # another layout, or a model without a list of layers
            return None
        if not isinstance(content, list):
            return None
        for number, layer in enumerate(wanted):
            ours = [tuple(int(size) for size in weight.shape) for weight in layer.weights]
            theirs = [tuple(array.shape) for _, array in content[number]] if number < len(content) else None
            if ours != theirs:
                about = {"layer": layer.name, "class": type(layer).__name__}
                if theirs is None:
                    return finding("weights", "", missing=True, **about)
                at = next((place for place, (one, other) in enumerate(zip(ours, theirs)) if one != other), None)
                name = "" if at is None else content[number][at][0].split("/")[-1].split(":")[0]
                return finding("weights", "", argument=name, value=configs.short(
                    "%s in the file, %s wanted" % (_shapes(theirs, at), _shapes(ours, at))), **about)
        return None


def _weights_file(folder):
    return next(os.path.join(folder, name) for name in sorted(os.listdir(folder)) if name.endswith(".h5"))


def _shapes(shapes, at):
    if at is None:
        return "%d arrays" % len(shapes)
    return "x".join(str(size) for size in shapes[at]) or "a number"
