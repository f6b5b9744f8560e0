"""The audit rules: each a pure function of the subject to its findings; their words are data (`rules/audit/`)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from migrator.audit.dangling import dangling
from migrator.audit.deployed import (
    deployed_by_nothing,
    deployed_twice,
    handover_unfinished,
    owner_astray,
    policy_looser,
    release_disagrees,
)
from migrator.audit.deploying import deployed_otherwise
from migrator.audit.places import place_of
from migrator.audit.types import Finding, Subject, Umbrella
from migrator.audit.vendored import vendored
from migrator.classify import ComponentKind
from migrator.diagnostics import Severity
from migrator.lock import LOCK_PATH, LockedRelease
from migrator.model import Json, RepoPath, ResId, SourceSpan
from migrator.prove import (
    COMPANIONS,
    RELEASE,
    Owner,
    all_part_digests,
    changed_parts,
    is_of_what_came,
    placed,
    rendered_digest,
    rendering_digest,
)

CRD_LIMIT = 262_144
"""Bytes that all annotations of an object may have; client-side apply keeps the whole object in one (fact C3)."""

_SHOWN = 3
_EXACT = re.compile(r"=?\s*v?\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule: its code, the words it fills in, and what finds."""

    code: str
    words: frozenset[str]
    find: Callable[[Subject], Iterator[Finding]]


def owned_twice(subject: Subject) -> Iterator[Finding]:
    """Objects that a release and a kustomize root, or two releases, both render in one environment."""
    for name, rendering in sorted(subject.renders.items()):
        owners: dict[ResId, list[str]] = {}
        by_helm: set[ResId] = set()
        for part in placed(rendering).parts:
            ids = {resource.id for resource in part.resources}
            by_helm |= ids if part.owner is Owner.HELM else set()
            for res_id in ids:
                owners.setdefault(res_id, []).append(part.label)
        known = {part.path for part in rendering.parts if part.owner is Owner.KUSTOMIZE}
        for build in subject.builds:
            if build.environment == name and build.root not in known:
                for res_id in {resource.id for resource in build.resources}:
                    owners.setdefault(res_id, []).append(str(build.root))
        for res_id in sorted(by_helm):
            if len(owners[res_id]) > 1:
                yield Finding(
                    code="MIG801",
                    span=place_of(subject, name, res_id),
                    words={"resource": str(res_id), "environment": name, "owners": " and by ".join(owners[res_id])},
                )


def not_pinned(subject: Subject) -> Iterator[Finding]:
    """Dependencies of umbrella charts without one exact version."""
    for umbrella in subject.umbrellas:
        for index, entry in enumerate(umbrella.dependencies):
            version = entry.get("version")
            if not _is_local(entry) and not (isinstance(version, str) and _EXACT.fullmatch(version.strip())):
                yield Finding(
                    code="MIG803",
                    is_note=_is_foreign(umbrella, subject),
                    span=umbrella.at("dependencies", index, "version"),
                    words={
                        "chart": str(entry.get("name") or "?"),
                        "version": "no version at all" if version in (None, "") else f"the version {version}",
                    },
                )


def _is_foreign(umbrella: Umbrella, subject: Subject) -> bool:
    """Whether a chart is none that a migration made or that its lock knows."""
    locked = subject.lock.environments.values() if subject.lock is not None else ()
    return not umbrella.is_ours and not any(release.path == umbrella.path for each in locked for release in each.helm)


def _is_local(entry: Mapping[str, Json]) -> bool:
    return str(entry.get("repository") or "").startswith("file:")


def chart_disagrees(subject: Subject) -> Iterator[Finding]:
    """Umbrella charts that name another chart than the lock, or whose Chart.lock names another than they do."""
    umbrellas = {umbrella.path: umbrella for umbrella in subject.umbrellas}
    for path, release in sorted(_charts(subject).items()):
        umbrella = umbrellas.get(RepoPath(path[0]))
        if umbrella is None:
            problem = "there is no Chart.yaml with a dependency"
            yield _disagrees(RepoPath(path[0]), SourceSpan(path=RepoPath(f"{path[0]}/Chart.yaml")), problem, release)
            continue
        yield from _dependency(umbrella, release)
    for umbrella in subject.umbrellas:
        for found in _lock_file(umbrella):
            yield replace(found, is_note=_is_foreign(umbrella, subject))


def _charts(subject: Subject) -> Mapping[tuple[str, str, str], LockedRelease]:
    """The charts of the lock, each once however many environments have it."""
    releases = [each for locked in subject.lock.environments.values() for each in locked.helm] if subject.lock else []
    return {(str(each.path), each.name, each.version): each for each in releases}


def _dependency(umbrella: Umbrella, release: LockedRelease) -> Iterator[Finding]:
    for index, entry in enumerate(umbrella.dependencies):
        if entry.get("name") != release.name:
            continue
        for key, wanted in (("version", release.version), ("repository", release.repository)):
            written = str(entry.get(key) or "")
            if written != wanted:
                problem = f"Chart.yaml has {key} {written or 'none'}"
                yield _disagrees(umbrella.path, umbrella.at("dependencies", index, key), problem, release)
        return
    names = ", ".join(str(entry.get("name")) for entry in umbrella.dependencies)
    yield _disagrees(umbrella.path, umbrella.at("dependencies"), f"Chart.yaml depends on {names or 'nothing'}", release)


