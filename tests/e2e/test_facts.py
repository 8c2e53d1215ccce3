"""What real TensorFlow 1.15, 2.3, 2.15 and Keras 3 do with each other's files: facts that the matrix has to find.

All of these need the environments of the core set, which they provision, and some minutes.
"""

from __future__ import annotations

import pathlib
from collections.abc import Callable
from typing import Any

import jsonschema
import pytest

from harness import paths

pytestmark = pytest.mark.slow

Run = Callable[..., dict[str, Any]]
ByPlace = Callable[[dict[str, Any]], dict[tuple[str, str, str], dict[str, Any]]]
SILENT = '''"""A layer of one's own that writes none of its weights."""

FORMATS = ("keras", "weights.h5")


def make(keras):
    class Silent(keras.layers.Dense):
        def save_own_variables(self, store):
            pass

        def load_own_variables(self, store):
            pass

    return keras.saving.register_keras_serializable(package="Trial")(Silent)


def build(keras):
    return keras.Sequential([keras.layers.Input((4,)), make(keras)(6), keras.layers.Dense(2)])


def train(model, x, y):
    model.train_on_batch(x, y)


def before_load(keras):
    make(keras)


def data(rng):
    return rng.rand(16, 4).astype("float32"), rng.rand(16, 2).astype("float32")
'''


@pytest.fixture(scope="module")
def old(matrix: Run) -> dict[str, Any]:
    """TensorFlow 1.15 (Python 3.7) and 2.3 (Python 3.8), both ways."""
    return matrix(
        "--remedies",
        "all",
        "--runtimes",
        "tf1.15,tf2.3",
        "--format",
        "h5,weights-h5",
        "-k",
        "accuracy_string,lambda_layer,lstm_defaults,initializer_after_load",
    )


@pytest.fixture(scope="module")
def new(matrix: Run) -> dict[str, Any]:
    """What TensorFlow 2.3 and 2.15 and Keras 3 saved, in Keras 3 (Python 3.13)."""
    return matrix(
        "--remedies",
        "all",
        "--save",
        "tf2.3,tf2.15,tf2.21-keras3",
        "--load",
        "tf2.21-keras3",
        "-k",
        "short_loss_name,dense,lambda_layer",
        "--format",
        "h5,savedmodel",
    )


def test_lambda_of_another_python_is_bad_marshal_data(old: dict[str, Any], cells: ByPlace) -> None:
    """Bytecode of Python 3.7 is not readable for 3.8; the class that is the remedy comes back."""
    lambda_, remedy = (cells(old)[f"lambda_layer/h5/{layer}", "tf1.15", "tf2.3"] for layer in ("lambda", "class"))
    assert ("refused", "load") == (lambda_["verdict"], lambda_["stage"])
    assert "bad marshal data (unknown type code)" == lambda_["failure"]["message"]
    assert "identical" == remedy["verdict"], remedy["reason"]


def test_accuracy_is_another_metric_after_loading(old: dict[str, Any], cells: ByPlace) -> None:
    """TensorFlow 2.3 reads its own file, predicts the same, and measures another accuracy."""
    cell = cells(old)["accuracy_string/h5/accuracy", "tf2.3", "tf2.3"]
    assert "incomplete" == cell["verdict"]
    (difference,) = [one for one in cell["differences"] if one["counts"]]
    assert ("metrics", "value") == (difference["observation"], difference["kind"])
    assert difference["absolute"] > 0.3
    named = cells(old)["accuracy_string/h5/sparse_categorical_accuracy", "tf2.3", "tf2.3"]
    assert "identical" == named["verdict"], named["reason"]


def test_lstm_defaults_drift_silently_from_tf1_to_tf2(old: dict[str, Any], cells: ByPlace) -> None:
    """Weights of one default in a layer of the other: changed, both ways; identical where the argument is written."""
    found = cells(old)
    for saver, loader in (("tf1.15", "tf2.3"), ("tf2.3", "tf1.15")):
        cell = found["lstm_defaults/weights-h5/default", saver, loader]
        assert "changed" == cell["verdict"]
        assert cell["differences"][0]["where"].startswith("layer 0 lstm")
        assert "identical" == found["lstm_defaults/weights-h5/sigmoid", saver, loader]["verdict"]


def test_initializer_wipes_loaded_weights_in_sessions_only(old: dict[str, Any], cells: ByPlace) -> None:
    """In TensorFlow 1.15 the initialiser after loading changes everything; TensorFlow 2.3 has no sessions."""
    found = cells(old)
    assert "changed" == found["initializer_after_load/h5/after", "tf1.15", "tf1.15"]["verdict"]
    assert "identical" == found["initializer_after_load/h5/before", "tf1.15", "tf1.15"]["verdict"]
    assert "unsupported" == found["initializer_after_load/h5/after", "tf2.3", "tf1.15"]["verdict"]


def test_keras_3_refuses_its_own_short_loss(new: dict[str, Any], cells: ByPlace) -> None:
    """Keras 3 writes "mse" to HDF5 and cannot locate it when it loads."""
    cell = cells(new)["short_loss_name/h5/mse", "tf2.21-keras3", "tf2.21-keras3"]
    assert "refused" == cell["verdict"]
    assert "mse" in cell["failure"]["message"]


def test_keras_3_refuses_savedmodel(new: dict[str, Any], cells: ByPlace) -> None:
    """A SavedModel of TensorFlow 2.3 is no format that Keras 3 loads; and Keras 3 cannot write one, which was tried."""
    cell = cells(new)["dense/savedmodel", "tf2.3", "tf2.21-keras3"]
    assert "refused" == cell["verdict"]
    assert "SavedModel" in cell["failure"]["message"]
    own = cells(new)["dense/savedmodel", "tf2.21-keras3", "tf2.21-keras3"]
    assert ("unsupported", "save") == (own["verdict"], own["stage"])
    assert "tried:" in own["reason"]


