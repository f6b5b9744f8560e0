"""Before x after -> proof: a verdict for every environment and component, and the reasons."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from migrator.compare import Terms, comparison, describe, salt_of, unmatched
from migrator.diagnostics import Diagnostic, Severity
from migrator.model import Difference, DifferenceKind, KeyPath, ResId, Resource
from migrator.prove.hiding import hiding
from migrator.prove.hooks import told_apart
from migrator.prove.identity import Identities, by_identity, owned_twice, placed, rendering_digest
from migrator.prove.rendered_parts import Part, Rendering
from migrator.prove.types import ComponentProof, EnvironmentProof, Found, Proof, Record, Verdict

_BY = "allowance "
"""In front of the id of what admits a difference."""
Places = frozenset[tuple[ResId, KeyPath]]


def prove(
    before: Mapping[str, Rendering],
    after: Mapping[str, Rendering],
    *,
    terms: Terms,
    members: Mapping[str, Mapping[str, Sequence[ResId]]] | None = None,
    unhashed: Mapping[str, Sequence[str]] | None = None,
    made_by_handover: Mapping[str, frozenset[str]] | None = None,
    new: Collection[str] = (),
    engines: Mapping[str, str] | None = None,
    kube_version: str = "",
) -> Proof:
    """The proof that every environment renders after what it rendered before.

    `members` (component -> environment -> objects before) lets a lost object be laid to its component; objects that a
    release renders belong to its component anyway. `unhashed` (object -> components) says for which components a name
    lost its hash: what names the object is a matter of theirs, too. `made_by_handover` (environment -> ids) is what the
    stages of a handover make. An environment that one side lacks, or that compares nothing, is unproved unless `new`.
    """
    stages = made_by_handover or {}
    compared = {
        name: _came(name, after[name])
        if name in new and name not in before
        else _environment(
            name,
            before.get(name),
            after.get(name),
            replace(terms, made_by_handover=stages.get(name, frozenset())),
            _Owners(_of(members or {}, name), unhashed or {}),
        )
        for name in sorted({*before, *after})
    }
    unmatched = [each.stale for each in compared.values() if each.comparable]
    return Proof(
        verdict=Verdict.worst(each.proof.verdict for each in compared.values()),
        environments={name: each.proof for name, each in compared.items()},
        components=_components(compared, members or {}),
        stale=tuple(sorted(frozenset.intersection(*unmatched))) if unmatched else (),
        record=_record(before, after, engines or {}, kube_version),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Compared:
    """One environment, compared."""

    proof: EnvironmentProof
    after: Rendering
    comparable: bool = True
    stale: frozenset[str] = frozenset()
    """Allowances and approvals that matched nothing here."""
    blamed: tuple[tuple[ResId, Diagnostic], ...] = ()
    """Reasons that concern one object."""


@dataclass(frozen=True, slots=True)
class _Owners:
    """To which component a difference is laid."""

    known: Mapping[ResId, str]
    unhashed: Mapping[str, Sequence[str]]

    def after(self, rendering: Rendering) -> _Owners:
        """With those whose release renders an object after."""
        made = {each.id: part.component for part in rendering.parts if part.component for each in part.resources}
        return replace(self, known={**self.known, **made})

    def of(self, difference: Difference, terms: Terms) -> str:
        """The owner of the object, or of what comes in its place; of a name that lost its hash whoever may say so."""
        other = difference.counterpart or difference.resource
        first = self.known.get(difference.resource) or self.known.get(other, "")
        if difference.kind is not DifferenceKind.HASH:
            return first
        every = [first, self.known.get(other, ""), *self.unhashed.get(str(other), ())]
        return next((each for each in every if each and terms.judged([difference], each)[0].admitted), first)


def _of(members: Mapping[str, Mapping[str, Sequence[ResId]]], environment: str) -> Mapping[ResId, str]:
    """Object before -> the component that it is laid to."""
    return {each: name for name, found in members.items() for each in found.get(environment, ())}


def _environment(
    name: str, before: Rendering | None, after: Rendering | None, terms: Terms, owners: _Owners
) -> _Compared:
    if before is None or after is None or not before.resources or not after.resources:
        rendering = after or Rendering(environment=name, parts=())
        return _Compared(proof=_nothing(name, before, after), after=rendering, comparable=False)
    old, new = told_apart(placed(before, after), placed(after, before))
    olds, news = by_identity(old.resources), by_identity(new.resources)
    skipped = olds.ambiguous.keys() | news.ambiguous.keys()
    compared = comparison(_known(olds, skipped), _known(news, skipped), rules=terms.equivalences)
    differences = [difference for difference in compared.differences if not _of_missing_part(difference, before, after)]
    owners = owners.after(new)
    owned = [(each, owners.of(each, terms)) for each in differences]
    judged = [found for each, owner in owned for found in terms.judged([each], owner)]
    by_chance = [
        each for each in judged if _is_generated(each, old.generated, new.generated) and not terms.is_named(each)
    ]
    found = tuple(
        Found(difference=each, admitted=each.admitted, reason=each.why, component=owner)
        for each, (_, owner) in zip(judged, owned, strict=True)
        if each not in by_chance
    )
    if found:
        found = _explained(found, (*old.resources, *new.resources))
    twice = owned_twice(new)
    ambiguous = _ambiguous(name, olds, news, {res_id for res_id, _ in twice})
    blamed = (*twice, *ambiguous, *_generated(name, by_chance))
    reasons = (*before.problems, *after.problems, *_left_out_once(before, after), *(reason for _, reason in blamed))
    proof = EnvironmentProof(
        environment=name,
        verdict=_verdict(found, reasons),
        before=len(olds.once),
        after=len(news.once),
        before_digest=rendering_digest(before),
        after_digest=rendering_digest(after),
        found=found,
        reasons=reasons,
        equivalences=compared.equivalences,
    )
    return _Compared(proof=proof, after=new, stale=frozenset(_stale(terms, owned, new)), blamed=blamed)


def _stale(terms: Terms, owned: Sequence[tuple[Difference, str]], after: Rendering) -> tuple[str, ...]:
    """Allowances and entries that matched nothing; a refusal is about what must not be found."""
    named = {part.component for part in after.parts}
    entries = unmatched([each for each in terms.accepted if each.component in {"", *named}], owned)
    return (*terms.stale(each for each, _ in owned), *map(str, entries))


def _verdict(found: Sequence[Found], reasons: Sequence[Diagnostic]) -> Verdict:
    if any(not each.admitted for each in found):
        return Verdict.DIFFERS
    if reasons:
        return Verdict.UNPROVED
    return Verdict.ALLOWED if found else Verdict.IDENTICAL


def _explained(found: Sequence[Found], resources: Sequence[Resource]) -> tuple[Found, ...]:
    """The differences with what differs, line by line; of a Secret there are salted digests and never a value."""
    salt, secrets = salt_of(resources), hiding(resources)
    return tuple(
        replace(
            each,
            difference=replace(each.difference, before=None, after=None),
            explanation=tuple(secrets.hide(line) for line in describe(each.difference, salt=salt)),
        )
        for each in found
    )


def _known(identities: Identities, skipped: set[ResId]) -> list[Resource]:
    return [identities.once[res_id] for res_id in sorted(identities.once.keys() - skipped)]


def _of_missing_part(difference: Difference, before: Rendering, after: Rendering) -> bool:
    """Whether an object may be missing on one side only because a part of that side could not be rendered."""
    side = {DifferenceKind.REMOVED: after, DifferenceKind.ADDED: before}.get(difference.kind)
    return side is not None and not difference.path and bool(side.problems)


def _is_generated(difference: Difference, before: Places, after: Places) -> bool:
    """Whether two renders of one side differ at the place, by that side's own indexes, or above it."""
    sides = ((difference.before_path, before), (difference.after_path, after))
    return any(
        (difference.resource, (path or difference.path)[:length]) in generated
        for path, generated in sides
        for length in range(len(difference.path) + 1)
    )


