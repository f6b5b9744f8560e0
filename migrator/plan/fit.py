"""What a chart renders for one environment, set against everything that the environment has."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from migrator.compare import ALL, Equivalences, compare, is_hook, is_namespaced
from migrator.compare.scopes import Scopes, scopes_of
from migrator.compare.without_hashes import bare_name
from migrator.inference.shared_metadata import SharedMetadata, shared_metadata
from migrator.inference.types import Inference
from migrator.model import Difference, DifferenceKind, Json, RepoPath, ResId, Resource
from migrator.plan.reasons import listed
from migrator.signatures.features import WORKLOADS
from migrator.yamlio import digest

_LEAST_SHARE = 0.5
"""Of a component's objects that its chart must render; with fewer it is probably the wrong chart."""
_SHELLS = frozenset({"sh", "bash", "ash", "env", "tini", "dumb-init"})
"""What starts any program: it tells nothing by itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """One environment of a component."""

    environment: str
    targets: Mapping[ResId, Resource]
    """The objects that the release takes over, as Kustomize renders them."""
    rendered: Mapping[ResId, Resource]
    """What the chart renders, by the identity that it has in the cluster."""
    differences: tuple[Difference, ...]
    companions: tuple[ResId, ...]
    """Objects of the component that stay in Kustomize."""
    left_out: tuple[ResId, ...] = ()
    """The companions that are the chart's own, but that options or values keep out of the release."""
    hooks: frozenset[ResId] = frozenset()
    """Objects that are hooks where they are, tests among them: no measure of what the chart renders."""
    taken: frozenset[ResId] = frozenset()
    """Rendered objects that somebody else owns: they must not come from this release."""
    shared: SharedMetadata | None = None
    """What the objects are given after the chart has rendered them; `differences` are those that are left then."""
    there: Present | None = None
    """All that the environment has."""
    namespace: str = ""
    """That of the release."""
    twice: tuple[ResId, ...] = ()
    """What the chart renders more than once, and not alike."""
    leaving: tuple[Difference, ...] = ()
    """Objects of the component that the chart may make under another name, each as it would go."""
    renamed: Mapping[ResId, ResId] = field(default_factory=dict)
    """Target that goes -> the rendered object that comes in its place, where that is accepted."""
    kept: Mapping[ResId, Resource] = field(default_factory=dict)
    """Target whose name a patch gives back -> what the chart prints of it; `rendered` has it under that name."""
    undone: tuple[Difference, ...] = ()
    """What these patches take back: each target as it would go."""

    @property
    def manifold(self) -> frozenset[ResId]:
        """The targets that roots of the environment render with different content."""
        return frozenset(self.targets.keys() & self.there.manifold) if self.there is not None else frozenset()

    def left(self, names: Collection[ResId]) -> frozenset[ResId]:
        """The targets that no release may take: those that Kustomize calls one of the names, and the manifold ones."""
        return self.manifold | {key for key, resource in self.targets.items() if resource.id in names}

    def differing(self, before: Iterable[Resource], after: Iterable[Resource]) -> tuple[Difference, ...]:
        """What differs between objects and what the chart makes of them."""
        there = self.there or Present(objects=self.targets, scopes={})
        return there.differing(before, after, self.namespace)


@dataclass(frozen=True, slots=True, kw_only=True)
class Present:
    """Everything that an environment has before, by the identity that it has in the cluster."""

    objects: Mapping[ResId, Resource]
    scopes: Scopes
    manifold: frozenset[ResId] = frozenset()
    """What several roots render, and not alike: which form reaches the cluster is chance."""
    rules: Equivalences = ALL
    """By which two ways of writing are the same."""

    def differing(
        self, before: Iterable[Resource], after: Iterable[Resource], release_namespace: str
    ) -> tuple[Difference, ...]:
        """What differs between objects and what a chart makes of them, judged by all that the environment has."""
        beside = tuple(self.objects.values())
        return compare(
            tuple(before), tuple(after), release_namespace=release_namespace, rules=self.rules, beside=beside
        )

    def identity(self, resource: Resource, release_namespace: str = "") -> ResId:
        """Which object of the cluster it is, by the rule of `compare`: charts often leave the namespace out."""
        if not is_namespaced(resource, self.scopes):
            return replace(resource.id, namespace="")
        if resource.id.namespace or resource.id in self.objects:
            return resource.id
        return replace(resource.id, namespace=release_namespace)


