"""Scenarios are read without being run: contents, faults by line, variants, and what the digest covers."""

from __future__ import annotations

import json
import pathlib
from typing import Any, get_args

import pytest

from harness import paths
from harness.model import Fault, Reach, Scenario
from harness.plan import scenarios
from harness.worker import protocol
from tests.unit import made

REST = """

def build(keras):
    return keras.Sequential()


def data(rng):
    return rng.rand(4, 2), rng.rand(4, 1)
"""


def read(folder: pathlib.Path, constants: str = "", docstring: str = '"""A title."""\n') -> Scenario:
    """The scenario of a script with these constants, which must have no faults."""
    scenario, faults = scenarios.read(made.written(folder, "case", docstring + constants + REST))
    assert () == faults
    assert scenario
    return scenario


def lines_and_messages(folder: pathlib.Path, text: str) -> list[tuple[int, str]]:
    """Lines and messages of the faults of a script, which must have some."""
    path = made.written(folder, "case", text)
    scenario, script_faults = scenarios.read(path)
    assert scenario is None
    assert {(str(path.resolve()), "case")} == {(fault.path, fault.scenario) for fault in script_faults}
    return [(fault.line, fault.message) for fault in script_faults]


def one_fault(folder: pathlib.Path, constants: str) -> tuple[int, str]:
    """The only fault of a script with these constants."""
    [fault] = lines_and_messages(folder, '"""A title."""\n' + constants + REST)
    return fault


def test_the_smallest_scenario_is_a_docstring_and_two_functions(tmp_path: pathlib.Path) -> None:
    """Everything else has a default: every file format, and no parameters."""
    scenario = read(tmp_path)
    assert ("case", "A title", "", {}, {}, "") == (
        scenario.name,
        scenario.title,
        scenario.description,
        scenario.parameters,
        scenario.remedy,
        scenario.cause,
    )
    assert tuple(name for name in protocol.FORMATS if name not in ("own", "code")) == scenario.formats
    assert "h5" in scenario.formats


def test_constants_are_read(tmp_path: pathlib.Path) -> None:
    """As tuples or lists, over several lines, in any order."""
    scenario = read(
        tmp_path,
        """\
REMEDY = {"layer": "class"}
PARAMETERS = {
    "layer": ("lambda", "class"), "units": [4, -8], "rate": (0.5, None), "bias": (True,), "shape": ((1, 2), [3]),
}
CAUSE = "lambda"
FORMATS = ["h5", "keras"]
""",
    )
    assert ("h5", "keras") == scenario.formats
    assert {
        "layer": ("lambda", "class"),
        "units": (4, -8),
        "rate": (0.5, None),
        "bias": (True,),
        "shape": ((1, 2), [3]),
    } == scenario.parameters
    assert ({"layer": "class"}, "lambda") == (scenario.remedy, scenario.cause)


@pytest.mark.parametrize(
    ("docstring", "title", "description"),
    [
        ('"""One line."""\n', "One line", ""),
        ('"""One line.\n\nAnd more:\n\n    indented\n"""\n', "One line", "And more:\n\n    indented"),
        ('"""\nBegins on the next line\n"""\n', "Begins on the next line", ""),
        ('"""Straße, モデル, \U0001f600."""\n', "Straße, モデル, \U0001f600", ""),
        ("'''<b>[bold]</b>'''\n", "<b>[bold]</b>", ""),
        ('r"""A \\d."""\n', "A \\d", ""),
    ],
)
def test_the_docstring_gives_title_and_description(
    tmp_path: pathlib.Path, docstring: str, title: str, description: str
) -> None:
    """Its first line is the title, without a full stop."""
    scenario = read(tmp_path, docstring=docstring)
    assert (title, description) == (scenario.title, scenario.description)


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_line_endings_of_any_system_are_accepted(tmp_path: pathlib.Path, newline: str) -> None:
    """A script written on Windows is the same script."""
    path = tmp_path / "case.py"
    path.write_bytes(made.LEAST.replace("\n", newline).encode())
    scenario, faults = scenarios.read(path)
    assert () == faults
    assert scenario
    assert made.LEAST == scenario.source


def test_a_byte_order_mark_is_no_fault(tmp_path: pathlib.Path) -> None:
    """Python reads such a file, and some editors always write one."""
    path = tmp_path / "case.py"
    path.write_bytes(b"\xef\xbb\xbf" + made.LEAST.encode())
    assert () == scenarios.read(path)[1]


