"""A mirror's folder is given an archive: whole under its name, or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from migrator.charts.types import ChartArchive
from migrator.diagnostics import MigrateError


def kept_in(folder: Path, archive: ChartArchive) -> tuple[str, ...]:
    """The name of the file that was written; none where it is there already, or the chart is a folder elsewhere.

    MIG901 where the folder cannot be written, MIG423 where another file lies there under the name.
    """
    name = f"{archive.ref.name}-{archive.ref.version}.tgz".replace("/", "_")
    if archive.path.is_dir() or archive.path.parent.resolve() == folder.resolve():
        return ()
    try:
        data = archive.path.read_bytes()
        if (folder / name).exists():
            if (folder / name).read_bytes() != data:
                raise _another(folder / name, archive)
            return ()
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


def _another(path: Path, archive: ChartArchive) -> MigrateError:
    return MigrateError.of(
        "MIG423",
        f"{path} is not the chart {archive.ref.name} {archive.ref.version} that is at hand in {archive.path}",
        remedy="remove the file and fetch it again",
    )
