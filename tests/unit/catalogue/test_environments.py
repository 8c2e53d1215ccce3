"""The catalogue: what it gives, and that all its faults come together with line and key."""

from __future__ import annotations

import datetime
import pathlib

import pytest

from harness.catalogue.environments import Catalogue, load_catalogue
from harness.environments import locks
from harness.errors import CatalogueError, UsageError
from harness.model import Environment, Runtime

GOOD = """\
["py37-tf1.15"]
title = "Python 3.7, TensorFlow 1.15"
python = "3.7"
released = 2019-10-16
as-of = 2021-06-01
requirements = ["tensorflow==1.15.5"]
groups = ["core"]
runtimes = [
    { id = "tf1.15", title = "TensorFlow 1.15", keras = "tf.keras" },
]

[jax]
title = "Keras on JAX"
python = "3.6"
released = 2018-01-01
as-of = 2018-02-01
requirements = ["keras", "jax"]
runtimes = [
    { id = "k-jax", title = "Keras on JAX", keras = "keras", backend = "jax" },
    { id = "k-v1", title = "The same in v1", keras = "tf.keras", v1 = true },
    { id = "k-turn", title = "Where it turned", keras = "tf_keras", milestone = true },
]
"""


def catalogue(folder: pathlib.Path, text: str = GOOD) -> Catalogue:
    """The catalogue of a text."""
    file = folder / "environments.toml"
    file.write_text(text)
    return load_catalogue(file)


def faults(folder: pathlib.Path, text: str) -> list[str]:
    """The faults of a text as `line: message`."""
    with pytest.raises(CatalogueError) as caught:
        catalogue(folder, text)
    prefix = f"{folder / 'environments.toml'}:"
    return [line.removeprefix(prefix) for line in caught.value.what.splitlines() if line.startswith(prefix)]


def one_fault(folder: pathlib.Path, old: str, new: str) -> str:
    """The only fault of the good catalogue with one thing changed."""
    assert GOOD.count(old) == 1
    [fault] = faults(folder, GOOD.replace(old, new))
    return fault


def test_core_set_is_what_the_matrix_promises() -> None:
    """The committed file holds the core set: six environments, eight runtimes, in order of release."""
    whole = load_catalogue()
    core = whole.group("core")
    assert [
        ("py36-tf1.12-keras2.2.4", "3.6", "2019-03-01"),
        ("py37-tf1.15", "3.7", "2021-06-01"),
        ("py38-tf2.3", "3.8", "2021-02-01"),
        ("py310-tf2.11", "3.10", "2023-03-01"),
        ("py311-tf2.15", "3.11", "2024-02-20"),
        ("py313-tf2.21", "3.13", "2026-11-01"),
    ] == [(environment.id, environment.python, str(environment.as_of)) for environment in core]
    assert [
        ("keras2.2.4", "keras", False),
        ("tf1.15", "tf.keras", False),
        ("tf2.3", "tf.keras", False),
        ("tf2.11", "tf.keras", False),
        ("tf2.15", "tf.keras", False),
        ("tf2.15-v1", "tf.keras", True),
        ("tf2.21-keras3", "keras", False),
        ("tf2.21-tf_keras", "tf_keras", False),
    ] == [(runtime.id, runtime.keras, runtime.v1) for runtime in whole.runtimes_of("core")]


def test_milestones_are_the_core_set_and_the_first_keras_3() -> None:
    """The runtimes where behaviour turned, each of them in `all`."""
    whole = load_catalogue()
    marked = {runtime.id for runtime in whole.runtimes_of("all") if runtime.milestone}
    assert {*(runtime.id for runtime in whole.runtimes_of("core")), "tf2.16-keras3"} == marked


def test_every_committed_lock_is_what_its_table_asks() -> None:
    """No environment lacks its lock, no lock is of another table, and no lock is left over."""
    environments = [environment for environment in load_catalogue().environments if not environment.rolling]
    paths_of = {environment.id: locks.path(environment) for environment in environments}
    for environment in environments:
        assert [] == locks.disagreements(environment, paths_of[environment.id].read_text()), environment.id
    assert set(paths_of.values()) == set(locks.path(environments[0]).parent.glob("*"))


