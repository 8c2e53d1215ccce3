"""Virtualenvs of every CPython found on this machine, with numpy and the stand-in for Keras and nothing else."""

from __future__ import annotations

import pathlib
import subprocess
from collections.abc import Callable

import pytest

from harness.environments import commands, interpreters

HERE = pathlib.Path(__file__).parent


@pytest.fixture(scope="session")
def python_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], str]:
    """Make (once) a virtualenv of a Python version; skips where that Python is not installed."""
    made: dict[str, str] = {}

    def make(version: str) -> str:
        if version not in made:
            interpreter = interpreters.find(version)
            if isinstance(interpreter, interpreters.Missing):
                pytest.skip(f"needs CPython {version}: {interpreter.reason}")
            uv = commands.uv(commands.run)
            assert uv, "uv comes with nox[uv]"
            folder = tmp_path_factory.mktemp(f"python{version}")
            python = folder / "bin" / "python"
            subprocess.run(
                [uv, "venv", "-q", "--no-project", "--clear", "--python", interpreter.path, str(folder)], check=True
            )
            subprocess.run([uv, "pip", "install", "-q", "--python", str(python), "numpy"], check=True)
            [packages] = folder.glob("lib/python*/site-packages")
            (packages / "stand_in.pth").write_text(str(HERE / "stand_in"))
            made[version] = str(python)
        return made[version]

    return make
