"""The division of every monolith: which of its parts move apart, and why others stay together.

The caller renders what comes out: only a division that renders the same objects, part by part, is written.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from migrator.diagnostics import Diagnostic, Diagnostics, MigrateError, Severity
from migrator.graph import Node, ResourceGraph
from migrator.load import Kustomization
from migrator.model import RepoPath, SourceSpan
from migrator.plan import Plan
from migrator.render_roots import BUILD_METADATA
from migrator.rewrite.kustomize.ownership import place_object
from migrator.rewrite.kustomize.repository_view import RepositoryView
from migrator.rewrite.layout import Layout
from migrator.rewrite.overlays.atoms import atom_of, clusters, only_lists
from migrator.rewrite.overlays.binding import tie_all
from migrator.rewrite.overlays.files import Writing
from migrator.rewrite.overlays.folders import unit_folder
from migrator.rewrite.overlays.grouping import own_name, units_of
from migrator.rewrite.overlays.kept_together import Ties
from migrator.rewrite.overlays.shares import Shares
from migrator.rewrite.overlays.types import Cluster, Division, NotDivided, Part, Scene, Tie, Unit

_SHOWN = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What is known not to be divisible before it is tried."""

    tied: tuple[Tie, ...] = ()
    """Units that rendering has shown to belong together."""
    whole: Mapping[RepoPath, str] = field(default_factory=dict)
    """Roots that it has shown not to be divisible, and why."""
    staying: frozenset[RepoPath] = frozenset()
    """Roots that others name by their path."""
    named: frozenset[RepoPath] = frozenset()
    """Roots that the team gives an environment."""


def divide(
    view: RepositoryView, graph: ResourceGraph, plan: Plan, layout: Layout, limits: Limits
) -> tuple[tuple[Division, ...], Diagnostics]:
    """How each group of roots that share kustomizations is divided; nothing where a layout does not divide.

    Diagnostics say what stays together (MIG640) or whole (MIG641), and why.
    """
    found: list[Division] = []
    notes: list[Diagnostic] = []
    every = clusters(view) if layout.application else ()
    for cluster in every:
        is_all = len(every) == 1 or limits.named.issuperset(cluster.roots)
        if not (is_all or _names_nothing(cluster, layout)) or not _is_monolith(cluster, view):
            continue
        objects = tuple(place_object(build, each, view) for build in cluster.builds for each in build.resources)
        taken = frozenset(path for division in found for path in division.roots.values())
        wanted = frozenset(edit.path for division in found for edit in division.edits)
        scene = Scene(cluster=cluster, objects=objects, graph=graph, view=view)
        try:
            _check(cluster, limits)
            division = _apart(scene, plan, layout, replace(limits, staying=limits.staying | taken), wanted)
        except NotDivided as why:
            notes.append(_kept_whole(cluster, str(why)))
        except MigrateError as error:
            notes.append(_kept_whole(cluster, error.diagnostic.summary))
        else:
            notes += _told(division)
            found += [division] if division.edits else []
    return tuple(found), tuple(dict.fromkeys(notes))


def _names_nothing(cluster: Cluster, layout: Layout) -> bool:
    """Whether the paths of roots name environments and nothing else; what they name besides is one thing already."""
    common = layout.grouping.common_folders | {build.environment for build in cluster.builds} | {"."}
    return all(part in common or part.lower() in common for root in cluster.roots for part in root.split("/"))


def _is_monolith(cluster: Cluster, view: RepositoryView) -> bool:
    """Whether roots are overlays over something, and more than lists of parts that share nothing with each other."""
    includes = view.kustomizations.includes
    held = {each.path: each for each in cluster.held}
    are_lists = all(root in held and only_lists(held[root]) and _lists_parts(root, view) for root in cluster.roots)
    return all(includes(root) for root in cluster.roots) and not are_lists


def _lists_parts(root: RepoPath, view: RepositoryView) -> bool:
    met: set[RepoPath] = set()
    parts = view.kustomizations.includes(root)
    for part in parts:
        folders = {each.path for held in view.directories(part) if (each := _base(held, view)) is not None}
        if folders & met:
            return False
        met |= folders
    return len(parts) > 1


def _base(path: RepoPath, view: RepositoryView) -> Kustomization | None:
    held = view.kustomizations.by_path.get(path)
    return held if held is not None and held.kind != "Component" else None


def _check(cluster: Cluster, limits: Limits) -> None:
    for build in cluster.builds:
        if not build.is_built:
            raise NotDivided(f"{build.root} does not build")
        if build.left_out:
            raise NotDivided(f"{build.root} is built without {build.left_out.texts[0]}, which cannot be had")
        if build.root in limits.whole:
            raise NotDivided(limits.whole[build.root])
    for held in cluster.held:
        words = held.fields.get("buildMetadata")
        telling = [word for word in words if word in BUILD_METADATA.values()] if isinstance(words, list) else []
        if held.path in cluster.roots and telling:
            raise NotDivided(f"buildMetadata in {held.file} writes the paths of files into every object ({telling[0]})")


