"""Parts of a stored model: its layers at any depth, a model of one of them, and a model that ends after some of them.

Constraints: Python 3.6 syntax, standard library only. Nothing here changes what it is given.
"""

import copy
import json


def listed(model):
    """The layers of a stored model, inputs included; [] if it is no model."""
    config = model.get("config") if isinstance(model, dict) else None
    layers = config.get("layers") if isinstance(config, dict) else config  # a list in Sequential models of Keras 2.2
    if not isinstance(layers, list):
        return []
    return [layer for layer in layers if isinstance(layer, dict) and "class_name" in layer]


def name_of(layer):
    """The name of a stored layer."""
    config = layer.get("config")
    own = config.get("name") if isinstance(config, dict) else None
    return str(own or layer.get("name") or "")


def with_layers(model, layers):
    """The same model with other layers."""
    config = model["config"]
    return dict(model, config=dict(config, layers=layers) if isinstance(config, dict) else layers)


def inner(layer):
    """[(key, stored object)] of everything inside a layer that could be a layer or a cell itself."""
    config = layer.get("config")
    if not isinstance(config, dict):
        return []
    found = []
    for key in ("layer", "cell", "forward_layer", "backward_layer"):
        if _is_object(config.get(key)):
            found.append((key, config[key]))
    cells = config["cells"] if isinstance(config.get("cells"), list) else ()
    return found + [("cells", cell) for cell in cells if _is_object(cell)]


def every(model):
    """Every stored layer at any depth, each before those inside it."""
    found = []
    for layer in listed(model):
        found.append(layer)
        found += every(layer) if listed(layer) else [one for _, one in inner(layer)]
    return found


def changed(model, name, edit):
    """The model in which the layer of this name, at any depth, is what `edit` makes of its configuration."""
    def visit(value):
        if isinstance(value, list):
            return [visit(item) for item in value]
        if not isinstance(value, dict):
            return value
        if _is_object(value) and isinstance(value["config"], dict) and name_of(value) == name and not listed(value):
            return dict(value, config=edit(copy.deepcopy(value["config"])))
        return {key: visit(item) for key, item in value.items()}

    return visit(model)


def alone(model, layer, as_list=False):
    """A Sequential model of this layer and nothing else; `as_list` in the way of Keras before 2.2.3."""
    layer = {key: value for key, value in layer.items() if key not in ("inbound_nodes", "name", "build_config")}
    if layer["class_name"] != "InputLayer" and isinstance(layer.get("config"), dict):
        config = {key: value for key, value in layer["config"].items() if key != "batch_input_shape"}
        layer["config"] = config
    found = {"class_name": "Sequential", "config": [layer] if as_list else {"name": "alone", "layers": [layer]}}
    if "module" in model:
        root = str(model["module"] or "keras").partition(".")[0]
        found.update(module=root if root in ("keras", "tf_keras") else "keras", registered_name=None)
    return found


def healthy(model):
    """A stored layer that any Keras can make."""
    layer = {"class_name": "Activation", "config": {"name": "healthy", "trainable": True, "activation": "linear"}}
    if "module" in model:
        root = str(model["module"] or "keras").partition(".")[0]
        root = root if root in ("keras", "tf_keras") else "keras"
        layer.update(module=root + ".layers", registered_name=None)
    return layer


def until(model, name):
    """The model that ends after the layer of this name; None if there is no such layer in it."""
    layers = listed(model)
    names = [name_of(layer) for layer in layers]
    if name not in names:
        return None
    kept = names[:names.index(name) + 1]
    if "inbound_nodes" not in layers[0]:
        return with_layers(model, layers[:len(kept)])
    cut = [dict(layer, inbound_nodes=[node for node in layer.get("inbound_nodes") or ()
                                      if _sources(node, names) <= set(kept)]) for layer in layers[:len(kept)]]
    config = dict(model["config"], layers=cut, output_layers=[[name, 0, 0]])
    inputs = config.get("input_layers")
    if isinstance(inputs, list) and inputs and isinstance(inputs[0], list):
        config["input_layers"] = [one for one in inputs if one[0] in kept]
    return dict(model, config=config)


def called_with(model, name):
    """The names of what the layer of this name is given in its calls beside tensors."""
    found = []
    for layer in listed(model):
        if name_of(layer) == name:
            for node in layer.get("inbound_nodes") or ():
                for part in [node] if isinstance(node, dict) else node:
                    more = part.get("kwargs") if isinstance(part, dict) else part[-1]
                    found += [key for key in more if key not in found] if isinstance(more, dict) else []
    return found


def without_call_argument(model, name, argument):
    """The model in which the calls of a layer do without an argument."""
    def less(part):
        if isinstance(part, dict) and "kwargs" in part:
            return dict(part, kwargs={key: value for key, value in part["kwargs"].items() if key != argument})
        if isinstance(part, list) and part and isinstance(part[-1], dict):
            return part[:-1] + [{key: value for key, value in part[-1].items() if key != argument}]
        return part

    layers = [dict(layer, inbound_nodes=[less(node) if isinstance(node, dict) else [less(part) for part in node]
                                         for node in layer["inbound_nodes"]])
              if name_of(layer) == name and layer.get("inbound_nodes") else layer for layer in listed(model)]
    return with_layers(model, layers)


def short(value):
    """A stored value as a short text."""
    text = value if isinstance(value, str) else json.dumps(value, sort_keys=True, default=str)
    return text if len(text) <= 120 else text[:117] + "..."


def _is_object(value):
    return isinstance(value, dict) and isinstance(value.get("class_name"), str) and "config" in value


def _sources(node, names):
    """The names of the layers from which a node takes its tensors."""
    found = set()

    def visit(value):
        if isinstance(value, dict):
            for item in value.values():
                visit(item)
        elif isinstance(value, (list, tuple)):
            if len(value) >= 3 and value[0] in names and all(isinstance(each, int) for each in value[1:3]):
                found.add(value[0])
            for item in value:
                visit(item)

    visit(node)
    return found
