"""What the objects of a GitOps tool in a migrated repository deploy, held against what was there before."""

from __future__ import annotations

import json
import posixpath
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import yaml
from emitted_objects import ArgoCd, Flux, built, documents, unmarked

from migrator.compare import compare
from migrator.compare.scopes import placed_in, scopes_of
from migrator.engines import EngineError
from migrator.lock import Lock, LockedDeployer
from migrator.model import Impact, RepoPath, Resource
from migrator.prove import RenderContext
from migrator.prove.render import render_release, render_root
from migrator.render_roots import WholeTree
from migrator.yamlio import canonical

_TOOLS = (".fluxcd.io", "argoproj.io")


@dataclass(frozen=True, slots=True, kw_only=True)
class Emitted:
    """A migrated repository, and the same before."""

    root: Path
    before: Path
    lock: Lock
    mirrors: Sequence[Path]
    context: RenderContext
    known: dict[tuple[str, LockedDeployer], Sequence[Resource]] = field(default_factory=dict)
    unbuilt: list[str] = field(default_factory=list)
    """Folders that kustomize alone cannot build."""

    @property
    def inflated(self) -> int:
        """How many objects deploy a release by a kustomization that inflates its chart."""
        return sum(bool(by.component and by.root) for _, by in self._objects())

    @property
    def releases(self) -> int:
        """How many objects deploy a release."""
        return sum(bool(by.component) for _, by in self._objects())

    def unlike(self) -> Iterator[str]:
        """What deploys something else than the proof renders for the lock, byte by byte."""
        for name, by in self._objects():
            if _bodies(self.deployed(name, by)) != _bodies(self._proved(name, by)):
                yield f"{name}: {by.kind} {by.name}"

    def changed(self) -> Iterator[str]:
        """What is more than metadata between the objects before and those that are deployed now.

        Objects of the tools themselves are no part of either.
        """
        for name, held in sorted(self.lock.environments.items()):
            old = [one for root in held.before for one in self._root(self.before, root)]
            new = [one for by in held.deployed_by for one in self._placed(self.deployed(name, by), name, by)]
            covered = {by.root for by in held.deployed_by if not by.component}
            for root in held.kustomize:
                if root not in covered and not covered.issuperset(_listed(self.root, root) or {root}):
                    new += self._root(self.root, root)
            for each in compare(*_apart(_of_no_tool(old), _of_no_tool(new))):
                if each.impact > Impact.METADATA:
                    yield f"{name}: {each.id}"

    def deployed(self, environment: str, by: LockedDeployer) -> Sequence[Resource]:
        """What one emitted object deploys, by its own words; a folder that kustomize alone cannot build as proved.

        The corpus lacks scripts, of which some are data of ConfigMaps, and remote bases.
        """
        if (environment, by) not in self.known:
            try:
                found = self._deployed(environment, by)
            except EngineError:
                if by.component:
                    raise
                self.unbuilt.append(f"{environment}: {by.root}")
                found = self._proved(environment, by)
            self.known[environment, by] = found
        return self.known[environment, by]

    def _deployed(self, environment: str, by: LockedDeployer) -> Sequence[Resource]:
        held = self.lock.environments[environment]
        apis: Mapping[str, Sequence[str]] = {each.context.release: each.context.api_versions for each in held.helm}
        named = (by.kind, by.name)
        body = next(
            each for each in documents(self.root / by.file) if (each["kind"], each["metadata"]["name"]) == named
        )
        if by.kind == "Application":
            argocd = ArgoCd(self.root, *self.mirrors)
            argocd.apis = apis
            return argocd.rendered(body)
        if by.kind == "Kustomization":
            return built(self.root, body["spec"]["path"])
        flux = Flux(self.root, self.mirrors, *sorted({posixpath.dirname(each.file) for each in held.deployed_by}))
        flux.apis = apis
        return [unmarked(each) for each in flux.release(body["spec"])]

    def _objects(self) -> Iterator[tuple[str, LockedDeployer]]:
        for name, held in sorted(self.lock.environments.items()):
            yield from ((name, by) for by in held.deployed_by)

    def _proved(self, environment: str, by: LockedDeployer) -> Sequence[Resource]:
        if by.root is not None and not by.component:
            return render_root(by.root, WholeTree(self.root), self.context).resources
        found = (each for each in self.lock.environments[environment].helm if each.component == by.component)
        return render_release(next(found), self.root, self.context).resources

    def _root(self, tree: Path, root: RepoPath) -> list[Resource]:
        """What kustomize prints for a folder; where something is not there that it reads, as it was proved without."""
        try:
            found: Sequence[Resource] = built(tree, root)
        except EngineError:
            found = render_root(root, WholeTree(tree), self.context).resources
        return _in_namespace(found, self.lock.namespaces.get(root, ""))

    def _placed(self, found: Sequence[Resource], environment: str, by: LockedDeployer) -> list[Resource]:
        held = self.lock.environments[environment]
        spaces = {each.component: each.context.namespace for each in held.helm}
        return _in_namespace(found, spaces.get(by.component) or self.lock.namespaces.get(by.root or RepoPath("."), ""))


def _in_namespace(found: Sequence[Resource], namespace: str) -> list[Resource]:
    scopes = scopes_of(found)
    return [placed_in(each, namespace, scopes) for each in found]


def _apart(old: Sequence[Resource], new: Sequence[Resource]) -> tuple[list[Resource], list[Resource]]:
    """What is on one side alone, each once: roots of one environment may hold an object in several forms."""
    before, after = ({_text(each): each for each in side} for side in (old, new))
    gone = [each for text, each in before.items() if text not in after]
    return gone, [each for text, each in after.items() if text not in before]


def _of_no_tool(found: Sequence[Resource]) -> list[Resource]:
    return [each for each in found if not each.gvk.group.endswith(_TOOLS)]


def _listed(tree: Path, root: RepoPath) -> set[RepoPath]:
    """The folders that a root lists."""
    names = yaml.safe_load((tree / root / "kustomization.yaml").read_text()).get("resources") or []
    paths = {RepoPath(posixpath.normpath(posixpath.join(root, each))) for each in names}
    return {each for each in paths if (tree / each).is_dir()}


def _bodies(found: Sequence[Resource]) -> Counter[str]:
    """The objects, of which the order does not count."""
    return Counter(map(_text, found))


def _text(resource: Resource) -> str:
    """The body; an empty map of annotations is none, as to a post-renderer."""
    body = json.loads(json.dumps(canonical(dict(resource.body)), sort_keys=True))
    if not body["metadata"].get("annotations", True):
        del body["metadata"]["annotations"]
    return json.dumps(body, sort_keys=True)