def _disagrees(path: RepoPath, span: SourceSpan, problem: str, release: LockedRelease) -> Finding:
    wanted = " ".join(filter(None, (release.name, release.version, release.repository)))
    return Finding(
        code="MIG804", span=span, words={"path": str(path), "problem": problem, "other": f"the lock has {wanted}"}
    )


def _lock_file(umbrella: Umbrella) -> Iterator[Finding]:
    # helm dependency build fetches what Chart.lock names, or refuses it where it is out of step (fact A6)
    if umbrella.lock_problem:
        folder = "" if umbrella.path == "." else f"{umbrella.path}/"
        yield Finding(
            code="MIG804",
            span=SourceSpan(path=RepoPath(f"{folder}Chart.lock")),
            words={
                "path": str(umbrella.path),
                "problem": f"Chart.lock {umbrella.lock_problem}",
                "other": "that is what helm fetches, or refuses",
            },
        )


def files_missing(subject: Subject) -> Iterator[Finding]:
    """Values files and post-render folders that the lock lists and that are not there."""
    environments = subject.lock.environments if subject.lock else {}
    wanted: dict[RepoPath, str] = {}
    for name, locked in sorted(environments.items()):
        for release in locked.helm:
            user = f"release {release.context.release} of {name}"
            names = (*release.values, *((release.post_render,) if release.post_render else ()))
            for relative in names:
                wanted.setdefault(RepoPath(f"{release.path}/{relative}"), user)
    for path, user in sorted(wanted.items()):
        if not subject.index.is_file(path) and not (subject.index.root / path).exists():
            yield Finding(code="MIG805", span=SourceSpan(path=path), words={"path": str(path), "user": user})


def chart_not_locked(subject: Subject) -> Iterator[Finding]:
    """Umbrella charts that no environment of the lock deploys."""
    if subject.lock is None:
        return
    locked = {release.path for each in subject.lock.environments.values() for release in each.helm}
    roots = {root for each in subject.lock.environments.values() for root in each.kustomize}
    # a folder of charts alone is the migration's; elsewhere a Chart.yaml may be what a script renders from
    charts = {_top(path) for path in locked} - {_top(root) for root in roots}
    for umbrella in subject.umbrellas:
        if umbrella.path not in locked:
            is_foreign = umbrella.path in subject.deployed or _top(umbrella.path) not in charts
            words = {"path": str(umbrella.path)}
            is_note = is_foreign and not umbrella.is_ours
            yield Finding(code="MIG806", span=umbrella.at(), words=words, is_note=is_note)


def _top(path: RepoPath) -> str:
    return path.partition("/")[0]


def lock_unusable(subject: Subject) -> Iterator[Finding]:
    """A lock that cannot be read, or that another format of this tool wrote."""
    problem = subject.lock_problem
    if problem is not None:
        words = {"problem": problem.summary, "fix": problem.remedy or "restore the file from git"}
        yield Finding(code="MIG807", span=problem.span or SourceSpan(path=LOCK_PATH), words=words)


def render_fails(subject: Subject) -> Iterator[Finding]:
    """Roots and releases of the lock that do not render from this tree."""
    seen = set()
    for name, rendering in sorted(subject.renders.items()):
        for problem in rendering.problems:
            if (problem.span, problem.summary) not in seen:
                seen.add((problem.span, problem.summary))
                words = {
                    "environment": name,
                    "problem": problem.summary,
                    "fix": problem.remedy or "render it by hand to see the whole message",
                }
                yield Finding(code="MIG808", span=problem.span, words=words, evidence=problem.evidence)


def proof_stale(subject: Subject) -> Iterator[Finding]:
    """A tree that renders something else than what the lock's proof was made of."""
    if subject.lock is None or not subject.renders or any(each.problems for each in subject.renders.values()):
        return
    digest = rendered_digest({name: rendering_digest(each) for name, each in subject.renders.items()})
    parts = changed_parts(subject.lock, all_part_digests(subject.lock, subject.renders))
    left_out = {root: held for each in subject.renders.values() for root, held in each.left_out.items()}
    if digest != subject.lock.proof_digest and not is_of_what_came(parts, subject.lock, left_out):
        then = subject.lock.engines
        engines = tuple(
            f"{name} {then[name]} then, {version} now"
            for name, version in sorted(subject.engines.items())
            if then.get(name, version) != version
        )
        evidence = (f"{subject.lock.proof_digest or 'no digest'} in the lock", f"{digest} now", *parts, *engines)
        # applications in Kustomize change with every commit; the migration answers for releases and what stays beside
        ours = tuple(part for part in parts if RELEASE in part or COMPANIONS in part)
        is_note = bool(parts) and not ours
        told = ours or parts or ("the lock does not say which part",)
        changed = ", ".join(told[:_SHOWN]) + (f" and {len(told) - _SHOWN} more" if len(told) > _SHOWN else "")
        yield Finding(
            code="MIG809",
            span=SourceSpan(path=LOCK_PATH),
            words={"changed": changed},
            evidence=evidence,
            is_note=is_note,
        )


