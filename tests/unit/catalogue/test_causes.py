"""The catalogue of causes: what it gives, what it promises, and that all its faults come together with line and key."""

from __future__ import annotations

import pathlib

import pytest

from harness import paths as places
from harness.catalogue import causes
from harness.catalogue.causes_reader import load_causes
from harness.errors import CatalogueError
from harness.plan import scenarios

GOOD = '''\
[words]
kinds = ["Dense", "Conv2D"]

[[remedy]]
id = "load-uncompiled"
title = "Load without compiling"
side = "load"
costs = "the optimizer's state"
code = """
model = load_model(path, compile=False)
"""
codes = { keras = "other" }

[[cause]]
id = "first"
title = "The first"
kind = "schema"
blames = "move"
explanation = """One thing
and another."""
references = ["https://example.org/1"]
remedies = ["load-uncompiled"]

[[cause.signature]]
type = "ValueError"
message = "Unknown layer: {{kinds}}"
note = "makes a mask"
loader = { keras = ">=3", module = ["keras"], v1 = false }

[cause.signature.file]
kind = ["zip"]
classes = "Dense"
held = ["none", "some"]
types = "u?int8"
policies = "float16"
lambda_names = "K"
closure = true
frozen = false
nested = true
quantized = true

[[cause.signature]]
verdict = ["changed"]
differs = ["predictions"]
how = ["value"]
same = ["python"]
control = ["diagonal", "alike"]

[[cause]]
id = "second"
title = "The second"
kind = "lambda"
blames = "model"
explanation = "Another."
references = ["https://example.org/2"]
remedies = []

[[cause.signature]]
stage = ["load"]
signal = "SIG"
unmeasured = true
'''


def read(folder: pathlib.Path, text: str = GOOD) -> causes.Causes:
    """The catalogue of a text."""
    file = folder / "causes.toml"
    file.write_text(text)
    return load_causes(file)


def faults(folder: pathlib.Path, text: str) -> list[str]:
    """The faults of a text as `line: message`."""
    with pytest.raises(CatalogueError) as caught:
        read(folder, text)
    prefix = f"{folder / 'causes.toml'}:"
    return [line.removeprefix(prefix) for line in caught.value.what.splitlines() if line.startswith(prefix)]


def line_of(text: str) -> int:
    """The line on which a text of the good catalogue begins."""
    return GOOD[: GOOD.index(text)].count("\n") + 1


def one_fault(folder: pathlib.Path, old: str, new: str) -> str:
    """The only fault of the good catalogue with one thing changed."""
    assert GOOD.count(old) == 1
    [fault] = faults(folder, GOOD.replace(old, new))
    return fault


def test_causes_and_remedies_in_order(tmp_path: pathlib.Path) -> None:
    """Ids, texts, and the signatures in the order in which they are tried."""
    catalogue = read(tmp_path)
    assert ["first", "second"] == [cause.id for cause in catalogue.causes]
    assert "One thing and another." == catalogue.by_id["first"].explanation
    assert ["first/1", "first/2", "second/1"] == [signature.id for signature in catalogue.signatures]
    assert [line_of(text) - 1 for text in ('type = "Val', 'verdict = ["ch', 'stage = ["lo')] == [
        signature.line for signature in catalogue.signatures
    ]
    [remedy] = catalogue.remedies
    assert ("model = load_model(path, compile=False)", {"keras": "other"}) == (remedy.code, remedy.codes)


def test_a_list_of_words_stands_in_a_pattern(tmp_path: pathlib.Path) -> None:
    """`{{kinds}}` is any of them, the longest first."""
    message = read(tmp_path).signatures[0].message
    assert message is not None
    assert "Unknown layer: Conv2D" == message.search("ValueError: Unknown layer: Conv2D")[0]  # type: ignore[index]
    assert message.search("Unknown layer: LSTM") is None


def test_what_is_not_said_asks_nothing(tmp_path: pathlib.Path) -> None:
    """A signature without a verdict is for every one that is not good."""
    [_, second, third] = read(tmp_path).signatures
    assert set(causes.FAILING) == set(third.verdicts)
    assert (None, None, None, frozenset(), True) == (
        third.message,
        third.note,
        third.loader,
        third.formats,
        third.unmeasured,
    )
    assert ["changed", "predictions", "python"] == [*second.verdicts, *second.differs, *second.same]


