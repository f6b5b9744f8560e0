"""A mirror's folder is given an archive: whole under its name, or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from migrator.charts.types import ChartArchive
from migrator.diagnostics import MigrateError


def kept_in(folder: Path, archive: ChartArchive) -> tuple[str, ...]:
    """The name of the file that was written; none where it is there already, or the chart is a folder elsewhere.

    MIG901 where the folder cannot be written.
    """
    name = f"{archive.ref.name}-{archive.ref.version}.tgz".replace("/", "_")
    if archive.path.is_dir() or archive.path.parent.resolve() == folder.resolve() or (folder / name).exists():
        return ()
    try:
        data = archive.path.read_bytes()
        descriptor, temporary = tempfile.mkstemp(dir=folder, prefix=".new-")
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
        Path(temporary).chmod(0o644)
        Path(temporary).replace(folder / name)
    except OSError as error:
        raise MigrateError.of(
            "MIG901", f"{name} cannot be written: {(error.strerror or 'unknown').lower()}", remedy="check the folder"
        ) from None
    return (name,)