def test_a_script_that_is_not_python_is_at_fault_where_it_breaks(tmp_path: pathlib.Path) -> None:
    """The fault has the line that Python names."""
    [(line, message)] = lines_and_messages(tmp_path, '"""A title."""\n\ndef build(keras:\n    return\n')
    assert 3 == line
    assert message.startswith("not Python: ")


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b'"""A\x00title."""'])
def test_a_file_that_is_no_text_is_at_fault(tmp_path: pathlib.Path, content: bytes) -> None:
    """Binary data does not stop anything else."""
    (tmp_path / "case.py").write_bytes(content)
    scenario, [fault] = scenarios.read(tmp_path / "case.py")
    assert (None, 1) == (scenario, fault.line)


@pytest.mark.parametrize("value", [" + ".join("1" * 900), "-" * 900 + "1", "(" * 150 + ")" * 150])
def test_a_script_that_nests_deeply_stops_nothing(tmp_path: pathlib.Path, value: str) -> None:
    """It is read, or has a fault."""
    scenario, faults = scenarios.read(made.written(tmp_path, "case", f"{made.LEAST}\n\nVALUE = {value}\n"))
    assert scenario or faults


def test_a_script_that_nests_too_deeply_for_python_is_at_fault(tmp_path: pathlib.Path) -> None:
    """It does not stop anything else."""
    assert lines_and_messages(tmp_path, f"{made.LEAST}\n\nVALUE = {'-' * 5000}1\n")


def test_a_folder_called_like_a_script_is_at_fault(tmp_path: pathlib.Path) -> None:
    """It cannot be read, and is reported."""
    (tmp_path / "case.py").mkdir()
    assert ["case"] == [fault.scenario for fault in scenarios.read_all(tmp_path)[1]]


def test_all_faults_of_a_script_are_reported_together(tmp_path: pathlib.Path) -> None:
    """You should not have to fix one fault to learn about the next."""
    messages = lines_and_messages(tmp_path, 'FORMATS = ("h6",)\nPARAMETERS = 3\nREMEDY = open("x")\n')
    assert {
        (1, "no docstring: its first line is the scenario's title"),
        (1, "no function build(): def build(keras): return the model"),
        (1, "no function data(): def data(rng): return x, y"),
        (1, "FORMATS: no format 'h6'; did you mean h5?"),
        (2, 'PARAMETERS must be a dict of tuples, like PARAMETERS = {"units": (4, 8)}'),
        (3, "REMEDY is read without running the script: use only literals"),
    } == set(messages)


@pytest.mark.parametrize(
    ("constant", "message"),
    [
        ('FORMATS = ("h5")', 'FORMATS must be a tuple of names, like FORMATS = ("h5", "keras")'),
        ("FORMATS = ()", 'FORMATS must be a tuple of names, like FORMATS = ("h5", "keras")'),
        ('FORMATS = {"h5": 1}', 'FORMATS must be a tuple of names, like FORMATS = ("h5", "keras")'),
        ('FORMATS = (["h5"],)', "FORMATS: no format ['h5']; did you mean h5?"),
        ("FORMATS = (5,)", "FORMATS: no format 5"),
        ('FORMATS = ("h5",) * 2', "FORMATS is read without running the script: use only literals"),
        ("PARAMETERS = {}.fromkeys(())", "PARAMETERS is read without running the script: use only literals"),
        ('PARAMETERS = {"units": 4}', 'PARAMETERS must be a dict of tuples, like PARAMETERS = {"units": (4, 8)}'),
        ('PARAMETERS = {"units": ()}', 'PARAMETERS must be a dict of tuples, like PARAMETERS = {"units": (4, 8)}'),
        ("PARAMETERS = {4: (4,)}", 'PARAMETERS must be a dict of tuples, like PARAMETERS = {"units": (4, 8)}'),
        ('REMEDY = ("metric",)', 'REMEDY must be a dict, like REMEDY = {"metric": "named"}'),
        ('REMEDY = {"metric": "named"}', "REMEDY: 'metric': 'named' is not among PARAMETERS"),
        ('PARAMETERS = {"a": ([1], [2])}; REMEDY = {"a": [3]}', "REMEDY: 'a': [3] is not among PARAMETERS"),
    ],
)
def test_an_invalid_constant_is_reported_with_its_line(tmp_path: pathlib.Path, constant: str, message: str) -> None:
    """And with an example of a valid one."""
    line, reported = one_fault(tmp_path, f"\n\n{constant}\n")
    assert 4 == line
    assert message in reported


