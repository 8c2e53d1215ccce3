"""The kinds of models, as in the catalogue: which scenarios represent each of them."""

from __future__ import annotations

import dataclasses
import functools
import pathlib
import tomllib

from harness import paths
from harness.errors import CatalogueError

OTHER = "other"


@dataclasses.dataclass(frozen=True, kw_only=True)
class ModelKind:
    """The scenarios that represent one kind of model; the title is what a reader sees."""

    id: str
    title: str
    scenarios: tuple[str, ...] = ()


@functools.cache
def known(path: pathlib.Path = paths.CATALOGUE / "kinds.toml") -> tuple[ModelKind, ...]:
    """The kinds in their order; `other` comes last and has no scenarios. Raises CatalogueError."""
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
        kinds = [
            ModelKind(id=id, title=str(table["title"]), scenarios=tuple(table["scenarios"]))
            for id, table in document.items()
        ]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CatalogueError(f"{path}: no kinds of models can be read: {error!r}", "see docs/upgrade.md") from error
    return (*kinds, ModelKind(id=OTHER, title="other"))


@functools.cache
def _ids() -> dict[str, str]:
    return {name: kind.id for kind in known() for name in kind.scenarios}


def of(scenario: str) -> str:
    """The id of a scenario's kind; `other` for one that is not in the catalogue."""
    return _ids().get(scenario, OTHER)
