"""Content-addressed store of artifacts: the files of one save, and the inputs that its model was fed."""

from __future__ import annotations

import hashlib
import os
import pathlib
import shutil

from harness.worker import protocol


class Artifacts:
    """A folder of artifacts, each under the digest of its content; an artifact never changes."""

    def __init__(self, folder: pathlib.Path) -> None:
        self.folder = folder

    def path(self, digest: str) -> pathlib.Path:
        """Where an artifact is, or would be, stored."""
        return self.folder / digest[:2] / digest

    def has(self, digest: str) -> bool:
        """Whether the artifact is in the store."""
        return self.path(digest).is_dir()

    def take(self, work: pathlib.Path) -> str:
        """Move what a save left in its working folder into the store, and return the digest."""
        aside = work / "taken"
        aside.mkdir()
        for name in (protocol.ARTIFACT, protocol.INPUTS):
            os.replace(work / name, aside / name)
        digest = _digest(aside)
        target = self.path(digest)
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            os.replace(aside, target)
        except OSError:
            if not target.is_dir():
                raise
            shutil.rmtree(aside)  # the store already has the same content
        return digest

    def lay_out(self, digest: str, work: pathlib.Path) -> None:
        """Copy an artifact into a working folder, so that no loader can touch the original."""
        shutil.copytree(self.path(digest), work, dirs_exist_ok=True)

    def files(self, digest: str) -> dict[str, int]:
        """Names and sizes (bytes) of the files that the save wrote."""
        root = self.path(digest) / protocol.ARTIFACT
        return {
            path.relative_to(root).as_posix(): path.stat().st_size for path in sorted(root.rglob("*")) if path.is_file()
        }


def _digest(folder: pathlib.Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_dir():  # an empty folder is content too: a SavedModel has some
            digest.update(f"{path.relative_to(folder).as_posix()}/\0".encode())
        elif path.is_file():
            content = path.read_bytes()
            digest.update(f"{path.relative_to(folder).as_posix()}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()