@pytest.mark.parametrize("constant", ["PARAMETERS = {[1]: (2,)}", "FORMATS = {['h5']}", "REMEDY = {{}: 1}"])
def test_a_literal_that_cannot_exist_is_a_fault_of_the_script(tmp_path: pathlib.Path, constant: str) -> None:
    """A list cannot be a key, but that must not stop the other scripts."""
    assert 2 == one_fault(tmp_path, constant)[0]


@pytest.mark.parametrize(
    "constant",
    [
        'FORMATS: tuple = ("h5",)',
        'ALL = FORMATS = ("h5",)',
        'FORMATS, CAUSE = ("h5",), "lambda"',
        'if True:\n    FORMATS = ("h5",)',
    ],
)
def test_a_constant_set_in_another_way_is_read_or_is_a_fault(tmp_path: pathlib.Path, constant: str) -> None:
    """A constant is never silently ignored, or every format would be tried."""
    scenario, faults = scenarios.read(made.written(tmp_path, "case", f'"""A title."""\n{constant}\n{REST}'))
    assert faults or (scenario and scenario.formats == ("h5",))


@pytest.mark.parametrize("values", ["({'b', 'a'},)", "(b'raw',)", "(1j,)", "(...,)", "({1: 2},)", "(1e999,)"])
def test_a_parameter_that_json_cannot_carry_is_a_fault(tmp_path: pathlib.Path, values: str) -> None:
    """It has to reach the worker unchanged, and be the same in every run."""
    assert 2 == one_fault(tmp_path, f'PARAMETERS = {{"kept": {values}}}')[0]


@pytest.mark.parametrize(
    "constants",
    [
        'FORMATS = ("h5", "h5")',
        'PARAMETERS = {"units": (4, 4)}',
        'PARAMETERS = {"units": (4, "4")}',
        'PARAMETERS = {"units": (True, "True")}',
        'PARAMETERS = {"a": ("x", "x/y"), "b": ("y/z", "z")}',
    ],
)
def test_every_variant_has_an_id_of_its_own(tmp_path: pathlib.Path, constants: str) -> None:
    """A script with two identical ids has a fault."""
    scenario, faults = scenarios.read(made.written(tmp_path, "case", f'"""A title."""\n{constants}\n{REST}'))
    ids = [variant.id for variant in scenarios.variants(scenario)] if scenario else []
    assert faults or len(ids) == len(set(ids))


@pytest.mark.parametrize("name", ["keras", "rng", "path", "model", "not a name", "class"])
def test_a_parameter_has_a_name_that_a_function_can_ask_for(tmp_path: pathlib.Path, name: str) -> None:
    """A name that is not an identifier, or that the harness itself passes, is a fault."""
    assert 2 == one_fault(tmp_path, f'PARAMETERS = {{"{name}": (1, 2)}}')[0]


@pytest.mark.parametrize(
    ("functions", "missing"),
    [
        ("", {"save", "load"}),
        ("def save(model, path):\n    pass\n", {"load"}),
        ("def load(path):\n    pass\n", {"save"}),
        ("def save(model, path):\n    pass\n\ndef load(path):\n    pass\n", set()),
        ("from _common import save, load\n", set()),
        ("from _common import *\n", set()),
    ],
)
def test_a_format_of_its_own_needs_a_way_to_save_and_load(
    tmp_path: pathlib.Path, functions: str, missing: set[str]
) -> None:
    """Nothing else could write or read it; the fault is where the format is named, with an example."""
    text = f'"""A title."""\n\nFORMATS = ("h5", "own")\n{functions}{REST}'
    _, faults = scenarios.read(made.written(tmp_path, "case", text))
    assert {3} >= {fault.line for fault in faults}
    assert {f"no function {name}()" for name in missing} == {fault.message.partition(":")[0] for fault in faults}
    assert all('the format "own" needs def ' in fault.message for fault in faults)


@pytest.mark.parametrize("name", ["weights", "architecture", "settings", "metrics", "optimizer", "resume"])
def test_an_observation_can_be_asked_for(tmp_path: pathlib.Path, name: str) -> None:
    """Each by its name."""
    assert read(tmp_path, f'OBSERVE = ("{name}",)\n')


