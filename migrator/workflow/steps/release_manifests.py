"""Release manifests in the step classify: those that hold for a repository, and what failed roots rest on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from migrator.diagnostics import Diagnostic, Severity
from migrator.signatures.manifests import TEAM_MANIFESTS, Manifest, ManifestIndex, Upstream, load_manifests
from migrator.yamlio import rules_directory

if TYPE_CHECKING:
    from migrator.model import SourceSpan
    from migrator.workflow.steps.baseline import Baseline


def manifests_of(root: Path) -> tuple[Manifest, ...]:
    """The release manifests that hold for a repository, by product; raises what a broken rule file raises."""
    folder = root / TEAM_MANIFESTS
    return load_manifests([folder] if folder.is_dir() else [])


def manifest_texts(root: Path, name: str) -> list[str]:
    """The rule files of the release manifests of a product or chart, as they are."""
    return [
        _file(root, one).read_text(encoding="utf-8") for one in manifests_of(root) if name in (one.product, one.chart)
    ]


def _file(root: Path, manifest: Manifest) -> Path:
    if manifest.source.startswith(TEAM_MANIFESTS):
        return root / manifest.source
    return rules_directory().joinpath(*manifest.source.split("/")[1:])


def unread_releases(baseline: Baseline, known: ManifestIndex) -> Iterator[Diagnostic]:
    """A note for each file that refers to a known release manifest which roots need and do not get."""
    met: dict[tuple[str, str], tuple[Upstream, SourceSpan, set[str]]] = {}
    for build in baseline.builds:
        remote = baseline.kustomizations.reach(build.root).remote
        for reference in remote if build.left_out or not build.is_built else ():
            found = known.referenced(reference.text)
            if found is not None:
                key = (reference.span.path, found.title)
                met.setdefault(key, (found, reference.span, set()))[2].add(build.root)
    for found, span, roots in met.values():
        first = min(roots)
        more = f" and {len(roots) - 1} more" if len(roots) > 1 else ""
        yield Diagnostic(
            code="MIG303",
            severity=Severity.WARNING,
            summary=f"the release manifest of {found.title}, which {_chart(found)}, cannot be read for {first}{more}",
            span=span,
            remedy="keep a copy of it in the repository, or allow network access",
            evidence=found.manifest.differs,
        )


def _chart(found: Upstream) -> str:
    manifest = found.manifest
    if not manifest.chart:
        return "no public chart installs"
    return f"the chart {manifest.chart} of {manifest.repository} installs"