def test_what_a_signature_asks_of_the_file(tmp_path: pathlib.Path) -> None:
    """Whole numbers and switches as they are, patterns compiled; what is not named asks nothing."""
    first, second, _ = read(tmp_path).signatures
    file = first.file
    assert file is not None
    assert (True, False, True, True) == (file.closure, file.frozen, file.nested, file.quantized)
    assert (frozenset({"none", "some"}), None, None) == (file.held, file.bytecode, file.optimizer)
    patterns = (file.types, file.policies, file.lambda_names, first.note)
    assert ["u?int8", "float16", "K", "makes a mask"] == [pattern.pattern for pattern in patterns if pattern]
    assert second.file is None


def test_a_cause_that_blames_the_move_wants_good_controls(tmp_path: pathlib.Path) -> None:
    """Unless a signature says otherwise, it holds only where the cell does not fail alike within one runtime."""
    catalogue = read(tmp_path)
    assert ["move", "model"] == [cause.blames for cause in catalogue.causes]
    assert [{"not-alike"}, {"diagonal", "alike"}, {"any"}] == [
        set(signature.control) for signature in catalogue.signatures
    ]


@pytest.mark.parametrize(
    "title", ["Read by another version", "What a newer release says", "The older generation of Keras", "OTHER VERSIONS"]
)
def test_a_cause_that_blames_the_model_speaks_of_no_version(tmp_path: pathlib.Path, title: str) -> None:
    """What fails within one runtime is not explained by another; a cause that blames the move may say so."""
    line = line_of('title = "The second"')
    assert one_fault(tmp_path, "The second", title).startswith(f"{line}: cause[1].title: speaks of '")
    read(tmp_path, GOOD.replace("The first", title))


@pytest.mark.parametrize("key", ["blames", "kind", "references", "remedies", "explanation"])
def test_a_cause_needs_every_key(tmp_path: pathlib.Path, key: str) -> None:
    """Of the second cause, in which each is a line of its own."""
    first, second = GOOD.split('id = "second"')
    without = [line for line in second.splitlines(keepends=True) if not line.startswith(f"{key} = ")]
    line = line_of('id = "second"') - 1
    assert [f"{line}: cause[1]: lacks the key `{key}`"] == faults(tmp_path, f'{first}id = "second"{"".join(without)}')


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ('kind = "lambda"', 'kind = "lamda"', "cause[1].kind: must be one of data, metrics, randomness, lambda, "),
        ('id = "second"', 'id = "first"', "cause[1].id: 'first' is already the id of the cause on line 1"),
        ('id = "second"', 'id = "unknown"', "cause[1].id: 'unknown' is what a cell is called that no signature knows"),
        ('id = "second"', 'id = "Second one"', "cause[1].id: must be lower-case words joined by '-', not 'Second one'"),
        (
            "remedies = []",
            'remedies = ["load-compiled"]',
            "cause[1].remedies: must be one of load-uncompiled, not 'load-compiled'; did you mean load-uncompiled?",
        ),
        ('"https://example.org/2"', '"example.org"', "cause[1].references: must be addresses that begin with https://"),
        ("unmeasured = true", "unmeasured = 1", "cause[1].signature[0].unmeasured: must be true or false, not 1"),
        ('stage = ["load"]', 'stages = ["load"]', "cause[1].signature[0].stages: unknown key; did you mean stage or "),
        ('stage = ["load"]', 'stage = ["laod"]', "cause[1].signature[0].stage: must be one of provision, save, load, "),
        (
            'message = "Unknown layer: {{kinds}}"',
            'message = "Unknown ("',
            "cause[0].signature[0].message: not a regular expression: ",
        ),
        (
            'message = "Unknown layer: {{kinds}}"',
            'message = "{{kind}}"',
            "cause[0].signature[0].message: there is no list 'kind' under [words]; did you mean kinds?",
        ),
        (
            'keras = ">=3", module',
            'keras = "3 or so", module',
            "cause[0].signature[0].loader.keras: must be a constraint on a version such as",
        ),
        (
            'module = ["keras"]',
            'modul = ["keras"]',
            "cause[0].signature[0].loader.modul: unknown key; did you mean module?",
        ),
        ('kind = ["zip"]', 'kind = ["tar"]', "cause[0].signature[0].file.kind: must be one of hdf5, zip, "),
        ('"none", "some"', '"few"', "cause[0].signature[0].file.held: must be one of none, some, all, not 'few'"),
        ("closure = true", "closure = 1", "cause[0].signature[0].file.closure: must be true or false, not 1"),
        ('types = "u?int8"', 'types = "("', "cause[0].signature[0].file.types: not a regular expression: "),
        ("quantized = true", "quantised = true", "cause[0].signature[0].file.quantised: unknown key; did you mean "),
        ('note = "makes a mask"', 'note = "["', "cause[0].signature[0].note: not a regular expression: "),
        ('blames = "model"', 'blames = "version"', "cause[1].blames: must be one of move, runtime, model, not "),
        ('"diagonal", "alike"', '"alik"', "cause[0].signature[1].control: must be one of any, diagonal, saver-good, "),
        ('side = "load"', 'side = "laod"', "remedy[0].side: must be one of load, save, not 'laod'; did you mean load?"),
        ('costs = "the optimizer\'s state"\n', "", "remedy[0]: lacks the key `costs`"),
        ('codes = { keras = "other" }', 'codes = ["other"]', "remedy[0].codes: must be a table of texts by format"),
        ('kinds = ["Dense", "Conv2D"]', 'kinds = "Dense"', "words.kinds: must be a list of texts"),
    ],
)
def test_a_fault_names_line_and_key(tmp_path: pathlib.Path, old: str, new: str, fault: str) -> None:
    """And the nearest thing that is known."""
    line = line_of("[[remedy]]") if "lacks" in fault else line_of(old)
    assert one_fault(tmp_path, old, new).startswith(f"{line}: {fault}")