def test_an_observation_that_does_not_exist_is_a_fault(tmp_path: pathlib.Path) -> None:
    """A typing error would observe nothing and find everything identical."""
    assert "optimizer" in one_fault(tmp_path, 'OBSERVE = ("optimiser",)')[1]


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        ("def build(keras):\n    pass\n", {"data"}),
        ("async def build(keras):\n    pass\n\ndef data(rng):\n    pass\n", {"build"}),
        ("class C:\n    def build(self):\n        pass\n\ndef data(rng):\n    pass\n", {"build"}),
        ("", {"build", "data"}),
    ],
)
def test_a_missing_function_is_reported_with_an_example(tmp_path: pathlib.Path, text: str, missing: set[str]) -> None:
    """A coroutine or method of that name does not count."""
    reported = lines_and_messages(tmp_path, f'"""A title."""\n\n{text}')
    assert {f"no function {name}()" for name in missing} == {message.partition(":")[0] for _, message in reported}


@pytest.mark.parametrize(
    "text",
    [
        "import functools\n\n@functools.lru_cache\ndef build(keras):\n    pass\n\ndef data(rng):\n    pass\n",
        pytest.param(
            "build = lambda keras: None\n\ndef data(rng):\n    pass\n",
        ),
        pytest.param(
            "from _common import build, data\n",
        ),
        pytest.param(
            "if True:\n    def build(keras):\n        pass\n\ndef data(rng):\n    pass\n",
        ),
    ],
)
def test_a_function_may_come_from_anywhere(tmp_path: pathlib.Path, text: str) -> None:
    """Decorated, assigned, imported from a module next to it, or defined under a condition."""
    assert () == scenarios.read(made.written(tmp_path, "case", f'"""A title."""\n\n{text}'))[1]


def test_a_script_is_read_and_never_run(tmp_path: pathlib.Path) -> None:
    """Its imports exist only in the measured environment."""
    witness = tmp_path / "ran"
    read(tmp_path, f"import tensorflow\nopen({str(witness)!r}, 'w')\nraise SystemExit(1)\n")
    assert not witness.exists()


def test_a_folder_is_read_in_order_of_name(tmp_path: pathlib.Path) -> None:
    """Import-only modules, folders and other files are skipped; a faulty script does not stop the others."""
    for name in ("b", "a", "_common"):
        made.written(tmp_path, name)
    made.written(tmp_path, "wrong", "import os\n")
    made.written(tmp_path / "inner", "deep")
    (tmp_path / "notes.txt").write_text("")
    readable, faults = scenarios.read_all(tmp_path)
    assert ["a", "b"] == [scenario.name for scenario in readable]
    assert {"wrong"} == {fault.scenario for fault in faults}


def test_an_empty_folder_has_no_scenarios(tmp_path: pathlib.Path) -> None:
    """It has no faults either."""
    assert ((), ()) == scenarios.read_all(tmp_path)


def test_the_projects_own_scenarios_have_no_faults() -> None:
    """Each can be read, and each pitfall has the remedy that it promises."""
    readable, faults = scenarios.read_all(paths.SCENARIOS)
    assert () == faults
    for scenario in readable:
        assert bool(scenario.remedy) == any(variant.remedy for variant in scenarios.variants(scenario))


@pytest.mark.parametrize(
    ("parameters", "remedy", "ids", "cured"),
    [
        ({}, {}, ["case/h5", "case/keras"], set()),
        (
            {"layer": ("lambda", "class")},
            {"layer": "class"},
            ["case/h5/lambda", "case/h5/class", "case/keras/lambda", "case/keras/class"],
            {"case/h5/class", "case/keras/class"},
        ),
        (
            {"a": (1, 2), "b": ("x", "y")},
            {"b": "y"},
            [f"case/{format}/{a}/{b}" for format in ("h5", "keras") for a in (1, 2) for b in "xy"],
            {f"case/{format}/{a}/y" for format in ("h5", "keras") for a in (1, 2)},
        ),
        (
            {"shape": ([1], [2, 3])},
            {"shape": [1]},
            ["case/h5/[1]", "case/h5/[2, 3]", "case/keras/[1]", "case/keras/[2, 3]"],
            {"case/h5/[1]", "case/keras/[1]"},
        ),
    ],
)
def test_every_format_with_every_value_is_a_variant(
    parameters: dict[str, Any], remedy: dict[str, Any], ids: list[str], cured: set[str]
) -> None:
    """Variants with all values of the remedy are marked; without a remedy none is."""
    variants = scenarios.variants(made.scenario("case", ("h5", "keras"), parameters=parameters, remedy=remedy))
    assert ids == [variant.id for variant in variants]
    assert cured == {variant.id for variant in variants if variant.remedy}


