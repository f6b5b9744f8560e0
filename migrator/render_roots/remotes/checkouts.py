"""The files of commits, written into a temporary folder when first asked for."""

from __future__ import annotations

import shutil
import tempfile
import weakref
from pathlib import Path
from threading import Lock

from migrator.engines import export


class Checkouts:
    """One folder for each commit; all are gone with this object."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._folder: Path | None = None
        self._known: dict[tuple[Path, str], Path] = {}

    def __reduce__(self) -> tuple[type[Checkouts], tuple[()]]:
        """Another process has folders of its own."""
        return Checkouts, ()

    def at(self, repository: Path, commit: str) -> Path:
        """The files of a commit; raises what `export` raises."""
        with self._lock:
            key = (repository, commit)
            if key not in self._known:
                target = self._below() / str(len(self._known))
                export(repository, commit, target)
                self._known[key] = target
            return self._known[key]

    def _below(self) -> Path:
        if self._folder is None:
            self._folder = Path(tempfile.mkdtemp(prefix="migrate-remotes-")).resolve()
            weakref.finalize(self, shutil.rmtree, self._folder, ignore_errors=True)
        return self._folder
