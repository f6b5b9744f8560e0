"""What deployers add to the roots that they deploy, as far as it is one thing for each root."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping

from migrator.diagnostics import Diagnostic, Diagnostics, Severity
from migrator.gitops.deployer import Deployer
from migrator.model import Json, RepoPath
from migrator.render_roots.additions import FIELDS, Addition

_NOTHING = Addition.of({})


def additions_of(
    deployers: Iterable[Deployer], roots: Collection[RepoPath]
) -> tuple[Mapping[RepoPath, Addition], Diagnostics]:
    """Root -> what is added to it; MIG162 for a root to which deployers add different things: nothing is, then.

    What is still to be filled in (a template, a variable) counts as not known, and as something different.
    """
    found: dict[RepoPath, dict[Addition | None, Deployer]] = defaultdict(dict)
    for each in deployers:
        for source in each.sources:
            fields = source.kustomize.fields if source.kustomize is not None else {}
            for root in source.roots if source.helm is None else ():
                if root in roots:
                    found[root].setdefault(_addition(fields), each)
    one = {root: next(iter(held)) for root, held in found.items() if len(held) == 1}
    additions = {root: held for root, held in sorted(one.items()) if held is not None and held != _NOTHING}
    disputed = {root: held for root, held in sorted(found.items()) if len(held) > 1}
    return additions, tuple(_disputed(root, tuple(held.values())) for root, held in disputed.items())


def _addition(fields: Mapping[str, Json]) -> Addition | None:
    addition = Addition.of(fields)
    known = fields.keys() <= FIELDS and "{{" not in addition.text and "${" not in addition.text
    return addition if known else None


def _disputed(root: RepoPath, deployers: tuple[Deployer, ...]) -> Diagnostic:
    first = deployers[0]
    names = " and ".join(f"{each.id.kind} {each.id.name}" for each in deployers[:2])
    return Diagnostic(
        code="MIG162",
        severity=Severity.WARNING,
        summary=f"{names} add different things to {root}, which is built without any of them",
        span=first.span,
        remedy="give each a kustomization of its own that includes the folder and says what is added",
        evidence=tuple(f"{each.span}: {each.id.kind} {each.id.name}" for each in deployers),
    )