def _generated(name: str, differences: Sequence[Difference]) -> tuple[tuple[ResId, Diagnostic], ...]:
    """One reason for each object with generated content, naming its places."""
    places: dict[ResId, list[str]] = {}
    for difference in differences:
        places.setdefault(difference.resource, []).append(difference.id.partition("#")[2] or "the whole object")
    return tuple(
        (
            res_id,
            _unproved(
                "MIG707",
                f"unproved: generated: {res_id} in {name} differs between two renders of the same input",
                remedy="set the chart's value that pins it, or let the chart use an existing secret",
                evidence=tuple(sorted(places[res_id])),
            ),
        )
        for res_id in sorted(places)
    )


def _ambiguous(
    name: str, old: Identities, new: Identities, explained: Collection[ResId]
) -> tuple[tuple[ResId, Diagnostic], ...]:
    """Objects that several roots render with different content, unless both sides do so alike."""
    return tuple(
        (
            res_id,
            _unproved(
                "MIG709",
                f"{res_id} is rendered more than once in {name}, with different content",
                remedy="let one root own the object; which of its forms reaches the cluster is chance",
            ),
        )
        for res_id in sorted(old.ambiguous.keys() | new.ambiguous.keys())
        if old.ambiguous.get(res_id) != new.ambiguous.get(res_id) and res_id not in explained
    )


