"""A scenario as the worker runs it: functions by name, arguments by name, defaults, and where an exception arose."""

from __future__ import annotations

import pathlib
import sys
from typing import Any

import pytest

from harness.worker import scenario
from harness.worker.scenario import Script
from tests.unit import made


def script(folder: pathlib.Path, text: str, stage: str = "save", **available: Any) -> Script:
    """A script that was executed."""
    return Script(str(made.written(folder, "case", text)), stage, available)


@pytest.mark.parametrize(
    ("signature", "said"),
    [
        ("", ()),
        ("a", (1,)),
        ("b, a", (2, 1)),
        ("a, c=3", (1, 3)),
        ("a=9", (1,)),
        ("*, b", (2,)),
        ("a, *, c=4", (1, 4)),
        pytest.param("a, **rest", (1, {})),
        pytest.param("a, *rest", (1, ())),
    ],
)
def test_arguments_are_passed_by_name(tmp_path: pathlib.Path, signature: str, said: tuple[Any, ...]) -> None:
    """A function asks only for what it needs, in any order; its own defaults stand for what there is not."""
    names = [part.split("=")[0].strip(" *") for part in signature.split(",")]
    told = f"({', '.join(name for name in names if name)},)" if any(names) else "()"
    assert said == script(tmp_path, f"def build({signature}):\n    return {told}\n", a=1, b=2).call("build")


def test_what_a_call_gives_outdoes_what_is_always_there(tmp_path: pathlib.Path) -> None:
    """`path` is that of the format when saving."""
    assert "more" == script(tmp_path, "def save(path):\n    return path\n", path="always").call("save", path="more")


def test_an_argument_that_does_not_exist_is_told_with_those_that_do(tmp_path: pathlib.Path) -> None:
    """A slip of the pen is mended in one look."""
    with pytest.raises(TypeError, match=r"build\(\) asks for 'kears'; it can have: keras, rng"):
        script(tmp_path, "def build(kears):\n    pass\n", keras=1, rng=2).call("build")


def test_what_a_scenario_leaves_out_has_a_default_or_is_missed(tmp_path: pathlib.Path) -> None:
    """The least scenario is two functions, and those it has to have."""
    least = script(tmp_path, "", keras=1)
    assert {} == least.call("load_options")
    assert [None] * 4 == [least.call(name) for name in ("custom_objects", "unsupported", "before_load", "after_load")]
    with pytest.raises(NameError, match=r"no function build\(\)"):
        least.call("build")


def test_the_defaults_compile_and_train_a_little(tmp_path: pathlib.Path) -> None:
    """A few steps, so that there is an optimizer state to lose."""
    calls: list[Any] = []

    class Model:
        def compile(self, **how: Any) -> None:
            calls.append(sorted(how))

        def train_on_batch(self, x: Any, y: Any) -> None:
            calls.append((x, y))

    least = script(tmp_path, "", eager=False)
    least.call("compile", model=Model())
    least.call("train", model=Model(), x=1, y=2)
    assert [["loss", "metrics", "optimizer"], *[(1, 2)] * scenario.STEPS_OF_TRAINING] == calls


@pytest.mark.parametrize(
    ("text", "has"),
    [
        ("def train(model):\n    pass\n", True),
        ("train = lambda model: None\n", True),
        ("train = 3\n", False),
        ("", False),
        ("import contextlib\n\n@contextlib.contextmanager\ndef train(model):\n    yield\n", True),
        pytest.param("import functools\n\n@functools.lru_cache()\ndef train(model):\n    pass\n", True),
        pytest.param("import functools\n\ndef f(model, n):\n    pass\n\ntrain = functools.partial(f, n=1)\n", True),
    ],
)
def test_a_function_is_whatever_can_be_called(tmp_path: pathlib.Path, text: str, has: bool) -> None:
    """A decorated one must not silently give way to the default."""
    assert has == script(tmp_path, text).has("train")


@pytest.mark.parametrize(
    ("text", "asks"),
    [
        ("def data(rng, model):\n    pass\n", True),
        ("def data(*, model=None):\n    pass\n", True),
        ("import functools\n\ndef f(model, n):\n    pass\n\ndata = functools.partial(f, n=1)\n", True),
        ("def data(rng):\n    pass\n", False),
        ("def data(**model_and_more):\n    pass\n", False),
        ("data = 3\n", False),
        ("", False),
    ],
)
def test_a_function_may_be_asked_what_it_asks_for(tmp_path: pathlib.Path, text: str, asks: bool) -> None:
    """Data that need the model come after it."""
    assert asks == script(tmp_path, text).asks("data", "model")


