"""The values files of `migrate infer --output`."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from migrator.diagnostics import MigrateError

if TYPE_CHECKING:
    from migrator.charts.types import ChartRef
    from migrator.inference.types import Inference

COMMON = "values.yaml"


def check_free(folder: Path, environments: Iterable[str], *, force: bool) -> None:
    """MIG915 where a values file that may be written is there already, unless that is wanted."""
    names = [COMMON, *(own_file(name) for name in environments)]
    taken = [name for name in names if (folder / name).exists()]
    if taken and not force:
        raise MigrateError.of(
            "MIG915",
            f"{', '.join(str(folder / name) for name in taken)} exists already; nothing was searched or written",
            remedy="name another folder with --output, or use --force to replace them",
        )
    if folder.exists() and not folder.is_dir():
        raise MigrateError.of("MIG915", f"{folder} is not a folder", remedy="name a folder with --output")


def write_values(inference: Inference, ref: ChartRef, folder: Path) -> tuple[Path, ...]:
    """The files written: what all environments share, and what each adds if anything. Exactly what helm judged.

    Nobody but their owner reads them: they hold secrets in clear.
    """
    from migrator.inference.values.files import values_files
    from migrator.workflow.plan_file import write_private

    folder.mkdir(parents=True, exist_ok=True)
    texts = {COMMON: values_files(inference.values, "", (ref.name, ref.version))[0]}
    for name in sorted(inference.values.environments):
        files = values_files(inference.values, name, (ref.name, ref.version))
        texts |= {own_file(name): text for text in files[1:]}
    for name, text in texts.items():
        write_private(folder / name, text.encode())
    return tuple(folder / name for name in texts)


def own_file(environment: str) -> str:
    """The name of the file with what an environment adds."""
    return f"values-{environment}.yaml"