def present(resources: Iterable[Resource], rules: Equivalences = ALL) -> Present:
    """The objects of an environment; the first one counts where several roots render the same."""
    found = tuple(resources)
    empty = Present(objects={}, scopes=scopes_of(found), rules=rules)
    objects: dict[ResId, Resource] = {}
    manifold: set[ResId] = set()
    for resource in found:
        key = empty.identity(resource)
        first = objects.setdefault(key, resource)
        if first is not resource and digest(first.body) != digest(resource.body):
            manifold.add(key)
    return replace(empty, objects=objects, manifold=frozenset(manifold))


def fit(
    environment: str, members: Collection[ResId], inference: Inference, there: Present, owners: Mapping[ResId, str]
) -> Fit:
    """How the chart's objects and the environment's meet.

    An object that the chart renders and the environment has, but that nobody was found to own, joins the component;
    one that another component owns (`owners`) is taken, and so is a Namespace, which must outlive any release (fact
    C4). What the chart does not render is a companion.
    """
    namespace = inference.context.within(environment).namespace
    made = [(there.identity(each, namespace), each) for each in inference.rendered.get(environment, ())]
    rendered, forms = dict(made), {(key, digest(each.body)) for key, each in made}
    spaces = {key for key in rendered if key in there.objects and (key.group, key.kind) == ("", "Namespace")}
    held = {key for key, resource in there.objects.items() if resource.id in members}
    own = held - spaces
    others = {key for key in rendered if key in there.objects and key not in own}
    taken = frozenset(key for key in others if key in spaces or there.objects[key].id in owners)
    joined = sorted(others - taken)
    staying = {key: there.objects[key] for key in held if key not in rendered or key in spaces}
    # a name whose hash stays means another object than the chart's
    hashed = {
        key for key in own if replace(key, name=bare_name(there.objects[key]) or key.name) in rendered.keys() - own
    }
    differences = there.differing(
        (there.objects[key] for key in sorted({*own, *joined} - hashed)),
        (rendered[key] for key in sorted(rendered.keys() - taken)),
        namespace,
    )
    gone = tuple(each for each in differences if not each.path and each.kind is DifferenceKind.REMOVED)
    on_purpose = frozenset(inference.left_out.get(environment, ()))
    return Fit(
        environment=environment,
        targets={key: there.objects[key] for key in sorted({*(own & rendered.keys()), *joined})},
        rendered=rendered,
        differences=tuple(each for each in differences if each not in gone),
        companions=tuple(sorted(each.id for each in staying.values())),
        left_out=tuple(
            sorted(
                each.id for each in staying.values() if on_purpose & {each.id, replace(each.id, namespace=namespace)}
            )
        ),
        hooks=frozenset(each.id for each in there.objects.values() if is_hook(each)),
        taken=taken,
        there=there,
        namespace=namespace,
        twice=tuple(sorted(key for key, count in Counter(key for key, _ in forms).items() if count > 1)),
        leaving=tuple(each for each in gone if each.counterpart is not None),
    )


def reconciled(fits: Mapping[str, Fit]) -> Mapping[str, Fit]:
    """The fits without objects that one environment keeps in Kustomize and another would take from the same text.

    A manifest serves all environments at once, so what has to stay in one of them stays in all. An environment that is
    left with nothing has no release.
    """
    staying = {
        (_file(resource), resource.id)
        for each in fits.values()
        for other in fits.values()
        for resource in other.targets.values()
        if resource.id in each.companions
    }
    left = {
        name: without(each, {key for key, held in each.targets.items() if (_file(held), held.id) in staying})
        for name, each in fits.items()
    }
    return {name: each for name, each in left.items() if each.targets or not fits[name].targets}