def test_what_the_harness_calls_is_none_of_a_scenarios_own_objects(tmp_path: pathlib.Path) -> None:
    """Its classes and functions are, but not what it only imported."""
    called = "".join(f"def {name}():\n    pass\n\n" for name in scenario.CALLED)
    text = f"import json\nfrom json import loads\n\n{called}class Mine:\n    pass\n\ndef mine():\n    pass\n"
    assert {"Mine", "mine"} == set(script(tmp_path, text).objects())


def test_every_function_with_a_default_is_one_that_the_harness_calls() -> None:
    """And those that have none are required, or change what it does by being there."""
    assert {"build", "data", "save", "load", "outputs", "inputs"} == set(scenario.CALLED) - set(scenario.DEFAULTS)
    assert set(scenario.DEFAULTS) < set(scenario.CALLED)


def test_a_constant_is_read_or_has_a_default(tmp_path: pathlib.Path) -> None:
    """Such as OBSERVE."""
    made_script = script(tmp_path, 'OBSERVE = ("weights",)\n')
    assert ("weights",) == made_script.constant("OBSERVE")
    assert 7 == made_script.constant("OTHER", 7)


def test_saving_and_loading_are_two_scripts(tmp_path: pathlib.Path) -> None:
    """What a file remembers as living in the first cannot be imported from there by the second."""
    text = "class Kept:\n    pass\n\ndef build():\n    return Kept.__module__\n"
    assert "saving_script" == script(tmp_path, text, "save").call("build")
    assert "loading_script" == script(tmp_path, text, "load").call("build")
    assert str(tmp_path / "case.py") == sys.modules["loading_script"].__file__


def test_a_module_beside_a_scenario_can_be_imported(tmp_path: pathlib.Path) -> None:
    """Also from within a function."""
    made.written(tmp_path, "beside_it", "said = 'beside'\n")
    text = "def build():\n    import beside_it\n    return beside_it.said\n"
    assert "beside" == script(tmp_path, text).call("build")


def test_text_that_is_not_ascii_is_read_as_utf8(tmp_path: pathlib.Path) -> None:
    """Whatever the locale of the worker."""
    assert "üモ" == script(tmp_path, "def build():\n    return 'üモ'\n").call("build")


def test_a_byte_order_mark_is_no_fault(tmp_path: pathlib.Path) -> None:
    """Python itself runs such a file."""
    path = tmp_path / "case.py"
    path.write_bytes(b"\xef\xbb\xbfx = 1\r\n")
    assert 1 == Script(str(path), "save", {}).constant("x")


def located(folder: pathlib.Path, path: pathlib.Path, call: str = "build") -> tuple[str, int]:
    """Where the exception of a script arose, below a folder."""
    try:
        Script(str(path), "save", {}).call(call)
    except Exception as error:
        name, line = scenario.locate(error, str(folder))
        return pathlib.Path(name).name, line
    raise AssertionError("it has to raise")


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("raise ValueError\n", ("case.py", 1)),
        ("x = 1\n\ndef build():\n    return 1 / 0\n", ("case.py", 4)),
        ("def build():\n    import json\n    return json.loads('{')\n", ("case.py", 3)),
        ("def build():\n    import beside_it\n    return beside_it.f()\n", ("beside_it.py", 2)),
        ("def build(:\n", ("case.py", 1)),
        ("def build():\n    import beside_broken\n", ("beside_broken.py", 2)),
        ("def build():\n    import beside_nothing\n", ("case.py", 2)),
        ("def build():\n    compile('(', '<string>', 'exec')\n", ("case.py", 2)),
    ],
)
def test_an_exception_is_placed_at_the_innermost_line_of_the_scenarios_own(
    tmp_path: pathlib.Path, text: str, where: tuple[str, int]
) -> None:
    """In it or in a module beside it; for broken syntax where it breaks."""
    made.written(tmp_path, "beside_it", "def f():\n    return 1 / 0\n")
    made.written(tmp_path, "beside_broken", "x = 1\ndef (\n")
    assert where == located(tmp_path, made.written(tmp_path, "case", text))


def test_an_exception_from_elsewhere_has_no_place_in_the_scenario(tmp_path: pathlib.Path) -> None:
    """Nothing is guessed."""
    path = made.written(tmp_path / "elsewhere", "case", "def build():\n    return 1 / 0\n")
    assert ("", 0) == located(tmp_path / "scenarios", path)


def test_a_folder_whose_name_only_begins_alike_is_elsewhere(tmp_path: pathlib.Path) -> None:
    """`scenarios-old` is not in `scenarios`."""
    path = made.written(tmp_path / "scenarios-old", "case", "def (\n")
    assert ("", 0) == located(tmp_path / "scenarios", path)