def digest(folder: pathlib.Path) -> str:
    """The digest of `case.py` in the folder."""
    scenario, _ = scenarios.read(folder / "case.py")
    assert scenario
    return scenario.digest


@pytest.mark.parametrize(
    "statement",
    [
        "import beside",
        "import beside as b",
        "import os, beside",
        "from beside import x",
        "import beside.inner",
        "def f():\n    import beside",
        "try:\n    import beside\nexcept ImportError:\n    pass",
        "import through",
    ],
)
def test_the_digest_covers_every_local_module_that_is_imported(tmp_path: pathlib.Path, statement: str) -> None:
    """Imported in any way, at any depth."""
    made.written(tmp_path, "case", f'"""A title."""\n{statement}\n{REST}')
    made.written(tmp_path, "through", "import beside")
    made.written(tmp_path, "beside", "x = 1")
    before = digest(tmp_path)
    made.written(tmp_path, "beside", "x = 2")
    assert before != digest(tmp_path)


@pytest.mark.parametrize("statement", ["import package", "from package import inner", "import package.inner"])
def test_the_digest_covers_a_local_package(tmp_path: pathlib.Path, statement: str) -> None:
    """The script can import it, because its folder is on the path."""
    made.written(tmp_path, "case", f'"""A title."""\n{statement}\n{REST}')
    made.written(tmp_path / "package", "__init__", "from package import inner")
    made.written(tmp_path / "package", "inner", "x = 1")
    before = digest(tmp_path)
    made.written(tmp_path / "package", "inner", "x = 2")
    assert before != digest(tmp_path)


def test_the_digest_covers_nothing_else(tmp_path: pathlib.Path) -> None:
    """Neither a neighbour that is not imported nor the place of the folder: unchanged work is never repeated."""
    made.written(tmp_path / "one", "case", f'"""A title."""\nimport beside, numpy, nowhere\n{REST}')
    made.written(tmp_path / "one", "beside", "import case, beside")
    before = digest(tmp_path / "one")
    made.written(tmp_path / "one", "other", "x = 2")
    (tmp_path / "one").rename(tmp_path / "two")
    assert before == digest(tmp_path / "two")


def test_a_comment_does_not_change_the_digest(tmp_path: pathlib.Path) -> None:
    """Rewording does not repeat hours of work; different code does."""
    made.written(tmp_path, "case")
    before = digest(tmp_path)
    made.written(tmp_path, "case", made.LEAST + "# more\n")
    assert before == digest(tmp_path)
    made.written(tmp_path, "case", made.LEAST + "MORE = 1\n")
    assert before != digest(tmp_path)


def test_the_selection_of_cells_does_not_change_the_digest(tmp_path: pathlib.Path) -> None:
    """One more pair or format adds cells with the same code, unless the script itself uses the constant."""
    made.written(tmp_path, "case")
    before = digest(tmp_path)
    constants = 'PAIRS = (\n    ("a", "b"),\n)\nFORMATS = ("h5",)\n'
    made.written(tmp_path, "case", made.LEAST + constants)
    assert before == digest(tmp_path)
    for more in ("MORE = FORMATS\n", 'OBSERVE = ("weights",)\n'):
        made.written(tmp_path, "case", made.LEAST + constants + more)
        assert before != digest(tmp_path)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('REACH = "everywhere"', "no reach 'everywhere'"),
        ('REACH = "pair"', "no reach 'pair'; did you mean pairs?"),
        ('REACH = "pairs"', 'REACH = "pairs" needs PAIRS = (("tf2.13", "tf2.14"),)'),
        ('PAIRS = (); REACH = "pairs"', 'REACH = "pairs" needs PAIRS = (("tf2.13", "tf2.14"),)'),
        ('PAIRS = 4; REACH = "pairs"', "a tuple of pairs"),
        ('PAIRS = ("tf2.13", "tf2.14")', "a tuple of pairs"),
        ("PAIRS = ((1, 2),)", "a tuple of pairs"),
        ("LIMIT = 0", "a number of seconds above 0"),
        ("LIMIT = True", "a number of seconds above 0"),
        ('CORE = "yes"', "True or False"),
    ],
)
def test_reach_and_limit_are_checked(tmp_path: pathlib.Path, line: str, message: str) -> None:
    """A fault names the line, for any constant."""
    made.written(tmp_path, "case", made.LEAST + line + "\n")
    scenario, (fault,) = scenarios.read(tmp_path / "case.py")
    assert scenario is None
    assert message in fault.message
    assert len((made.LEAST + line).splitlines()) == fault.line