def without(each: Fit, stays: Collection[ResId]) -> Fit:
    """The fit of a release that leaves some of its targets to Kustomize."""
    gone = {*stays, *(new for old, new in each.renamed.items() if old in stays)}
    return replace(
        each,
        rendered={**each.rendered, **{key: printed for key, printed in each.kept.items() if key in stays}},
        targets={key: resource for key, resource in each.targets.items() if key not in stays},
        differences=tuple(difference for difference in each.differences if difference.resource not in gone),
        companions=tuple(sorted({*each.companions, *(each.targets[key].id for key in stays)})),
        taken=each.taken | frozenset(gone - each.renamed.keys()),
        renamed={old: new for old, new in each.renamed.items() if old not in stays},
        kept={key: printed for key, printed in each.kept.items() if key not in stays},
        undone=tuple(difference for difference in each.undone if difference.resource not in stays),
    )


def _file(resource: Resource) -> RepoPath | None:
    return resource.origin.path if resource.origin is not None else None


def lesser_part(each: Fit) -> str:
    """How little of the component the chart renders; empty where it is the greater part of what runs.

    Of a component that runs nothing all objects count. What else stays beside what runs is no doubt: volumes, rules and
    the like that a team has written itself.
    """
    made = tuple(resource.id for resource in each.targets.values() if resource.id not in each.hooks)
    stays = tuple(res_id for res_id in each.companions if res_id not in {*each.hooks, *each.left_out})
    met = {*each.targets, *each.renamed.values()}
    others = tuple(resource.id for key, resource in sorted(each.rendered.items()) if key not in met)
    what = "objects"
    if running := _running((*made, *stays)):
        made, stays, others, what = _running(made), _running(stays), _running(others), "workloads"
    count = len(running) or len(made) + len(stays)
    if made and len(made) >= _LEAST_SHARE * count:
        return ""
    return f"the chart renders only {len(made)} of the component's {count} {what}{_instead(stays, others)}"


def _instead(stays: Sequence[ResId], others: Sequence[ResId]) -> str:
    """What there is, and what the chart makes in its place."""
    has, makes = (listed([str(each) for each in found]) or "nothing else" for found in (stays, others))
    return f" (there is {has}; the chart makes {makes})"


def other_program(each: Fit, opened: Sequence[Difference]) -> str:
    """A workload in which the chart starts another program than there is, which only patches would undo."""
    patched = {difference.resource for difference in opened if "command" in difference.path}
    for key in sorted(patched & each.targets.keys()):
        resource = each.targets[key]
        has, makes = (_commands(held.body) for held in (resource, each.rendered.get(key, resource)))
        for name in sorted(has.keys() & makes.keys()):
            if has[name] != makes[name]:
                return f"the chart starts {makes[name]} in {key}, where {has[name]} is started"
    return ""


def _commands(body: Mapping[str, Json]) -> Mapping[str, str]:
    """Container -> the file name of the program that it is told to start; a container alone has no name."""
    spec: Json = body.get("spec") or {}
    for key in ("jobTemplate", "spec", "template", "spec"):
        spec = spec[key] if isinstance(spec, Mapping) and isinstance(spec.get(key), Mapping) else spec
    held = spec.get("containers") if isinstance(spec, Mapping) else None
    found = [one for one in held if isinstance(one, Mapping)] if isinstance(held, list) else []
    told = {
        str(one.get("name")) if len(found) > 1 else "": str(command[0]).rpartition("/")[2]
        for one in found
        if isinstance(command := one.get("command"), list) and command
    }
    return {name: program for name, program in told.items() if program not in _SHELLS}


def _running(found: Iterable[ResId]) -> tuple[ResId, ...]:
    return tuple(each for each in found if each.kind in WORKLOADS)


def shared_by(each: Fit, opened: Sequence[Difference]) -> SharedMetadata:
    """What all objects of an environment have and most of a few lack, of the differences that nothing admits."""
    met = [(each.targets[key], each.rendered[key]) for key in sorted(each.targets.keys() & each.rendered.keys())]
    return shared_metadata(met, [difference.path for difference in opened])


def with_shared(each: Fit, shared: SharedMetadata) -> Fit:
    """The fit of a release whose objects are given that after the chart has rendered them."""
    met = sorted(each.targets.keys() & each.rendered.keys())
    left = [difference for difference in each.differences if difference.resource not in met]
    made = [shared.applied(each.rendered[key]) for key in met]
    found = each.differing((each.targets[key] for key in met), made)
    return replace(each, differences=(*left, *found), shared=shared)