def test_environment_is_read_whole(tmp_path: pathlib.Path) -> None:
    """Every key of a table arrives in the model, and `all` is a group of each."""
    expected = Environment(
        id="py37-tf1.15",
        title="Python 3.7, TensorFlow 1.15",
        python="3.7",
        released=datetime.date(2019, 10, 16),
        as_of=datetime.date(2021, 6, 1),
        requirements=("tensorflow==1.15.5",),
        groups=("core", "all"),
        runtimes=(Runtime(id="tf1.15", title="TensorFlow 1.15", environment="py37-tf1.15", keras="tf.keras"),),
    )
    assert expected == catalogue(tmp_path).environment("py37-tf1.15")


def test_order_is_that_of_release(tmp_path: pathlib.Path) -> None:
    """Environments and runtimes come in order of release, not of the file; runtimes of one keep its order."""
    whole = catalogue(tmp_path)
    assert ["jax", "py37-tf1.15"] == [environment.id for environment in whole.environments]
    assert ["k-jax", "k-v1", "k-turn", "tf1.15"] == [runtime.id for runtime in whole.runtimes]


def test_milestone_is_told_and_is_no_setting_of_the_worker(tmp_path: pathlib.Path) -> None:
    """Who is one is known; results stay as good when a runtime becomes one, so the worker is not told."""
    whole = catalogue(tmp_path)
    assert ["k-turn"] == [runtime.id for runtime in whole.runtimes if runtime.milestone]
    assert {"id": "k-turn", "keras": "tf_keras", "v1": False, "backend": None} == whole.runtime("k-turn").settings()


def test_groups(tmp_path: pathlib.Path) -> None:
    """A group holds who names it, `all` everyone, and another name is an error."""
    whole = catalogue(tmp_path)
    assert ("core", "all") == whole.groups
    assert ["py37-tf1.15"] == [environment.id for environment in whole.group("core")]
    assert ["jax", "py37-tf1.15"] == [environment.id for environment in whole.group("all")]
    with pytest.raises(UsageError, match="did you mean core"):
        whole.group("cor")


def test_runtime_may_be_in_fewer_groups_than_its_environment(tmp_path: pathlib.Path) -> None:
    """One that says its groups is in those and in `all`; the others are where their environment is."""
    whole = catalogue(
        tmp_path,
        GOOD.replace(
            'keras = "tf.keras" },\n',
            'keras = "tf.keras" },\n    { id = "k", title = "K", keras = "keras", groups = ["all"] },\n',
            1,
        ),
    )
    assert ["tf1.15"] == [runtime.id for runtime in whole.runtimes_of("core")]
    assert ["k-jax", "k-v1", "k-turn", "tf1.15", "k"] == [runtime.id for runtime in whole.runtimes_of("all")]
    with pytest.raises(UsageError, match="did you mean core"):
        whole.runtimes_of("cor")


ROLLING = GOOD.replace("released = 2018-01-01\nas-of = 2018-02-01\n", 'rolling = true\ngroups = ["nightly"]\n')


