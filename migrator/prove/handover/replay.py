"""The commits of a change of hands -> whether playing them harms what is live."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from migrator.diagnostics import Diagnostics
from migrator.gitops.controllers.cluster import What
from migrator.gitops.controllers.world import Body, History
from migrator.gitops.deployer import Deployer, Tool
from migrator.gitops.play.play import violations
from migrator.gitops.play.refusal import refusals
from migrator.gitops.play.violations import Violation
from migrator.model import Difference, DifferenceKind, Impact, ResId, SourceSpan
from migrator.prove.handover.commit import Commit
from migrator.prove.handover.renders import Renders
from migrator.prove.render import RenderContext
from migrator.prove.types import Proof

_ORDERS, _TROUBLED = 2, 1
"""So many orders, and each mishap in so many of them: what shows a planted trap, in a second or two."""


def replay(
    commits: Sequence[Commit], context: RenderContext, proof: Proof, *, finish: int = 0, written: int = 1
) -> Diagnostics:
    """MIG668 for each harm that the commits do to live objects; the last `finish` of them give up the way back.

    What the first commit does to live objects already, what the first `written` do, and what the proof admits by name,
    is no harm of theirs. Neither is that an install or upgrade may fail which changes what the proof names: the object
    stays as it was, the HelmRelease says so, and nobody goes on before it is ready (fact F13).
    """
    own = frozenset().union(*(each.own for each in commits))
    meant = _named(each.difference for held in proof.environments.values() for each in held.found)
    found: list[Violation] = []
    for environments, cluster in _worlds(commits):
        renders = Renders(commits=commits, context=context, environments=environments, own=own)
        history = replace(_history(commits, environments, cluster, renders, proof), finish=finish)
        harm = violations(history, count=_ORDERS, troubled=_TROUBLED)
        known = {each.object for each in violations(_standing(history), count=1, troubled=0)} if harm else set()
        news = [each for each in harm if each.object not in known and not _is_failed_change(each, meant)]
        done = violations(_until(history, written), count=_ORDERS, troubled=_TROUBLED) if news and written > 1 else ()
        found += (each for each in news if not any(_is_same(each, one) for one in done))
    return refusals(_together(found), lambda each: _place(each, commits))


def _together(found: Sequence[Violation]) -> Sequence[Violation]:
    """The same that one deployer does to several objects once, with the shortest steps that lead there."""
    kinds: dict[object, list[Violation]] = {}
    for each in found:
        kinds.setdefault((each.what, each.rule, each.deployer, each.is_way_back), []).append(each)
    told = []
    for held in kinds.values():
        first = min(held, key=lambda each: len(each.steps))
        more = (other for each in held for other in (each.object, *each.others) if other != first.object)
        told.append(replace(first, others=tuple(dict.fromkeys(more))))
    return told


def _worlds(commits: Sequence[Commit]) -> Iterator[tuple[frozenset[str], str]]:
    """The environments that are looked at together, once for each of several clusters that have the same ones."""
    for environments in _clusters(commits):
        names: set[str] = set()
        for commit in commits:
            tops = [each for each in commit.tops if each.tool is Tool.FLUX and _reached(commit, each) & environments]
            count = Counter(each.id for each in tops)
            names |= {each.cluster for each in tops if count[each.id] > 1}
        yield from ((environments, name) for name in sorted(names) or [""])


def _clusters(commits: Sequence[Commit]) -> Sequence[frozenset[str]]:
    """The environments that one world has to hold, as one object that nothing delivers deploys to all of them."""
    groups: list[frozenset[str]] = []
    for reached in (reached for commit in commits for reached in _reached_by_each(commit)):
        together = [each for each in groups if each & reached]
        groups = [*(each for each in groups if not each & reached), reached.union(*together)]
    return sorted(groups, key=sorted)


def _reached_by_each(commit: Commit) -> Iterator[frozenset[str]]:
    """The environments of each object that nothing delivers: those of all Applications where it is a set of them."""
    found: dict[int, frozenset[str]] = {}
    for top in commit.tops:
        at = id(commit.body_of(top))
        found[at] = found.get(at, frozenset()) | _reached(commit, top)
    yield from found.values()


def _reached(commit: Commit, top: Deployer) -> frozenset[str]:
    beneath = [each for each in commit.beneath(top) if each.id != top.id]
    return frozenset(each.environment for each in beneath or [top])


def _history(
    commits: Sequence[Commit], environments: frozenset[str], cluster: str, renders: Renders, proof: Proof
) -> History:
    by_hand = [tuple(_by_hand(each, environments, cluster)) for each in commits]
    delivered = [_delivered(each) for each in commits]
    found = [each for name in environments if name in proof.environments for each in proof.environments[name].found]
    is_by_label = any(each.tracking == "label" for commit in commits for each in commit.deployers)
    return History(
        commits=[each.name for each in commits],
        render=renders,
        by_hand=lambda at: by_hand[at],
        delivered=lambda at: delivered[at],
        label_tracking=is_by_label,
        restarts=_named(each.difference for each in found if each.difference.impact >= Impact.ROLLOUT),
        gates=frozenset(range(1, len(commits))) if _needs_gates(commits) else frozenset(),
        leaving=_named(
            each.difference
            for each in found
            if each.difference.impact >= Impact.RECREATE
            or (each.difference.kind is DifferenceKind.REMOVED and not each.difference.path)
        )
        | _gone(commits, environments),
    )


def _gone(commits: Sequence[Commit], environments: frozenset[str]) -> frozenset[ResId]:
    """What deployed folders at first and is no more at last; what becomes of its objects is for the play to say."""
    there = {(each.id, each.environment) for each in commits[-1].deployers}
    return frozenset(
        one
        for each in commits[0].deployers
        if each.environment in environments and (each.id, each.environment) not in there
        if all(source.here and source.path and source.helm is None for source in each.sources)
        for one in (each.id, each.made_by)
        if one is not None
    )


def _needs_gates(commits: Sequence[Commit]) -> bool:
    """Whether an owner of what moves has no parent that could protect it: each stage has to be seen before the next."""
    handover = commits[-1].lock.handover
    owners = {(each.kind, each.name) for each in handover.owners} if handover is not None else set()
    return any((each.id.kind, each.id.name) in owners and each.delivered_by == each.id for each in commits[0].deployers)


def _by_hand(commit: Commit, environments: frozenset[str], cluster: str) -> Iterator[Body]:
    """What nothing delivers, of a cluster where several have it; a set that generates several Applications once."""
    bodies: list[Mapping[str, object]] = []
    ours = {each.id for each in commit.tops if each.cluster == cluster}
    for top in commit.tops:
        if cluster and top.tool is Tool.FLUX and top.id in ours and top.cluster != cluster:
            continue
        body = commit.body_of(top)
        if _reached(commit, top) & environments and not any(each is body for each in bodies):
            bodies.append(body)
            yield body


def _delivered(commit: Commit) -> frozenset[ResId]:
    return frozenset(each.made_by or each.id for each in commit.deployers) - {each.id for each in commit.tops}


def _named(differences: Iterable[Difference]) -> frozenset[ResId]:
    """Their objects, under both names of one that is called otherwise after."""
    found = list(differences)
    return frozenset(each.resource for each in found) | frozenset(
        each.counterpart for each in found if each.counterpart is not None
    )


def _place(found: Violation, commits: Sequence[Commit]) -> SourceSpan | None:
    """Where the deployer stands, last; where none is to blame, one of before that is gone or reads something else."""
    if found.deployer is not None:
        wanted = found.deployer.id
        every = (one for each in commits for one in each.deployers if wanted in (one.id, one.made_by))
        return [None, *(one.span for one in every if one.span is not None)][-1]
    now = {each.id: each for each in commits[-1].deployers}
    for each in (*commits[-2].deployers, *commits[0].deployers):
        after = now.get(each.id)
        if after is None or after.sources != each.sources:
            return (after or each).span
    return None


def _is_failed_change(found: Violation, meant: Collection[ResId]) -> bool:
    is_one = found.what is What.STUCK and found.rule == "F13"
    return is_one and all(each.id in meant for each in (found.object, *found.others))


def _is_same(found: Violation, other: Violation) -> bool:
    """Whether the same happens to the same object, whoever does it."""
    return found.what is other.what and found.object in {other.object, *other.others}


def _until(history: History, count: int) -> History:
    """The first commits alone."""
    return replace(history, commits=history.commits[:count], finish=0, gates=history.gates & frozenset(range(count)))


def _standing(history: History) -> History:
    """The first commit, and the same once more: what happens without any change."""
    return replace(
        history,
        commits=[history.commits[0]] * 2,
        render=lambda body, _: history.render(body, 0),
        by_hand=lambda _: history.by_hand(0),
        delivered=lambda _: history.delivered(0),
        finish=0,
    )