def test_foreign_bytecode_kills_the_process(new: dict[str, Any], cells: ByPlace) -> None:
    """Bytecode of Python 3.11 run by 3.13 with safe mode off is signal 11, seen twice; nobody hangs."""
    cell = cells(new)["lambda_layer/h5/lambda-unsafe", "tf2.15", "tf2.21-keras3"]
    assert ("crashed", "SIGSEGV") == (cell["verdict"], cell["signal"])
    assert "crashed" == cell["before"]


def test_document_is_as_its_schema_says(old: dict[str, Any], new: dict[str, Any]) -> None:
    """Real results validate against the schema that is published beside them."""
    import json

    schema = json.loads((paths.PROJECT / "harness" / "report" / "results.schema.json").read_text())
    for document in (old, new):
        jsonschema.validate({name: value for name, value in document.items() if name != "said"}, schema)


def test_every_worker_tells_its_versions(old: dict[str, Any]) -> None:
    """The versions that runtimes report are those of their environments' records."""
    packages = {one["id"]: one["packages"] for one in old["environments"]}
    for runtime in old["runtimes"]:
        installed = packages[runtime["environment"]]
        tensorflow = installed.get("tensorflow") or installed["tensorflow-cpu"]
        assert tensorflow == runtime["versions"]["tensorflow"]
        assert installed["numpy"] == runtime["versions"]["numpy"]


def test_a_silent_difference_is_named_and_its_remedy_proved(old: dict[str, Any], cells: ByPlace) -> None:
    """Other defaults of an LSTM: with those of the saving side it is identical; the scenario's own way is, too."""
    cell = cells(old)["lstm_defaults/weights-h5/default", "tf1.15", "tf2.3"]
    assert "recurrent-defaults" == cell["cause"]
    proved = {trial["remedy"]: trial["verdict"] for trial in cell["remedies"] if trial["verified"]}
    assert "identical" == proved["saver-defaults"]
    assert "identical" == proved["as-the-scenario-says"]


def test_a_refusal_is_named_and_its_remedy_proved(new: dict[str, Any], cells: ByPlace) -> None:
    """Without compiling, Keras 3 reads the file of TensorFlow 2.15 whose loss it cannot find, less the optimizer."""
    cell = cells(new)["short_loss_name/h5/mse", "tf2.15", "tf2.21-keras3"]
    assert ("refused", "metrics") == (cell["verdict"], kind(new, cell))
    proved = {trial["remedy"]: trial["verdict"] for trial in cell["remedies"] if trial["verified"]}
    assert {"compile-false"} <= proved.keys()
    assert 0 < new["run"]["work"]["remedies_run"]


def test_every_failure_has_a_cause(old: dict[str, Any], new: dict[str, Any]) -> None:
    """And what is good has none."""
    every = [cell for document in (old, new) for cell in document["cells"]]
    assert [] == [cell["reason"] for cell in every if cell["cause"] == "unknown"]
    good = [cell for cell in every if cell["verdict"] == "identical"]
    assert good
    assert not any(cell["cause"] or cell["remedies"] for cell in good)


def test_static_facts_tell_that_the_files_hold_every_array(old: dict[str, Any], new: dict[str, Any]) -> None:
    """In whole models, weights alone and SavedModels, of TensorFlow 1.15 to Keras 3."""
    known = [facts for document in (old, new) for facts in static_facts(document).values() if "arrays" in facts]
    assert {"hdf5", "savedmodel"} == {facts["kind"] for facts in known}
    assert all(facts["arrays"] == facts["held"] > 0 and not facts["missing"] for facts in known)


def test_static_facts_tell_which_names_a_lambda_uses(old: dict[str, Any], new: dict[str, Any]) -> None:
    """The same function, as Python 3.7, 3.8, 3.11 and 3.13 compile it."""
    found = {**static_facts(old), **static_facts(new)}
    for runtime in ("tf1.15", "tf2.3", "tf2.15", "tf2.21-keras3"):
        facts = found["lambda_layer/h5/lambda", runtime]
        assert (1, False, ["range", "sum"]) == (facts["lambdas"], facts["lambda_closure"], facts["lambda_names"])
        assert 0 == found["lambda_layer/h5/class", runtime]["lambdas"]


def test_static_facts_tell_that_a_file_lacks_arrays(matrix: Run, cells: ByPlace, tmp_path: pathlib.Path) -> None:
    """A layer that writes nothing: its arrays are missing, those of the optimizer are not."""
    (tmp_path / "silent.py").write_text(SILENT)
    document = matrix("--scenarios", str(tmp_path), "--runtimes", "tf2.21-keras3", "--remedies", "none")
    for variant in ("silent/keras", "silent/weights.h5"):
        facts = static_facts(document)[variant, "tf2.21-keras3"]
        assert (4, 2, ["0/0", "0/1"]) == (facts["arrays"], facts["held"], facts["missing"])
        assert (2, 10) == (facts["weights"], facts["optimizer_arrays"])
        assert "changed" == cells(document)[variant, "tf2.21-keras3", "tf2.21-keras3"]["verdict"]


def static_facts(document: dict[str, Any]) -> dict[tuple[str, str], dict[str, Any]]:
    """The facts of every artifact by variant and saver."""
    saves = [save for save in document["saves"] if save["artifact"]]
    return {(save["variant"], save["runtime"]): save["artifact"]["facts"] for save in saves}


def kind(document: dict[str, Any], cell: dict[str, Any]) -> str:
    """The kind of a cell's cause."""
    return str(next(one["kind"] for one in document["causes"] if one["id"] == cell["cause"]))