def test_rolling_environment_is_of_today_and_not_in_all(tmp_path: pathlib.Path) -> None:
    """It comes last, as of the day on which the catalogue is read, and takes part only when its group is requested."""
    file = tmp_path / "environments.toml"
    file.write_text(ROLLING)
    whole = load_catalogue(file, today=datetime.date(2030, 1, 2))
    assert ["py37-tf1.15", "jax"] == [environment.id for environment in whole.environments]
    rolling = whole.environment("jax")
    assert (True, datetime.date(2030, 1, 2), datetime.date(2030, 1, 2), ("nightly",)) == (
        rolling.rolling,
        rolling.released,
        rolling.as_of,
        rolling.groups,
    )
    assert ("core", "nightly", "all") == whole.groups
    assert ["py37-tf1.15"] == [environment.id for environment in whole.group("all")]
    assert ["k-jax", "k-v1", "k-turn"] == [runtime.id for runtime in whole.runtimes_of("nightly")]
    assert datetime.datetime.now(datetime.UTC).date() - load_catalogue(file).environment("jax").as_of < (
        datetime.timedelta(days=2)
    )


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("rolling = true", "rolling = 1", "15: jax.rolling: must be true or false, not 1"),
        (
            "rolling = true",
            "rolling = true\nas-of = 2018-02-01",
            "16: jax.as-of: a rolling environment is of today, at every run: leave this key out",
        ),
        (
            "rolling = true",
            "rolling = true\nreleased = 2018-02-01",
            "16: jax.released: a rolling environment is of today, at every run: leave this key out",
        ),
        ('["nightly"]', '["nightly", "all"]', "16: jax.groups: a rolling environment cannot be in 'all', "),
        ('["nightly"]', '["core"]', "16: jax.groups: a rolling environment cannot be in 'core', "),
        ('groups = ["nightly"]\n', "", "12: jax: lacks the key `groups`"),
        ("rolling = true", "rolling = false", "12: jax: lacks the key `as-of`"),
        (
            "milestone = true",
            'groups = ["core"]',
            "21: jax.runtimes[2].groups: its environment is not in 'core', only in nightly",
        ),
    ],
)
def test_what_a_rolling_environment_cannot_be(tmp_path: pathlib.Path, old: str, new: str, expected: str) -> None:
    """What would hold it in place, or put it where every run is to give the same, is a fault with line and key."""
    assert ROLLING.count(old) == 1
    assert any(expected == fault[: len(expected)] for fault in faults(tmp_path, ROLLING.replace(old, new)))


def test_unknown_names_get_the_nearest(tmp_path: pathlib.Path) -> None:
    """A name that is nearly right is answered with the right one, and with all there are."""
    whole = catalogue(tmp_path)
    with pytest.raises(UsageError, match=r"no environment 'py37-tf1\.5'; did you mean py37-tf1\.15"):
        whole.environment("py37-tf1.5")
    with pytest.raises(UsageError, match=r"no runtime 'tf115'; did you mean tf1\.15.*\n.*there are: k-jax, k-v1"):
        whole.runtime("tf115")
    assert "jax" == whole.runtime("k-jax").environment


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            'python = "3.7"',
            "python = 3.10",
            '3: "py37-tf1.15".python: must be in quotes, such as "3.10" (a bare 3.10 is the number 3.1), not 3.1',
        ),
        (
            'python = "3.7"',
            'python = "3.7.16"',
            '3: "py37-tf1.15".python: must be a Python such as "3.10", without a patch level and from 3.6 on, not '
            "'3.7.16'",
        ),
        (
            'python = "3.7"',
            'python = "3.5"',
            '3: "py37-tf1.15".python: must be a Python such as "3.10", without a patch level and from 3.6 on, not '
            "'3.5'",
        ),
        (
            "released = 2019-10-16",
            'released = "2019-10-16"',
            "4: \"py37-tf1.15\".released: must be a day without quotes, such as 2021-06-01, not '2019-10-16'",
        ),
        (
            "as-of = 2021-06-01",
            "as-of = 2019-01-01",
            '5: "py37-tf1.15".as-of: 2019-01-01 is before the release (2019-10-16): nothing to install yet',
        ),
        ("as-of = 2021-06-01", "asof = 2021-06-01", '1: "py37-tf1.15": lacks the key `as-of`'),
        ('"tensorflow==1.15.5"', '"tensorflow=1.15.5"', '6: "py37-tf1.15".requirements[0]: not a requirement: '),
        (
            'groups = ["core"]',
            'groups = "core"',
            "7: \"py37-tf1.15\".groups: must be a list of texts that is not empty, not 'core'",
        ),
        (
            'keras = "tf.keras" },',
            'keras = "tf_kears" },',
            "9: \"py37-tf1.15\".runtimes[0].keras: must be one of keras, tf.keras, tf_keras, not 'tf_kears'; did you "
            "mean",
        ),
        (
            'title = "TensorFlow 1.15",',
            'title = "",',
            "9: \"py37-tf1.15\".runtimes[0].title: must be a text that is not empty, not ''",
        ),
        ('id = "k-v1"', 'id = "tf1.15"', "20: jax.runtimes[1].id: 'tf1.15' is already the id of the runtime on line 9"),
        ("v1 = true", "v1 = 1", "20: jax.runtimes[1].v1: must be true or false, not 1"),
        (
            "v1 = true",
            'backend = "jax"',
            "20: jax.runtimes[1].backend: only keras = \"keras\" has a choice of backends, not 'tf.keras'",
        ),
        ("milestone = true", 'milestone = "yes"', "21: jax.runtimes[2].milestone: must be true or false, not 'yes'"),
        ("[jax]", '["a/b"]', "12: \"a/b\": an id is letters, digits, '.', '_' and '-', and begins"),
    ],
)
def test_fault_is_told_with_line_and_key(tmp_path: pathlib.Path, old: str, new: str, expected: str) -> None:
    """Each kind of fault names the line it stands on, the key, and what would be right."""
    reported = faults(tmp_path, GOOD.replace(old, new, 1))
    assert expected == reported[0][: len(expected)]