def _left_out_once(before: Rendering, after: Rendering) -> Iterator[Diagnostic]:
    """What only one side was built without, or the other does not name any more: nobody can tell what became of it."""
    for root in sorted({*before.left_out, *after.left_out}) if not (before.problems or after.problems) else ():
        old, new = before.left_out.get(root), after.left_out.get(root)
        if old != new:
            texts = {*(old.texts if old else ()), *(new.texts if new else ())}
            yield _unproved(
                "MIG713",
                f"{root} in {before.environment} does not leave out the same before and after: nothing is known of "
                "what that adds",
                remedy="name a copy of what is remote with --remote URL=DIR, or `remotes` in migrate.yaml",
                evidence=tuple(sorted(texts)),
            )


def _came(name: str, after: Rendering) -> _Compared:
    """An environment that was not there before."""
    proof = EnvironmentProof(
        environment=name,
        verdict=Verdict.UNPROVED if after.problems else Verdict.IDENTICAL,
        before=0,
        after=len(after.resources),
        before_digest="",
        after_digest=rendering_digest(after),
        reasons=after.problems,
    )
    return _Compared(proof=proof, after=after, comparable=False)


def _nothing(name: str, before: Rendering | None, after: Rendering | None) -> EnvironmentProof:
    """The proof of an environment in which there is nothing to compare: a failure, never a success."""
    sides = {"before": before, "after": after}
    problems = tuple(problem for side in sides.values() if side is not None for problem in side.problems)
    empty = " and ".join(label for label, side in sides.items() if side is None or not side.resources)
    nothing = _unproved(
        "MIG701",
        f"nothing to compare in {name}: no object is rendered {empty} the migration",
        remedy="check the roots of the environment in .migrate/lock.yaml and migrate.yaml",
    )
    return EnvironmentProof(
        environment=name,
        verdict=Verdict.UNPROVED,
        before=len(before.resources) if before else 0,
        after=len(after.resources) if after else 0,
        before_digest=rendering_digest(before) if before else "",
        after_digest=rendering_digest(after) if after else "",
        reasons=problems or (nothing,),
    )


def _unproved(code: str, summary: str, *, remedy: str, evidence: tuple[str, ...] = ()) -> Diagnostic:
    return Diagnostic(code=code, severity=Severity.ERROR, summary=summary, remedy=remedy, evidence=evidence)


def _components(
    compared: Mapping[str, _Compared], members: Mapping[str, Mapping[str, Sequence[ResId]]]
) -> Mapping[str, ComponentProof]:
    named = {part.component for each in compared.values() for part in each.after.parts if part.component}
    return {component: _component(component, compared, members.get(component, {})) for component in sorted(named)}


def _component(
    component: str, compared: Mapping[str, _Compared], members: Mapping[str, Sequence[ResId]]
) -> ComponentProof:
    verdicts: dict[str, Verdict] = {}
    allowances: set[str] = set()
    resources = 0
    for name, each in sorted(compared.items()):
        owned = [part for part in each.after.parts if part.component == component]
        if not owned:
            continue
        ids = {resource.id for part in owned for resource in part.resources}
        touched = [found for found in each.proof.found if found.difference.resource in ids | set(members.get(name, ()))]
        reasons = [reason for res_id, reason in each.blamed if res_id in ids]
        reasons += [part.problem for part in owned if part.problem is not None]
        verdicts[name] = _verdict(touched, reasons) if each.comparable else Verdict.UNPROVED
        resources += len(ids)
        by_rule = [each.difference for each in touched if each.admitted and each.reason.startswith(_BY)]
        allowances |= {str(each.allowance) for each in by_rule}
    return ComponentProof(
        component=component,
        verdict=Verdict.worst(verdicts.values()),
        environments=verdicts,
        resources=resources,
        allowances=tuple(sorted(allowances)),
    )


def _charts(part: Part) -> Iterator[tuple[str, str]]:
    yield from part.inflated.items()
    if part.chart:
        yield part.chart, part.chart_digest


def _record(
    before: Mapping[str, Rendering], after: Mapping[str, Rendering], engines: Mapping[str, str], kube_version: str
) -> Record:
    old = [part for name in sorted(before) for part in before[name].parts]
    new = [part for name in sorted(after) for part in after[name].parts]
    releases = [part.context for part in new if part.context is not None]
    return Record(
        engines=dict(sorted(engines.items())),
        kube_version=kube_version,
        api_versions=tuple(sorted({version for each in releases for version in each.api_versions})),
        commands=tuple(dict.fromkeys(part.command for part in (*old, *new) if part.command)),
        left_out={root: held for each in (*before.values(), *after.values()) for root, held in each.left_out.items()},
        stand_ins=tuple(sorted({path for part in (*old, *new) for path in part.stand_ins})),
        charts=dict(sorted(pair for part in new for pair in _charts(part))),
        baseline={path: digest for part in old for path, digest in sorted(part.inputs.items())},
        inputs={path: digest for part in new for path, digest in sorted(part.inputs.items())},
    )
