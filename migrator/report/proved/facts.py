"""What a proof says, in lines of a word and what it says; equal environments and equal differences once."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from migrator.model import Impact
from migrator.plan.groups import plural
from migrator.report.groups import in_words
from migrator.report.terminal import admitted_lines

if TYPE_CHECKING:
    from migrator.diagnostics import Diagnostics
    from migrator.prove import EnvironmentProof, Found, Proof


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A difference that nothing admits, with the environments that have it."""

    found: Found
    environments: tuple[str, ...]

    @property
    def line(self) -> str:
        """`prod: rollout   Deployment.apps/shop/api#/spec/replicas changed: why`."""
        return f"{', '.join(self.environments)}: {proof_line(self.found)}"


def headline(proof: Proof) -> str:
    """The verdict, how much was compared, and the highest impact, in one line."""
    every = proof.environments.values()
    impacts = [found.difference.impact for each in every for found in each.found]
    failing = sum(not each.verdict.holds for each in every)
    objects = plural(sum(each.after for each in every), "object")
    where = (
        f"{failing} of {plural(len(every), 'environment')} not proved" if failing else plural(len(every), "environment")
    )
    return f"Verdict: {proof.verdict}. {where}, {objects}; highest impact {max(impacts, default=Impact.NONE)}."


def facts(proof: Proof, *, following: bool = False) -> Iterator[tuple[str, str]]:
    """Environments by verdict, components by verdict, what is admitted and by whom; `following`: the next command."""
    by: dict[str, list[str]] = defaultdict(list)
    for name, each in sorted(proof.environments.items(), key=lambda entry: (-entry[1].verdict, entry[0])):
        by[str(each.verdict)].append(f"{name} {_objects(each)}")
    for verdict, names in by.items():
        yield verdict, f"{', '.join(names)} objects"
    components: dict[str, list[str]] = defaultdict(list)
    for name, component in sorted(proof.components.items(), key=lambda entry: (-entry[1].verdict, entry[0])):
        components[str(component.verdict)].append(name)
    if components:
        told = (f"{len(names)} {verdict} ({', '.join(names)})" for verdict, names in components.items())
        yield "components", "; ".join(told)
    yield "admitted", "; ".join(_admitted(proof)) or "no difference"
    alike: Counter[str] = Counter()
    for each in proof.environments.values():
        alike.update(each.equivalences)
    if alike:
        yield (
            "the same",
            f"to a cluster, written differently: {', '.join(f'{rule} {alike[rule]}' for rule in sorted(alike))}",
        )
    if following and any(not found.admitted for each in proof.environments.values() for found in each.found):
        yield "next", "undo what is listed, or record that it is meant: migrate apply --relock"


def refused(proof: Proof) -> list[Refused]:
    """What nothing admits, each once, the gravest first."""
    found: dict[tuple[object, ...], tuple[Found, list[str]]] = {}
    for name, each in sorted(proof.environments.items()):
        for one in each.found:
            if not one.admitted:
                key = (one.difference.id, one.difference.kind, one.difference.impact, one.reason, one.explanation)
                found.setdefault(key, (one, []))[1].append(name)
    every = (Refused(found=one, environments=tuple(names)) for one, names in found.values())
    return sorted(every, key=lambda each: (-each.found.difference.impact, each.found.difference.id, each.environments))


def reasons(proof: Proof) -> Diagnostics:
    """Why something is unproved, each reason once."""
    return tuple(dict.fromkeys(reason for _, each in sorted(proof.environments.items()) for reason in each.reasons))


def left_out(proof: Proof) -> list[str]:
    """What nothing is proved of, a line for each root."""
    return [f"{root} without {', '.join(held.texts)}" for root, held in sorted(proof.record.left_out.items())]


def proof_line(found: Found) -> str:
    """`rollout   Deployment.apps/shop/api#/spec/replicas changed: why it is refused`."""
    difference = found.difference
    widens = ", widens privileges" if difference.privilege else ""
    what = f"{difference.kind.value}{in_words(difference)}"
    return f"{difference.impact!s:<9} {difference.id} {what}{widens}: {found.reason}"


def admitted_of(found: Iterable[Found]) -> list[str]:
    """How many differences each allowance or decision admits."""
    return admitted_lines(each.difference.allowance or each.reason for each in found if each.admitted)


def _admitted(proof: Proof) -> Sequence[str]:
    return admitted_of(found for each in proof.environments.values() for found in each.found)


def _objects(each: EnvironmentProof) -> str:
    return str(each.after) if each.before == each.after else f"{each.before} -> {each.after}"