def large_crds(subject: Subject) -> Iterator[Finding]:
    """CRDs that client-side apply cannot handle."""
    import json

    seen: set[ResId] = set()
    for name, rendering in sorted(subject.renders.items()):
        for part in rendering.parts:
            for resource in part.resources:
                if resource.gvk.kind != "CustomResourceDefinition" or resource.id in seen:
                    continue
                seen.add(resource.id)
                size = len(json.dumps(resource.body, separators=(",", ":"), ensure_ascii=False).encode())
                if size > CRD_LIMIT:
                    span = place_of(subject, name, resource.id) or SourceSpan(path=part.path)
                    words = {
                        "crd": resource.id.name,
                        "size": f"{size:,}",
                        "limit": f"{CRD_LIMIT:,}",
                        "owner": part.label,
                    }
                    yield Finding(code="MIG810", span=span, words=words)


def lock_missing(subject: Subject) -> Iterator[Finding]:
    """Charts that a migration made, in a repository that has no lock."""
    if subject.lock is None and subject.lock_problem is None:
        ours = [each for each in subject.umbrellas if each.is_ours or subject.was_migrated]
        if ours:
            words = {"count": str(len(ours)), "first": str(ours[0].path)}
            yield Finding(code="MIG811", span=ours[0].at(), words=words)


def not_migrated(subject: Subject) -> Iterator[Finding]:
    """A repository that was never migrated."""
    if subject.lock is None and subject.lock_problem is None and not any(lock_missing(subject)):
        third_party = (each.id for each in subject.components if each.kind is ComponentKind.THIRD_PARTY)
        yield Finding(code="MIG814", evidence=tuple(sorted(third_party)))


def left_out(subject: Subject) -> Iterator[Finding]:
    """Roots that are rendered without something that cannot be had."""
    found = {root: held for each in subject.renders.values() for root, held in each.left_out.items()}
    for root, held in sorted(found.items()):
        words = {"root": str(root), "without": ", ".join(held.texts)}
        yield Finding(code="MIG815", span=SourceSpan(path=root), words=words)


def not_covered(subject: Subject) -> Iterator[Finding]:
    """What the lock leaves out of what is there, so that nobody compares it."""
    for each in subject.uncovered:
        words = {"problem": each.summary, "fix": each.remedy or ""}
        yield Finding(code="MIG821", span=each.span, words=words, is_note=each.severity is Severity.INFO)


def limits_widened(subject: Subject) -> Iterator[Finding]:
    """What a team admits beyond the limit that holds without a word."""
    for what, impact, span in subject.widened:
        yield Finding(code="MIG823", span=span, words={"what": what, "impact": impact}, is_note=True)


RULES = (
    Rule(code="MIG801", words=frozenset({"resource", "environment", "owners"}), find=owned_twice),
    Rule(code="MIG802", words=frozenset({"component", "chart", "environments", "reason", "fix"}), find=vendored),
    Rule(code="MIG803", words=frozenset({"chart", "version"}), find=not_pinned),
    Rule(code="MIG804", words=frozenset({"path", "problem", "other"}), find=chart_disagrees),
    Rule(code="MIG805", words=frozenset({"path", "user"}), find=files_missing),
    Rule(code="MIG806", words=frozenset({"path"}), find=chart_not_locked),
    Rule(code="MIG807", words=frozenset({"problem", "fix"}), find=lock_unusable),
    Rule(code="MIG808", words=frozenset({"environment", "problem", "fix"}), find=render_fails),
    Rule(code="MIG809", words=frozenset({"changed"}), find=proof_stale),
    Rule(code="MIG810", words=frozenset({"crd", "size", "limit", "owner"}), find=large_crds),
    Rule(code="MIG811", words=frozenset({"count", "first"}), find=lock_missing),
    Rule(
        code="MIG813",
        words=frozenset({"resource", "environment", "field", "named", "reason", "fix"}),
        find=dangling,
    ),
    Rule(code="MIG814", words=frozenset(), find=not_migrated),
    Rule(code="MIG815", words=frozenset({"root", "without"}), find=left_out),
    Rule(code="MIG816", words=frozenset({"part", "environment"}), find=deployed_by_nothing),
    Rule(code="MIG817", words=frozenset({"path", "owners", "environment"}), find=deployed_twice),
    Rule(code="MIG818", words=frozenset({"object", "release", "environment", "problem"}), find=release_disagrees),
    Rule(code="MIG819", words=frozenset({"object", "does", "environment"}), find=policy_looser),
    Rule(code="MIG820", words=frozenset({"done"}), find=handover_unfinished),
    Rule(code="MIG821", words=frozenset({"problem", "fix"}), find=not_covered),
    Rule(code="MIG822", words=frozenset({"object", "problem", "file"}), find=owner_astray),
    Rule(code="MIG823", words=frozenset({"what", "impact"}), find=limits_widened),
    Rule(code="MIG824", words=frozenset({"object", "folder", "became"}), find=deployed_otherwise),
)