def _apart(scene: Scene, plan: Plan, layout: Layout, limits: Limits, wanted: frozenset[RepoPath]) -> Division:
    """The division, with units named after the cluster too where other overlays have some of the same name."""
    division = _divided(scene, plan, layout, limits)
    if not any(edit.path in wanted for edit in division.edits):
        return division
    own = own_name(scene.cluster, layout.grouping)
    division = _divided(scene, plan, layout, limits, own, wanted) if own else division
    twice = sorted(edit.path for edit in division.edits if edit.path in wanted)
    if twice:
        raise NotDivided(f"{twice[0]} is wanted for other overlays as well")
    return division


def _divided(  # noqa: PLR0917 - what the steps before have found
    scene: Scene,
    plan: Plan,
    layout: Layout,
    limits: Limits,
    own: str = "",
    wanted: frozenset[RepoPath] = frozenset(),
) -> Division:
    cluster = scene.cluster
    names, units = units_of(scene, plan, layout.grouping)
    ties = Ties(units)
    tie_all(ties, scene, names)
    for each in limits.tied:
        if each.names <= units.keys():
            ties.tie(each.names, each.reason)
    groups = ties.groups()
    used = dict.fromkeys(groups[name] for name in names.values())
    joined = {group: _joined([units[name] for name in group]) for group in used}
    if sum(unit.part is not Part.PLATFORM for unit in joined.values()) < 2:
        if ties.told:
            raise NotDivided(f"all of it belongs together: {ties.told[0].reason}")
        return Division(cluster=cluster, edits=(), roots={}, parts={}, names={})
    if own:
        joined = {group: _renamed(unit, own, layout, wanted) for group, unit in joined.items()}
    final = {atom: joined[groups[name]].name for atom, name in names.items()}
    writing = Writing(cluster, Shares(cluster, scene.objects, final, scene.view), layout, scene.view)
    roots = _new_roots(cluster, layout, limits.staying)
    edits = writing.edits(sorted(joined.values(), key=lambda unit: unit.name), roots)
    nodes = {Node(each.environment, each.resource.id): names[atom_of(each, scene.view)] for each in scene.objects}
    folders = {name: unit_folder(joined[groups[name]], layout) for name in units if groups[name] in joined}
    return Division(
        cluster=cluster,
        edits=edits,
        roots=roots,
        parts=writing.parts,
        names=nodes,
        ties=ties.told,
        folders=folders,
        lost=writing.lost(),
    )


def _renamed(unit: Unit, own: str, layout: Layout, wanted: frozenset[RepoPath]) -> Unit:
    folder = unit_folder(unit, layout)
    is_wanted = any(path.startswith(f"{folder}/") for path in wanted)
    return replace(unit, name=f"{unit.name}-{own}") if is_wanted else unit


def _joined(units: Sequence[Unit]) -> Unit:
    """One unit of several, named after them."""
    if len(units) == 1:
        return units[0]
    parts = {unit.part for unit in units}
    name = "-".join(unit.name for unit in units)
    if len(name) > 40:
        name = f"{units[0].name}-and-{len(units) - 1}-more"
    applications = [unit for unit in units if unit.part is Part.APPLICATION]
    groups = sorted({unit.group for unit in applications or units})
    return Unit(name=name, part=parts.pop() if len(parts) == 1 else Part.APPLICATION, group=groups[0])


def _new_roots(cluster: Cluster, layout: Layout, staying: frozenset[RepoPath]) -> Mapping[RepoPath, RepoPath]:
    """Old root -> the folder of the list that stands for it; where it is if something names it by its path."""
    found: dict[RepoPath, RepoPath] = {}
    for root, environment in sorted(cluster.roots.items()):
        place = layout.environment_folder(environment, root)
        free = root not in staying and place not in staying and place not in found.values()
        found[root] = place if free else root
    return found


def _told(division: Division) -> Iterator[Diagnostic]:
    """One diagnostic for each unit that is several: its names, its folder, and each reason."""
    together: dict[RepoPath, list[Tie]] = defaultdict(list)
    for tie in division.ties:
        together[division.folders[min(tie.names)]].append(tie)
    for folder, ties in sorted(together.items()):
        names = sorted(frozenset[str]().union(*(tie.names for tie in ties)))
        reasons = list(dict.fromkeys(tie.reason for tie in ties))
        more = f" (and {len(reasons) - _SHOWN} more)" if len(reasons) > _SHOWN else ""
        yield Diagnostic(
            code="MIG640",
            severity=Severity.WARNING,
            summary=f"{', '.join(names)} stay together in {folder}: {'; '.join(reasons[:_SHOWN])}{more}",
            remedy="name things so that nothing has to be kept in step, then plan again",
            evidence=tuple(reasons[_SHOWN:]),
        )
    if division.lost:
        yield Diagnostic(
            code="MIG613",
            severity=Severity.WARNING,
            summary=f"comments have no place in the divided tree: {', '.join(map(str, division.lost[:_SHOWN]))}",
            span=division.lost[0],
            remedy="copy what is worth to be kept",
            evidence=tuple(map(str, division.lost[_SHOWN:])),
        )


def _kept_whole(cluster: Cluster, reason: str) -> Diagnostic:
    roots = ", ".join(sorted(cluster.roots)[:_SHOWN])
    return Diagnostic(
        code="MIG641",
        severity=Severity.WARNING,
        summary=f"{roots} {'stays as it is' if len(cluster.roots) == 1 else 'stay as they are'}: {reason}",
        span=SourceSpan(path=min(cluster.roots)),
        remedy="take away what stands in the way, or leave them whole",
    )
