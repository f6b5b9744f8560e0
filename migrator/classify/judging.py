"""Whether some nodes are an installation of a chart: what they show, whether the programs fit, what speaks against."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from migrator.classify.nodes import Node
from migrator.classify.readings import BARE, Readings
from migrator.classify.units import own_score
from migrator.signatures import Image, ImagePattern, NameMatch, Signature, left_after
from migrator.signatures.match import NAME_LABEL, NAMED_AFTER
from migrator.signatures.types import Evidence

LEAST_FIT = 0.25
_PROGRAM = 2
_SHOWN = 0.1
_RELEASED = frozenset({"release-url", "release-manifest"})


class Judge:
    """Judges nodes against signatures."""

    def __init__(self, readings: Readings) -> None:
        self._readings = readings
        self._nodes = readings.nodes
        self._index = readings.index
        self._labels = [_name_label(node) for node in readings.nodes]
        self._principal = [_principal(one) for one in readings.index.signatures]

    def own(self, members: Iterable[int], signature: int, *, is_named: bool = False) -> tuple[float, bool]:
        """The score of what the members show, and whether that is enough to judge by, see `own_score`."""
        runs = bool(self._index.signatures[signature].images)
        return own_score(self._nodes, members, signature, is_named=is_named, runs=runs)

    def pattern_weight(self, members: Iterable[int], signature: int) -> float:
        """How telling the best of the members' names is."""
        return max((self._readings.pattern_weight(number, signature) for number in members), default=0.0)

    def left(self, members: Iterable[int], signature: int, names: frozenset[str]) -> float:
        """The share of a score that what speaks against the chart leaves, see `against`."""
        return left_after(self.against(members, signature, names))

    def against(self, members: Iterable[int], signature: int, names: frozenset[str]) -> tuple[Evidence, ...]:
        """What speaks against a chart: name labels that neither it nor a subchart writes, nor hold one of the names.

        A project's own manifests may label in another way than its chart: they define its resources and run its image.
        """
        labelled = [number for number in sorted(members) if self._labels[number][1]]
        foreign = [number for number in labelled if self._is_foreign_label(number, signature, names)]
        if not foreign or self._is_its_project(members, signature):
            return self._versioned(members, signature)
        key, value = self._labels[foreign[0]]
        weight = self._index.weights.foreign_label * len(foreign) / len(labelled)
        detail = f"{key}={value} on {len(foreign)} of {len(labelled)} objects is not a label of the chart"
        return (Evidence(kind="label", detail=detail, weight=round(weight, 4), resource=self._nodes[foreign[0]].id),)

    def _is_its_project(self, members: Iterable[int], signature: int) -> bool:
        """Whether custom resources that the chart defines are defined among the members, and its program runs there."""
        held = tuple(members)
        wanted = self._index.signatures[signature]
        main = [image.repository for image in wanted.images if image.weight >= 1]
        defines = any(self._nodes[number].shown.crd in wanted.crds for number in held if self._nodes[number].shown.crd)
        workloads = [number for number in held if self._nodes[number].is_workload]
        return defines and any(self._runs(number, repository) for number in workloads for repository in main)

    def _versioned(self, members: Iterable[int], signature: int) -> tuple[Evidence, ...]:
        """A generic chart has no app version of its own to label objects with."""
        one = self._index.signatures[signature]
        stated = next((number for number in sorted(members) if self._nodes[number].shown.version), None)
        if stated is None or not one.is_generic or one.version_label:
            return ()
        detail = f"app.kubernetes.io/version={self._nodes[stated].shown.version} is not a label of the chart"
        weight = self._index.weights.foreign_label
        return (Evidence(kind="label", detail=detail, weight=weight, resource=self._nodes[stated].id),)

    def _is_foreign_label(self, number: int, signature: int, names: frozenset[str]) -> bool:
        """The object is labelled with a name that the chart does not give."""
        key, value = self._labels[number]
        if not value or value in names:
            return False
        family = self._readings.families[signature]
        stated = {one for at in family for one in self._index.signatures[at].labels.get(key, ())}
        if not stated and key != NAME_LABEL:
            return False
        return value not in stated and all(value != self._index.signatures[at].chart for at in family)

    def fit(self, members: Iterable[int], signature: int, fullnames: frozenset[str]) -> float:
        """How much the workloads are those of the chart, 0 to 1: those it always makes found, those found its own."""
        told = self._index.signatures[signature]
        if told.is_generic:
            return 1.0
        workloads = [number for number in members if self._nodes[number].is_workload]
        named = {number: list(self._matches(number, signature, fullnames)) for number in workloads}
        explained = sum(bool(held) for held in named.values()) / len(workloads) if workloads else 0.0
        wanted = {one.name for one in told.objects if one.core}
        principal = [number for number in workloads if self._runs_principal(number, signature)]
        if not wanted:
            return explained if workloads and not principal else 1.0
        core = len(wanted & {match.pattern for held in named.values() for match in held if match.is_core}) / len(wanted)
        if core or (explained and principal):
            return max(core, explained if principal else 0.0, LEAST_FIT)
        return LEAST_FIT if self._is_by_hand(members, signature, workloads, principal) else 0.0

    def are_guests(self, members: Iterable[int], signature: int) -> bool:
        """Whether all that shows the chart is beside something else, see `is_guest`."""
        shown = [number for number in members if self._nodes[number].strength.get(signature, 0.0) >= _SHOWN]
        return bool(shown) and all(self.is_guest(number, signature) for number in shown)

    def is_guest(self, number: int, signature: int) -> bool:
        """The chart's image is one beside what the object is about: a sidecar, a field of a custom resource."""
        node = self._nodes[number]
        known = {fact.detail.partition(" ")[0] for fact in node.evidence.get(signature, ()) if fact.kind == "image"}
        if not known or not node.is_workload:
            return bool(known)
        own = [image.repository in known for image in node.shown.images]
        return not own[0] and sum(own) * 2 <= len(own)

    def _is_by_hand(
        self, members: Iterable[int], signature: int, workloads: Sequence[int], principal: Sequence[int]
    ) -> bool:
        """The program without its chart: from its project's release, each part once, or alone and called after it."""
        facts = (fact for number in members for fact in self._nodes[number].evidence.get(signature, ()))
        if any(fact.kind in _RELEASED for fact in facts):
            return True
        main = {image.repository for image in self._index.signatures[signature].images if image.weight >= 1}
        run = [one for number in workloads for one in main if self._runs(number, one)]
        if len(workloads) > 1:
            return len(run) == len(set(run)) == len(workloads)
        wanted = [one for one in self._index.signatures[signature].objects if one.core]
        return bool(principal) and len(wanted) <= _PROGRAM and self._is_called(principal[0], signature)

    def _matches(self, number: int, signature: int, fullnames: frozenset[str]) -> Iterator[NameMatch]:
        """The patterns that give the object its name under one of the full names.

        A bare full name that has the chart's name between other words is rather a part of something.
        """
        chart = self._index.signatures[signature].chart
        for match in self._readings.names(number, signature):
            is_part = match.pattern in BARE and f"-{chart}-" in match.fullname
            if match.fullname in fullnames and not is_part:
                yield match

    def _runs(self, number: int, repository: str) -> bool:
        shown = (f"/{image.repository}" for image in self._nodes[number].shown.images)
        return any(one.endswith(f"/{repository}") for one in shown)

    def _runs_principal(self, number: int, signature: int) -> bool:
        """The workload runs what the chart exists for, whoever built it: the app version's image, else the only one."""
        return not self._principal[signature].isdisjoint(map(_last_word, self._nodes[number].shown.images))

    def _is_called(self, number: int, signature: int) -> bool:
        """The object's name ends with that of the chart or of its image."""
        node = self._nodes[number]
        words = (self._index.signatures[signature].chart, *(i.repository.rpartition("/")[2] for i in node.shown.images))
        return any(f"-{node.id.name}".endswith(f"-{word}") for word in words)


def factor(fit: float) -> float:
    """What is left of the evidence for a chart when its workloads are, or are not, those found."""
    return 0.6 + 0.4 * fit if fit else 0.5


def _principal(signature: Signature) -> frozenset[str]:
    main = [image for image in signature.images if image.weight >= 1]
    held = [image for image in main if image.is_app_version] or (main if len(main) == 1 else [])
    return frozenset(map(_last_word, held))


def _last_word(image: Image | ImagePattern) -> str:
    return image.repository.rpartition("/")[2]


def _name_label(node: Node) -> tuple[str, str]:
    """The label that most charts write their name into, and the name; the older one where that is missing."""
    held = dict(node.shown.labels)
    key = next((key for key in NAMED_AFTER if held.get(key)), "")
    return key, held.get(key, "")