def test_reach_and_limit_are_read(tmp_path: pathlib.Path) -> None:
    """Reach, pairs and the limit, with their defaults: pairs without a reach are the reach."""
    made.written(tmp_path, "least")
    made.written(tmp_path, "case", made.LEAST + 'CORE = True\nREACH = "own"\nPAIRS = (("a", "b"),)\nLIMIT = 2.5\n')
    made.written(tmp_path, "exact", made.LEAST + 'PAIRS = [["a", "b"]]\n')
    made.written(tmp_path, "explicit", made.LEAST + 'REACH = "pairs"\nPAIRS = (("a", "b"),)\n')
    made.written(tmp_path, "on_top", made.LEAST + 'PAIRS = (("a", "b"),)\nREACH = "milestones"\n')
    made.written(tmp_path, "none", made.LEAST + "PAIRS = ()\n")
    readable, _ = scenarios.read_all(tmp_path)
    limits = {scenario.name: (scenario.core, scenario.reach, scenario.pairs, scenario.limit) for scenario in readable}
    assert {
        "least": (False, "milestones", (), None),
        "case": (True, "own", (("a", "b"),), 2.5),
        "exact": (False, "pairs", (("a", "b"),), None),
        "explicit": (False, "pairs", (("a", "b"),), None),
        "on_top": (False, "milestones", (("a", "b"),), None),
        "none": (False, "milestones", (), None),
    } == limits


def test_the_line_of_a_constant_is_found() -> None:
    """For a fault that only a catalogue shows; 1 if the script does not set it itself."""
    source = made.LEAST + "A = 1\n\nPAIRS = (\n    (),\n)\n"
    assert (len(source.splitlines()) - 2, 1) == (scenarios.line_of(source, "PAIRS"), scenarios.line_of(source, "REACH"))


def test_the_projects_own_scenarios_with_pairs_state_their_reach() -> None:
    """A pair added to one that does not would take its other moves away."""
    readable, _ = scenarios.read_all(paths.SCENARIOS)
    with_pairs = [scenario for scenario in readable if scenario.pairs]
    assert with_pairs
    assert [] == [scenario.name for scenario in with_pairs if scenarios.line_of(scenario.source, "REACH") == 1]


def test_the_page_on_scenarios_has_every_format_and_reach() -> None:
    """And the name of everything that can be observed: a name that nobody can look up is used by nobody."""
    page = (paths.PROJECT / "docs" / "scenarios.md").read_text()
    observations = ("weights", "architecture", "settings", "metrics", "optimizer", "resume")
    assert [] == [name for name in (*protocol.FORMATS, *observations) if f"| `{name}` |" not in page]
    assert [] == [name for name in get_args(Reach) if f'| `"{name}"` |' not in page]


def test_a_local_module_that_is_not_python_is_left_to_the_worker(tmp_path: pathlib.Path) -> None:
    """It is still digested; the import fails when the scenario runs."""
    made.written(tmp_path, "case", f'"""A title."""\nimport beside\n{REST}')
    made.written(tmp_path, "beside", "def (")
    before = digest(tmp_path)
    made.written(tmp_path, "beside", "def [")
    assert before != digest(tmp_path)


def test_a_scenario_fits_the_results_document(tmp_path: pathlib.Path) -> None:
    """Its parameters and remedy go into JSON unchanged."""
    scenario = read(tmp_path, 'PARAMETERS = {"a": (1, None, "x", True, 0.5)}\nREMEDY = {"a": None}')
    assert [1, None, "x", True, 0.5] == json.loads(json.dumps(scenario.parameters))["a"]
    assert {"a": None} == json.loads(json.dumps(scenario.remedy))


def test_faults_can_be_compared_and_collected(tmp_path: pathlib.Path) -> None:
    """Faults are values: the same fault twice counts once."""
    made.written(tmp_path, "case", "import os\n")
    first, second = (scenarios.read(tmp_path / "case.py")[1] for _ in range(2))
    assert set(first) == {*first, *second}
    assert all(isinstance(fault, Fault) for fault in first)
