"""What `migrate rules` asks of the signatures."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from migrator.diagnostics import ExitCode, MigrateError
from migrator.discover import Config, refuse_special_files
from migrator.engines import HelmRender, find_helm, helm_template, rendered_resources, split_rendered
from migrator.model import ReleaseContext, RepoPath, ResId
from migrator.signatures import CATEGORIES, Signature, index_signatures, learn, load_signatures, load_weights, render
from migrator.signatures.load import TEAM_SIGNATURES
from migrator.signatures.manifests import Manifest
from migrator.workflow.rules.cases import case_files, failed_case, read_case
from migrator.workflow.settings import Settings
from migrator.workflow.steps.choices import choose
from migrator.workflow.steps.release_manifests import manifest_texts, manifests_of
from migrator.workflow.steps.resolve import archive_of

_RELEASE = "release-name"
_NAMESPACE = "default"


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """The rules that hold for a repository."""

    signatures: tuple[Signature, ...]
    manifests: tuple[Manifest, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tested:
    """What came of the cases beside the signatures."""

    total: int
    failed: tuple[tuple[RepoPath, str], ...]
    """The files of the cases that fail, each with what is wrong."""

    @property
    def exit_code(self) -> int:
        """2 where a case fails."""
        return ExitCode.FINDINGS if self.failed else ExitCode.DONE


def listed_rules(root: Path) -> Listed:
    """All signatures and release manifests, ours and the team's; raises what a broken rule file raises."""
    return Listed(signatures=signatures_of(root), manifests=manifests_of(root))


def tested_rules(root: Path) -> Tested:
    """The cases of the signatures, ours and the team's, tried out."""
    index = index_signatures(signatures_of(root), load_weights())
    problems = [(name, failed_case(read_case(name, data), index)) for name, data in case_files(root)]
    return Tested(total=len(problems), failed=tuple((name, problem) for name, problem in problems if problem))


def signatures_of(root: Path) -> tuple[Signature, ...]:
    """The signatures that hold for a repository, by chart; MIG107 where there is no such folder."""
    if not root.is_dir():
        raise MigrateError.of("MIG107", f"{root} is not a folder", remedy="name the folder of a GitOps repository")
    refuse_special_files(root)
    folder = root / TEAM_SIGNATURES
    return load_signatures([folder] if folder.is_dir() else [])


def signature_text(root: Path, chart: str) -> str:
    """Signatures and release manifests of a chart, or of a product, one document each; MIG911 if there are none."""
    found = [render(one) for one in signatures_of(root) if one.chart == chart]
    found += manifest_texts(root, chart)
    if not found:
        raise MigrateError.of(
            "MIG911",
            f"there is no signature and no release manifest of {chart}",
            remedy="see `migrate rules list`, or learn it",
        )
    return "---\n".join(found)


def learned_text(
    chart: str, settings: Settings, *, repository: str, category: str, values: tuple[Path, ...] = ()
) -> str:
    """The rule file for a chart, from what helm renders of it.

    Raises what the chart library and helm raise, and MIG912 for a category that no layout knows.
    """
    if category not in CATEGORIES:
        raise MigrateError.of(
            "MIG912", f"there is no category {category!r}", remedy=f"choose one of {', '.join(CATEGORIES)}"
        )
    choices = choose(settings, Config())
    archive = archive_of(chart, repository, choices)
    archive = replace(archive, ref=replace(archive.ref, repository=repository or archive.ref.repository))
    stream = helm_template(
        find_helm(),
        HelmRender(
            context=ReleaseContext(
                release=_RELEASE,
                namespace=_NAMESPACE,
                kube_version=choices.kube_version,
                api_versions=choices.api_versions,
            ),
            chart=archive.path,
            values=values,
        ),
    )
    known = {one.chart for one in load_signatures()} - {archive.ref.name}
    signature = learn(
        archive,
        rendered_resources(stream),
        release=_RELEASE,
        namespace=_NAMESPACE,
        sources=_sources(stream),
        known=known,
        category=category,
    )
    return render(signature)


def _sources(stream: bytes) -> dict[ResId, str]:
    """Object -> the comment above it that names its template."""
    found: dict[ResId, str] = {}
    for piece in split_rendered(stream):
        comment = next((line for line in piece.splitlines() if line.startswith("# Source:")), "")
        for resource in rendered_resources(piece.encode()) if comment else ():
            found[resource.id] = comment
    return found
