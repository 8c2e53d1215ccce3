"""Where Pythons may be installed on this machine, by whichever tool, activated or not."""

from __future__ import annotations

import os
import pathlib
import re
import sys
from collections.abc import Iterator

from harness import paths

_WINDOWS = os.name == "nt"
_VERSION = re.compile(r"(?:cpython-|python@|v)?(3\.\d+)")


def candidates(version: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Pairs of a source, such as `pyenv`, and the command that may start this version; each file once."""
    seen: set[str] = set()
    for source, path in _files(version):
        real = os.path.realpath(path)
        if real not in seen:
            seen.add(real)
            yield source, (str(path),)
    if _WINDOWS:
        yield "py launcher", ("py", f"-{version}")


def _files(version: str) -> Iterator[tuple[str, pathlib.Path]]:
    folders = [pathlib.Path(entry) for entry in os.environ.get("PATH", "").split(os.pathsep) if entry]
    for name in ("python.exe", f"python{version}.exe") if _WINDOWS else (f"python{version}",):
        yield from (("PATH", folder / name) for folder in folders if os.access(folder / name, os.X_OK))
    if sys.version_info[:2] == (3, int(version.split(".")[1])):
        yield "this Python", pathlib.Path(getattr(sys, "_base_executable", None) or sys.executable)
    for source, pattern_root, pattern in _version_folders():
        for folder in _newest_first(pattern_root, pattern, version):
            yield from ((source, path) for path in _executables(folder, version))


def _version_folders() -> Iterator[tuple[str, pathlib.Path, str]]:
    """Where each tool keeps its Pythons: (source, folder, pattern of the prefixes in it)."""
    home, env = pathlib.Path.home(), os.environ.get
    data = pathlib.Path(env("XDG_DATA_HOME") or home / ".local" / "share")
    pyenv = pathlib.Path(env("PYENV_ROOT") or home / ".pyenv")
    yield "pyenv", pyenv, "versions/*"
    yield "pyenv", pyenv, "pyenv-win/versions/*"
    yield "asdf", pathlib.Path(env("ASDF_DATA_DIR") or home / ".asdf"), "installs/python/*"
    yield "mise", pathlib.Path(env("MISE_DATA_DIR") or data / "mise"), "installs/python/*"
    uv = pathlib.Path(env("APPDATA") or home) / "uv" / "python" if _WINDOWS else data / "uv" / "python"
    yield "uv", pathlib.Path(env("UV_PYTHON_INSTALL_DIR") or uv), "cpython-*"
    for root in _conda_roots(home):
        yield "conda", root.parent, root.name
        yield "conda", root, "envs/*"
    for prefix in _listed(home / ".conda" / "environments.txt"):
        yield "conda", prefix.parent, prefix.name
    yield "pbs-installer", paths.home() / "pythons", "*"
    yield "pbs-installer", paths.home() / "pythons", "*/python"
    yield "python.org", pathlib.Path("/Library/Frameworks/Python.framework/Versions"), "*"
    yield "Homebrew", pathlib.Path("/opt/homebrew/opt"), "python@*"
    yield "python.org", pathlib.Path(env("LOCALAPPDATA") or home) / "Programs" / "Python", "Python3*"
    yield "setup-python", pathlib.Path(env("RUNNER_TOOL_CACHE") or "/opt/hostedtoolcache"), "Python/*/*"


def _conda_roots(home: pathlib.Path) -> Iterator[pathlib.Path]:
    named = [os.environ.get("MAMBA_ROOT_PREFIX"), os.environ.get("CONDA_ROOT")]
    executable = os.environ.get("CONDA_EXE")  # <root>/bin/conda, <root>\Scripts\conda.exe
    named.append(str(pathlib.Path(executable).parent.parent) if executable else None)
    yield from (pathlib.Path(root) for root in named if root)
    names = ("miniconda3", "anaconda3", "miniforge3", "mambaforge", "micromamba")
    yield from (home / name for name in names)
    yield from (pathlib.Path("/opt") / name for name in ("conda", *names))


def _listed(file: pathlib.Path) -> list[pathlib.Path]:
    """The prefixes in conda's own list of environments."""
    try:
        return [pathlib.Path(line.strip()) for line in file.read_text(errors="replace").splitlines() if line.strip()]
    except OSError:
        return []


def _newest_first(root: pathlib.Path, pattern: str, version: str) -> list[pathlib.Path]:
    def key(folder: pathlib.Path) -> tuple[bool, list[int]]:
        numbers = [int(number) for number in re.findall(r"\d+", folder.name)]
        return folder.name.startswith((version, f"cpython-{version}")), numbers

    try:
        return sorted(root.glob(pattern), key=key, reverse=True) if root.is_absolute() else []
    except OSError:
        return []


def _executables(folder: pathlib.Path, version: str) -> list[pathlib.Path]:
    """The files below a prefix that may start this version."""
    names = [f"bin/python{version}", f"python{version}.exe"]
    named = _VERSION.match(folder.name)
    if named is None or named[1] == version:  # on Windows all are `python.exe`: the folder's name saves many runs
        names.append("python.exe")
    return [folder / name for name in names if os.access(folder / name, os.X_OK)]


def pbs_folder(version: str) -> pathlib.Path:
    """Where pbs-installer puts a Python, and where we look for it."""
    return paths.home() / "pythons" / version
