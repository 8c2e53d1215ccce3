"""Arrays of a file put into a model: by the way to each object, by the names of weights, or by order and shapes.

Constraints: Python 3.6 syntax.

Files with a group for every object call the parts of an object by its attributes, and those of a list by their classes,
numbered. Versions number otherwise, so that of a class only the order counts.
"""

import collections
import re

# What is no layer of the model, and the state of random numbers, which are no weights.
_BESIDE = re.compile(r"(^|/)(_?optimizer|keras_api|_?(compiled?_)?(metrics|loss)|_?loss_tracker|save_counter|"
                     r"_?seed_generator|_random_generator)(/|$)")
_COUNT = "count"
_LAYERS = ("layers", "_layer_checkpoint_dependencies")
_LISTS = {"variables": ("trainable_weights", "non_trainable_weights"),
          "trainable_variables": ("trainable_weights",), "non_trainable_variables": ("non_trainable_weights",)}
_OWN = (("_trainable_variables", "_non_trainable_variables"), ("_trainable_weights", "_non_trainable_weights"))


def put_into(model, content, api):
    """Set the weights of a model. Raises ValueError where the file has not what the model needs.

    `content` is what `stored.read` gives.
    """
    found = _by_lists(model, content) if isinstance(content, list) else _Placing(model).of(content)
    if api.keras_version >= (3,):
        for variable, array in found:
            variable.assign(array)
    else:
        api.keras.backend.batch_set_value(found)


def weights_of(thing):
    """All weights of a layer or model, layer by layer, its own first, whatever this Keras calls trainable."""
    layers = _attribute(thing, "layers")
    inner = [weight for layer in layers for weight in weights_of(layer)] if isinstance(layers, (list, tuple)) else []
    every = _own(thing) + inner + list(_attribute(thing, "weights") or ())
    return list(collections.OrderedDict((id(weight), weight) for weight in every).values())


def fit(weights, arrays):
    """[(weight, array)] for all weights, out of [(name, array)]: by names, by their last words, or by order and shape.

    Names count as the same where only the numbers differ that Keras gave the layers. Raises ValueError if there is no
    such assignment, or if shapes leave it open.
    """
    weights, arrays = _counted_alike(weights, arrays)
    wanted = [(_name(weight), _shape(weight)) for weight in weights]
    given = [(_plain(name), tuple(array.shape)) for name, array in arrays]
    for keys in (_names, _ranked, _last_words):
        order = _order(keys(wanted), keys(given))
        if order is not None and [given[place][1] for place in order] == [shape for _, shape in wanted]:
            return [(weight, arrays[place][1]) for weight, place in zip(weights, order)]
    shapes = [[shape for _, shape in side] for side in (wanted, given)]
    if shapes[0] == shapes[1]:
        order = range(len(given))
    else:
        order = _order(*shapes) if len(set(shapes[0])) == len(shapes[0]) else None
    if order is None:
        raise ValueError("the model has weights %s, the file has %s" % (wanted, given))
    return [(weight, arrays[place][1]) for weight, place in zip(weights, order)]


def _names(items):
    return [name for name, _ in items]


def _ranked(items):
    """(layer without its number, place of the number among those of that name, name of the weight) of each."""
    ways = [name.split("/") for name, _ in items]
    layers = [_natural(way[-2]) if len(way) > 1 else ("", 0) for way in ways]
    return [(base, sorted({other for name, other in layers if name == base}).index(number), way[-1])
            for way, (base, number) in zip(ways, layers)]


def _last_words(items):
    return [(name.split("/")[-1], shape) for name, shape in items]


def _counted_alike(weights, arrays):
    """Both without the count of samples that a Normalization keeps in some versions, where only one has it."""
    counts = [weight for weight in weights if _name(weight).split("/")[-1] == _COUNT]
    stored = [pair for pair in arrays if _plain(pair[0]).split("/")[-1] == _COUNT]
    if bool(counts) == bool(stored):
        return weights, arrays
    ids = {id(weight) for weight in counts}
    return [weight for weight in weights if id(weight) not in ids], [
        pair for pair in arrays if not any(pair is one for one in stored)]