def test_a_signature_without_a_condition(tmp_path: pathlib.Path) -> None:
    """It would name its cause for everything that fails at that stage."""
    empty = GOOD.replace('signal = "SIG"\n', "")
    line = line_of('stage = ["load"]') - 1
    assert [
        f"{line}: cause[1].signature[0]: a signature needs a condition besides verdict, stage and format, or it "
        "would match whatever fails"
    ] == faults(tmp_path, empty)


def test_a_cause_without_a_signature(tmp_path: pathlib.Path) -> None:
    """It would be named for nothing."""
    none = GOOD.partition('[[cause.signature]]\nstage = ["load"]')[0] + "signature = []\n"
    line = line_of('stage = ["load"]') - 1
    assert [f"{line}: cause[1].signature: a cause needs at least one signature"] == faults(tmp_path, none)


def test_all_faults_come_together(tmp_path: pathlib.Path) -> None:
    """Nobody wants to mend one at a time."""
    reported = faults(tmp_path, GOOD.replace('side = "load"', "side = 1").replace('kind = "lambda"', "kind = 1"))
    assert [line_of('side = "load"'), line_of('kind = "lambda"')] == [int(line.partition(":")[0]) for line in reported]


def test_not_toml(tmp_path: pathlib.Path) -> None:
    """The line is told."""
    [fault] = faults(tmp_path, GOOD + "\n[[cause")
    assert fault.startswith(f"{GOOD.count(chr(10)) + 2}: not TOML")


def test_a_missing_file(tmp_path: pathlib.Path) -> None:
    """Says what to do."""
    with pytest.raises(CatalogueError, match="restore it from version control"):
        load_causes(tmp_path / "none.toml")


def test_the_catalogue_itself() -> None:
    """Can be read; every remedy but the ones that are always tried is proposed by a cause, and has code."""
    catalogue = load_causes()
    always = {"another-format", "another-version", "as-the-scenario-says"}
    proposed = {remedy for cause in catalogue.causes for remedy in cause.remedies} | always
    assert {remedy.id for remedy in catalogue.remedies} == proposed
    assert all(remedy.code and remedy.title for remedy in catalogue.remedies)


def test_the_code_of_a_remedy_is_python() -> None:
    """It is there to be copied."""
    for remedy in load_causes().remedies:
        for code in (remedy.code, *remedy.codes.values()):
            compile(code, remedy.id, "exec")


def test_a_cause_says_something_of_use() -> None:
    """Plain sentences, somewhere to read on, and at least one way out where there is any."""
    for cause in load_causes().causes:
        assert len(cause.explanation.split()) >= 20, cause.id
        assert cause.references, cause.id
        assert cause.title[0].isupper() or cause.title.startswith(("hard_sigmoid", "get_config", "tf.keras", "h5py")), (
            cause.id
        )
        assert not cause.title.endswith("."), cause.id
        assert cause.remedies or cause.kind in ("environment", "format"), cause.id


def test_no_signature_names_a_scenario() -> None:
    """They are about evidence of any model: neither names of scripts nor classes that live in one only."""
    text = (places.CATALOGUE / "causes.toml").read_text()
    every_scenario, _ = scenarios.read_all(places.SCENARIOS)
    patterns = [line for line in text.splitlines() if line.startswith(("message", "script", "log", "detail", "layer"))]
    assert ["saving_script", "loading_script"] == [
        name for name in ("saving_script", "loading_script") if not any(name in line for line in patterns)
    ]
    names = {scenario.name for scenario in every_scenario if scenario.name.count("_") > 1}
    assert [] == [(name, line) for name in names for line in patterns if name in line]
