"""What a person may do next with what `migrate infer` found."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from migrator.workflow.values_output import COMMON, own_file

if TYPE_CHECKING:
    from migrator.charts.types import ChartRef
    from migrator.workflow.infer_files import Inferred


def next_steps(inferred: Inferred) -> Iterator[tuple[str, str]]:
    """Command or option, and what it is for: searching on, writing, rendering, understanding."""
    inference, written = inferred.inference, inferred.written
    if any(each.code == "MIG501" for each in inferred.diagnostics):
        yield f"--budget {2 * inferred.budget:g}", "the search ended with its budget; give it longer"
    if not inference.equivalent and inferred.explanation is None:
        yield "--explain", "see what was tried, and what each value shapes"
    if not written:
        yield "--output DIR", "write the values files"
    for environment in sorted(inference.rendered):
        files = [path for path in written if path.name in (COMMON, own_file(environment))]
        names = [str(path) for path in files] or [COMMON]
        if not files and inference.values.environments.get(environment):
            names.append(own_file(environment))
        label = f" {environment}" if len(inference.rendered) > 1 else ""
        yield _render_command(inferred, environment, names), f"render{label} yourself"


def _render_command(inferred: Inferred, environment: str, names: Iterable[str]) -> str:
    context, options = inferred.inference.context.within(environment), inferred.inference.options
    words = ["helm", "template", context.release, *_chart_words(inferred.chart, inferred.ref)]
    words += ["--namespace", context.namespace, "--kube-version", context.kube_version]
    words += ["--include-crds"] * options.include_crds + ["--no-hooks"] * (options.hooks == "skip")
    words += [word for each in context.api_versions for word in ("--api-versions", each)]
    words += [word for name in names for word in ("--values", name)]
    return shlex.join(words)


def _chart_words(given: str, ref: ChartRef) -> list[str]:
    if Path(given).exists():
        return [given]
    if ref.repository.startswith("oci://"):
        return [f"{ref.repository.rstrip('/')}/{ref.name}", "--version", ref.version]
    source = ["--repo", ref.repository] if ref.repository else []
    return [ref.name, "--version", ref.version, *source]