def test_unknown_key_gets_the_nearest(tmp_path: pathlib.Path) -> None:
    """A misspelt key is a fault of its own, with the key that was meant, in a table and in a runtime."""
    assert '5: "py37-tf1.15".asof: unknown key; did you mean as-of?' in faults(
        tmp_path, GOOD.replace("as-of", "asof", 1)
    )
    assert "20: jax.runtimes[1].v2: unknown key; did you mean v1?" == one_fault(tmp_path, "v1 = true", "v2 = true")


def test_empty_runtimes_are_a_fault(tmp_path: pathlib.Path) -> None:
    """An environment that no runtime uses would never be seen."""
    rows = GOOD[GOOD.index("runtimes = [") : GOOD.index("[jax]")]
    expected = '8: "py37-tf1.15".runtimes: must hold at least one { id = "...", title = "...", keras = "..." }'
    assert expected == one_fault(tmp_path, rows, "runtimes = []\n")
    assert '1: "py37-tf1.15": lacks the key `runtimes`' == one_fault(tmp_path, rows, "")


def test_all_faults_come_together(tmp_path: pathlib.Path) -> None:
    """Three faults in two tables are reported together, in order of lines, under one count."""
    text = GOOD.replace('"3.7"', '"4"').replace("v1 = true", "v1 = 1").replace('title = "Keras on JAX"\n', "")
    assert ["3", "12", "19"] == [fault.split(":")[0] for fault in faults(tmp_path, text)]
    with pytest.raises(CatalogueError, match=r"^3 faults in the catalogue of environments"):
        catalogue(tmp_path, text)


def test_syntax_error_has_its_line(tmp_path: pathlib.Path) -> None:
    """What is not TOML is reported with the line that tomllib found, at the end of the file too."""
    assert ["3: not TOML: Invalid value (at line 3, column 10)"] == faults(tmp_path, GOOD.replace('"3.7"', "three"))
    assert faults(tmp_path, 'a = """\n\n')[0].startswith("3: not TOML: ")


def test_file_that_is_not_there(tmp_path: pathlib.Path) -> None:
    """A missing file is a fault of the catalogue too, with what to do."""
    with pytest.raises(CatalogueError, match=r"(?s)none\.toml: cannot be read.*version control"):
        load_catalogue(tmp_path / "none.toml")


def test_empty_file_is_a_fault(tmp_path: pathlib.Path) -> None:
    """A catalogue without an environment is a fault, not an empty matrix."""
    assert ["1: there is no environment in it"] == faults(tmp_path, "# nothing\n")


def test_key_outside_a_table(tmp_path: pathlib.Path) -> None:
    """A value where an environment should be is reported, with how one begins."""
    assert ['1: python: is not a table; an environment begins with ["python"]'] == faults(
        tmp_path, 'python = "3.7"\n' + GOOD
    )
