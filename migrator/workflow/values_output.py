"""The values files of `migrate infer --output`, and what a person may do with them."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from migrator.diagnostics import MigrateError

if TYPE_CHECKING:
    from migrator.charts.types import ChartRef
    from migrator.inference.types import Inference
    from migrator.workflow.steps.infer import Inferred

COMMON = "values.yaml"


def check_free(folder: Path, environments: Iterable[str], *, force: bool) -> None:
    """MIG915 where a values file that may be written is there already, unless that is wanted."""
    names = [COMMON, *(_own(name) for name in environments)]
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
    """The files written: what all environments share, and what each adds if anything. Exactly what helm judged."""
    from migrator.inference.values.files import values_files

    folder.mkdir(parents=True, exist_ok=True)
    texts = {COMMON: values_files(inference.values, "", (ref.name, ref.version))[0]}
    for name in sorted(inference.values.environments):
        files = values_files(inference.values, name, (ref.name, ref.version))
        texts |= {_own(name): text for text in files[1:]}
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    return tuple(folder / name for name in texts)


def next_steps(inferred: Inferred) -> Iterator[tuple[str, str]]:
    """Command or option, and what it is for: searching on, writing, rendering, understanding."""
    inference, written = inferred.inference, inferred.written
    if any(each.code == "MIG501" for each in inferred.diagnostics):
        yield f"--budget {2 * inferred.budget:g}", "the search ended with its budget; give it longer"
    if not inference.identical and inferred.explanation is None:
        yield "--explain", "see what was tried, and what each value shapes"
    if not written:
        yield "--output DIR", "write the values files"
    for environment in sorted(inference.rendered):
        files = [path for path in written if path.name in (COMMON, _own(environment))]
        names = [str(path) for path in files] or [COMMON]
        if not files and inference.values.environments.get(environment):
            names.append(_own(environment))
        label = f" {environment}" if len(inference.rendered) > 1 else ""
        yield _render_command(inferred, names), f"render{label} yourself"


def _render_command(inferred: Inferred, names: Iterable[str]) -> str:
    inference = inferred.inference
    words = ["helm", "template", inference.release, *_chart_words(inferred.chart, inferred.ref)]
    words += ["--namespace", inference.namespace, "--kube-version", inference.kube_version, "--include-crds"]
    words += [word for each in inference.api_versions for word in ("--api-versions", each)]
    words += [word for name in names for word in ("--values", name)]
    return shlex.join(words)


def _chart_words(given: str, ref: ChartRef) -> list[str]:
    if Path(given).exists():
        return [given]
    if ref.repository.startswith("oci://"):
        return [f"{ref.repository.rstrip('/')}/{ref.name}", "--version", ref.version]
    source = ["--repo", ref.repository] if ref.repository else []
    return [ref.name, "--version", ref.version, *source]


def _own(environment: str) -> str:
    return f"values-{environment}.yaml"
