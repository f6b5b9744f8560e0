"""What stays because a root is built without a base that cannot be had, and that base may have to do with it.

A base changes no object of another one, save by what kustomize carries from it through the whole build: the names of
its objects into what refers to them, its variables, and the places that it tells transformers of. And what stands in
the kustomizations around it is for its objects too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from migrator.compare.stored.walk import is_built_in
from migrator.graph.edges import Environment
from migrator.graph.named_objects import NamedObject, bound_objects, named_objects
from migrator.graph.texts import texts_of
from migrator.load import Kustomization, Selector
from migrator.render_roots import Build
from migrator.render_roots.remotes import shown_remote
from migrator.rewrite.kustomize.blockers import FOLLOWED, Blocker, is_renamed
from migrator.rewrite.kustomize.entries import Touch
from migrator.rewrite.kustomize.ownership import Placed
from migrator.rewrite.kustomize.repository_view import RepositoryView

_TRANSFORMING = (
    *("namespace", "namePrefix", "nameSuffix", "commonLabels", "labels", "commonAnnotations", "images", "replicas"),
)
_FOLLOWING = frozenset({"ConfigMap", "Secret", "Service", "ServiceAccount", "PersistentVolumeClaim"})
"""Kinds whose names kustomize writes into what refers to them, and that a base often makes under another name."""
_VARIABLE = re.compile(r"\$\(([A-Za-z_][\w.-]*)\)")
_PLAIN = re.compile(r"[\w.-]+")
_FILE = re.compile(r"\.(ya?ml|json)(\?[^/]*)?$")
_SELECTED = ("patches", "images")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Gap:
    """What one root is built without."""

    build: Build
    view: RepositoryView
    places: tuple[Kustomization, ...]
    """Kustomizations that hold it."""
    adds_more: bool
    """Whether it may be more than one manifest: then it may have names, variables and settings of its own."""
    namespaces: frozenset[str] | None = field(repr=False)
    """Those that its objects end up in; None where that is not known."""

    @property
    def shown(self) -> str:
        texts = self.build.left_out.texts
        return texts[0] + (f" and {len(texts) - 1} more" if len(texts) > 1 else "")

    def is_met(self, held: Kustomization) -> bool:
        """Whether what is left out passes through a kustomization."""
        files = self.view.scope(held)
        met = held.path in self.view.directories(self.build.root)
        return met and any(place.file in files for place in self.places)


def kept_for_left_out(held: Kustomization, touches: Sequence[Touch], view: RepositoryView) -> Sequence[Touch]:
    """The touches without those of entries that may be for something left out as well: they stay."""
    if not any(gap.is_met(held) for gap in _gaps(view)):
        return touches
    return tuple(each for each in touches if each.needs_one or _is_sure(each, held))


def blockers_of_left_out(objects: Sequence[Placed], view: RepositoryView) -> Iterator[Blocker]:
    """Why objects stay in roots that are built without something."""
    for gap in _gaps(view):
        here = [each for each in objects if each.root == gap.build.root]
        names = Environment([each.resource for each in here])
        around = [held for held in view.reached(gap.build.root) if gap.adds_more and gap.is_met(held)]
        around = [held for held in around if any(held.fields.get(key) for key in _TRANSFORMING)]
        for each in here:
            why = _why(each, gap, names, around) if each.is_adopted else ""
            if why:
                yield Blocker(
                    component=str(each.component),
                    reason=f"{gap.build.root} is built without {gap.shown}, and {why}",
                    span=None,
                    remedy="name a copy of what is remote with --remote URL=DIR, or `remotes` in migrate.yaml",
                    objects=(each,),
                )


def _why(each: Placed, gap: _Gap, names: Environment, around: Sequence[Kustomization]) -> str:
    if is_renamed(each, gap.view):
        return f"what that adds may refer to {each}, which kustomize renames"
    written = each.written
    is_moved = written is not None and written.namespace not in ("", each.resource.own_namespace)
    if is_moved and each.resource.gvk.kind in FOLLOWED:
        return f"what that adds may refer to {each}, which kustomize moves to another namespace"
    if (named := _unknown(each, gap, names)) is not None:
        return f"{each} names {named.kind} {named.name}, which that may add under another name"
    if not gap.adds_more:
        return ""
    if name := _variable(each):
        return f"{each} holds $({name}), which that may set"
    kind = each.resource.gvk
    if not is_built_in(kind) or kind.kind.endswith("WebhookConfiguration"):
        for held in around:
            if each.file is None or each.file in gap.view.scope(held):
                return f"{held.file} transforms {each}, where that may tell it what to change"
    return ""


def _unknown(each: Placed, gap: _Gap, names: Environment) -> NamedObject | None:
    """An object that it names and that is not there."""
    if not gap.adds_more and not gap.view.may_rename(gap.build.root):
        return None
    for named in (*named_objects(each.resource), *bound_objects(each.resource)):
        is_near = gap.namespaces is None or not named.namespace or named.namespace in gap.namespaces
        if named.kind not in _FOLLOWING or not is_near or (named.kind, named.name) == ("ServiceAccount", "default"):
            continue
        if not any(names.named(named.group, named.kind, named.namespace, named.name)):
            return named
    return None


def _variable(each: Placed) -> str:
    """A variable that none of the object's own containers sets."""
    found = {name for _, text in texts_of(each.resource.body) for name in _VARIABLE.findall(text)}
    if not found:
        return ""
    texts = texts_of(each.resource.body)
    own = {text for path, text in texts if path and path[-1] == "name" and "env" in path}
    return min(found - own, default="")


def _is_sure(touch: Touch, held: Kustomization) -> bool:
    """Whether an entry can mean nothing but what it touches."""
    if touch.entry.field not in _SELECTED:
        return True
    targets = {patch.index: patch.target for patch in held.patches if patch.field == touch.entry.field}
    target = targets.get(touch.entry.index) or Selector()
    return all(_PLAIN.fullmatch(text) for text in (target.kind, target.name))


def _gaps(view: RepositoryView) -> tuple[_Gap, ...]:
    return view.once("left out", lambda: tuple(_gap(build, view) for build in view.builds if build.left_out))


def _gap(build: Build, view: RepositoryView) -> _Gap:
    left_out = build.left_out
    places = [held for held in view.reached(build.root) if held.path in left_out.folders or _remotes(held, build)]
    bases = (text for held in places for text in _remotes(held, build) if not _FILE.search(text))
    return _Gap(
        build=build,
        view=view,
        places=tuple(places),
        adds_more=bool(left_out.folders) or any(bases),
        namespaces=_namespaces(build, view),
    )


def _remotes(held: Kustomization, build: Build) -> list[str]:
    shown = (shown_remote(each.text) for each in held.references if each.remote)
    return [text for text in shown if text in build.left_out.remotes]


def _namespaces(build: Build, view: RepositoryView) -> frozenset[str] | None:
    """The namespaces that kustomizations give to everything that is left out: the outermost of each way."""
    for each in view.reached(build.root):
        # a component works on what others have gathered
        if each.fields.get("transformers") or (each.kind == "Component" and each.fields.get("namespace")):
            return None
    found: set[str] = set()
    pending, seen = [(build.root, "")], set()
    while pending:
        path, outer = pending.pop()
        held = view.kustomizations.by_path.get(path)
        if held is None or (path, outer) in seen:
            continue
        seen.add((path, outer))
        namespace = outer or str(held.fields.get("namespace") or "")
        if path in build.left_out.folders or _remotes(held, build):
            found.add(namespace)
        pending += [(folder, namespace) for folder in view.kustomizations.includes(path)]
    return None if "" in found else frozenset(found)
