"""Every root of a repository, built: its resources with their origins, or the reason why it does not build."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from migrator.diagnostics import Diagnostic, Diagnostics, Severity
from migrator.discover import Config
from migrator.engines import run_parallel
from migrator.load import Kustomizations
from migrator.model import RepoPath, ResId
from migrator.progress import Watch, uncounted
from migrator.render_roots.job import Job
from migrator.render_roots.types import Build, Renderer

_SHOWN = 10


def roots_of(kustomizations: Kustomizations, config: Config) -> tuple[tuple[RepoPath, ...], Diagnostics]:
    """The roots to build: those that `roots:` lists; else all that no other includes, and what `environments:` names.

    One that is configured and does not exist is a diagnostic (MIG113).
    """
    named = tuple(root for _, roots in sorted(config.environments.items()) for root in roots)
    wanted = config.roots or (*kustomizations.roots(), *named)
    known = kustomizations.by_path.keys() | kustomizations.broken.keys()
    notes = tuple(
        Diagnostic(
            code="MIG113",
            severity=Severity.ERROR,
            summary=f"the configured root {root} holds no kustomization",
            span=config.spans.get(root),
            remedy="correct the path; it is relative to the repository",
        )
        for root in dict.fromkeys((*wanted, *named))
        if root not in known
    )
    return tuple(sorted({root for root in wanted if root in known})), notes


def build_all(
    kustomizations: Kustomizations, config: Config, renderer: Renderer, *, watch: Watch = uncounted
) -> tuple[tuple[Build, ...], Diagnostics]:
    """Every root as kustomize renders it, sorted by environment and root; one that fails says why and the others go on.

    Nothing is written below the repository, no plugin or function runs. The result equals a plain `kustomize build`.
    """
    roots, notes = roots_of(kustomizations, config)
    job = Job(kustomizations=kustomizations, config=config, renderer=renderer)
    builds = run_parallel(job.build, roots, watch=watch)
    ordered = tuple(sorted(builds, key=lambda build: (build.environment, build.root)))
    told = (each for build in ordered for each in (build.reason, *build.notices, *build.notes) if each is not None)
    return ordered, (*notes, *dict.fromkeys(told), *_rendered_twice(ordered))


def _rendered_twice(builds: Sequence[Build]) -> Iterator[Diagnostic]:
    """One diagnostic per environment in which several roots render the same object."""
    owners: dict[str, dict[ResId, list[RepoPath]]] = defaultdict(lambda: defaultdict(list))
    for build in builds:
        for resource in build.resources:
            held = owners[build.environment][resource.id]
            if build.root not in held:
                held.append(build.root)
    for environment, ids in sorted(owners.items()):
        shared = sorted((res_id, roots) for res_id, roots in ids.items() if len(roots) > 1)
        if not shared:
            continue
        shown = tuple(f"{res_id}: {', '.join(roots)}" for res_id, roots in shared[:_SHOWN])
        more = (f"and {len(shared) - _SHOWN} more",) if len(shared) > _SHOWN else ()
        count = f"{len(shared)} objects are" if len(shared) > 1 else f"{shared[0][0]} is"
        yield Diagnostic(
            code="MIG220",
            severity=Severity.WARNING,
            summary=f"{count} rendered by more than one root of the environment {environment}",
            remedy="if the roots belong to different clusters, say so under `environments` in migrate.yaml",
            evidence=(*shown, *more),
        )