def _order(wanted, given):
    """The place in `given` of each one wanted, of equal ones the first that is left; None if they are not the same."""
    if sorted(map(repr, wanted)) != sorted(map(repr, given)):
        return None
    left, order = list(enumerate(given)), []
    for one in wanted:
        place = next(place for place in left if place[1] == one)
        left.remove(place)
        order.append(place[0])
    return order


def _by_lists(model, layers):
    """As the old layout has it: a list for every layer that has weights, the trainable ones first."""
    lists = [_trainable_first(layer) for layer in model.layers] + [_own(model)]
    lists = [weights for weights in lists if weights]
    if len(lists) != len(layers):
        raise ValueError("the file has weights of %d layers, the model of %d" % (len(layers), len(lists)))
    return [pair for weights, arrays in zip(lists, layers) for pair in fit(weights, arrays)]


def _trainable_first(layer):
    return list(layer.trainable_weights) + list(layer.non_trainable_weights)


class _Placing(object):
    """Which array of a tree of objects belongs to which weight of a model."""

    def __init__(self, model):
        self.model = model
        self.found = collections.OrderedDict()  # id of a weight -> (weight, array)
        self.left = []  # (way, array) that have no place yet
        self.seen = set()  # ids of the objects that were visited: the file has each but once
        self.weights = {id(weight): weight for weight in weights_of(model)}

    def of(self, root):
        """[(weight, array)] for every weight of the model. Raises ValueError."""
        self._visit(root, self.model, "")
        return list(self.found.values())

    def _visit(self, node, thing, way):
        """Place what is below a node that stands for `thing`; what has no place by its name gets one by its shape."""
        self.seen.add(id(thing))
        for name, array in node.arrays.items():
            self._place(_own_weight(thing, name), array, way + name)
        parts = [(name, child, _part(thing, name)) for name, child in sorted(node.children.items())
                 if not _BESIDE.search(way + name)]
        # Lists come last: they name what no attribute does.
        for name, child, part in sorted(parts, key=lambda part: (isinstance(part[2], list), part[0] in _LAYERS)):
            if isinstance(part, list):
                self._visit_list(child, part, way + name + "/")
            elif part is not None:
                self._visit(child, part, way + name + "/")
            else:
                self._leave(child, way + name + "/")
        self._place_left(thing, way)

    def _visit_list(self, node, things, way):
        for name, array in node.arrays.items():
            self._place(_at(things, name), array, way + name)
        pairs = _paired(node.children, [_listed(thing) for thing in things if id(thing) not in self.seen])
        for name, thing in pairs:
            if isinstance(thing, list):
                self._visit_list(node.children[name], thing, way + name + "/")
            elif thing is not None:
                self._visit(node.children[name], thing, way + name + "/")
            elif way.split("/")[-2] in _LAYERS:
                raise ValueError("%s%s in the file is no layer of the model" % (way, name))
            else:
                self._leave(node.children[name], way + name + "/")

    def _place(self, weight, array, way):
        if id(weight) in self.weights and _shape(weight) == tuple(array.shape):
            self.found[id(weight)] = (weight, array)
        elif not _BESIDE.search(way):
            self.left.append((way, array))

    def _leave(self, node, way):
        """Keep the arrays below a node for which there is no object, in the order of their names."""
        for name in sorted(node.arrays, key=_natural):
            self._place(None, node.arrays[name], way + name)
        for name in sorted(node.children, key=_natural):
            self._leave(node.children[name], way + name + "/")

    def _place_left(self, thing, way):
        """Give the weights of an object that have none yet the arrays below it that are left."""
        missing = [weight for weight in weights_of(thing)
                   if id(weight) in self.weights and id(weight) not in self.found]
        mine = [pair for pair in self.left if pair[0].startswith(way)]
        try:
            placed = fit(missing, mine) if missing else []
        except ValueError:
            if not way:
                raise
            return  # they may belong to another part of the model
        self.found.update((id(weight), (weight, array)) for weight, array in placed)
        self.left = [pair for pair in self.left if not any(pair[1] is array for _, array in placed)]


def _paired(children, things):
    """(name of a group, object or None) for every group: by number, else by class in order, else by their shapes."""
    left = sorted((name for name, child in children.items() if _shapes_below(child)), key=_natural)
    if all(name.isdigit() for name in left):
        return [(name, _at(things, name)) for name in left]
    things = [thing for thing in things if isinstance(thing, list) or weights_of(thing)]
    found = []
    for base in sorted({_class_of(thing) for thing in things}):
        alike = [thing for thing in things if _class_of(thing) == base]
        names = [name for name in left if re.match(re.escape(base) + r"(_\d+)?$", name)]
        if len(names) == len(alike):
            found += zip(names, alike)
    for name in left:
        taken = {id(thing) for _, thing in found}
        if name not in dict(found):
            shapes = sorted(_shapes_below(children[name]))
            alike = [thing for thing in things if id(thing) not in taken and shapes == _shapes_of(thing)]
            found.append((name, alike[0] if alike else None))
    return found


def _shapes_below(node):
    """The shapes of all arrays below a node that may be weights."""
    inner = [child for name, child in node.children.items() if not _BESIDE.search(name)]
    return [tuple(array.shape) for array in node.arrays.values()] + [
        shape for child in inner for shape in _shapes_below(child)]


def _shapes_of(thing):
    inner = thing if isinstance(thing, list) else [thing]
    return sorted(_shape(weight) for one in inner for weight in weights_of(one))


def _part(thing, name):
    """The part of an object that a file calls so: an object, a list of them, or None."""
    numbered = re.match(r"layer(_with_weights)?-(\d+)$", name)
    layers = list(_attribute(thing, "layers") or ())
    if numbered:
        return _at([layer for layer in layers if weights_of(layer)] if numbered.group(1) else layers, numbered.group(2))
    if name in _LISTS:
        ids = {id(weight) for key in _LISTS[name] for weight in _attribute(thing, key) or ()}
        return [weight for weight in weights_of(thing) if id(weight) in ids]
    if name in _LAYERS and layers:
        return layers
    for called in (name, "_" + name, name.lstrip("_")):
        part = _listed(_attribute(thing, called))
        if isinstance(part, list) or hasattr(part, "weights"):
            return part
    return None


def _listed(thing):
    """A list of what is in a list, tuple or dictionary; any other thing as it is."""
    if isinstance(thing, dict):
        return list(thing.values())
    return list(thing) if isinstance(thing, (list, tuple)) else thing


def _own_weight(thing, name):
    """The weight that an object itself has under a name, or under a number."""
    return _at(_own(thing), name) if name.isdigit() else _attribute(thing, name)


def _own(thing):
    """The weights that an object has itself and not in its parts, in the order in which they are saved."""
    for names in _OWN:
        if all(isinstance(getattr(thing, name, None), (list, tuple)) for name in names):
            return [weight for name in names for weight in getattr(thing, name)]
    return []


def _at(things, number):
    return things[int(number)] if number.isdigit() and int(number) < len(things) else None


def _attribute(thing, name):
    try:
        return getattr(thing, name, None)
    except Exception:  # attributes of Keras compute things, and fail where a model was not built
        return None


def _shape(weight):
    return tuple(int(size) for size in weight.shape)


def _name(weight):
    return _plain(getattr(weight, "path", None) or weight.name)


def _plain(name):
    return name.split(":")[0]


def _class_of(thing):
    """The name of a class as Keras writes it into the names of groups; lists in lists are containers."""
    if isinstance(thing, list):
        return "container"
    name = re.sub(r"\W+", "", type(thing).__name__)
    return re.sub("([a-z])([A-Z])", r"\1_\2", re.sub("(.)([A-Z][a-z]+)", r"\1_\2", name)).lower()


def _natural(name):
    base, number = re.match(r"(.*?)_?(\d*)$", name).groups()
    return base, int(number or 0)
