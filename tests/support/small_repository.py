"""A small repository on disk, taken through discover, load and build by the real kustomize."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from migrator.charts.types import ChartRef
from migrator.diagnostics import Diagnostics
from migrator.discover import Config, Index, discover
from migrator.engines import Cache, find_kustomize, kustomize_build
from migrator.gitops.deployed import deployed_paths
from migrator.load import Kustomizations, load
from migrator.lock import Lock
from migrator.model import ReleaseContext, ResId, resource_of
from migrator.plan.types import ComponentPlan, Decision, EnvironmentPlan, Plan
from migrator.render_roots import Build, Renderer, build_all
from migrator.rewrite import FileEdit, RepositoryView, load_layout, rewrite, stage
from migrator.yamlio import Dialect, dump, read_documents

Adopt = Callable[[ResId], bool]


def manifest(kind: str, name: str, namespace: str = "", **more: object) -> str:
    """One object as a team would have written it."""
    version = {"Deployment": "apps/v1", "StatefulSet": "apps/v1"}.get(kind, "v1")
    metadata = {"name": name} | ({"namespace": namespace} if namespace else {})
    return dump({"apiVersion": version, "kind": kind, "metadata": metadata, **more})


def deployment(name: str, namespace: str = "", image: str = "nginx:1") -> str:
    containers = [{"name": "main", "image": image}]
    labels = {"app": name}
    template = {"metadata": {"labels": labels}, "spec": {"containers": containers}}
    spec = {"selector": {"matchLabels": labels}, "template": template}
    version = {"apiVersion": "apps/v1", "kind": "Deployment"}
    metadata = {"name": name} | ({"namespace": namespace} if namespace else {}) | {"labels": labels}
    return dump({**version, "metadata": metadata, "spec": spec})


@dataclass(frozen=True, slots=True, kw_only=True)
class Repository:
    """The repository as the steps before see it."""

    root: Path
    index: Index
    kustomizations: Kustomizations
    builds: tuple[Build, ...]

    @property
    def view(self) -> RepositoryView:
        deployed = deployed_paths(self.builds)
        return RepositoryView(kustomizations=self.kustomizations, builds=self.builds, deployed=deployed)

    def plan(self, **adopted: Adopt) -> Plan:
        """A plan that adopts, for each component id, the objects for which the function is true."""
        components = []
        for name, wanted in sorted(adopted.items()):
            members: dict[str, tuple[ResId, ...]] = {}
            for build in self.builds:
                found = tuple(resource.id for resource in build.resources if wanted(resource.id))
                if found:
                    members[build.environment] = (*members.get(build.environment, ()), *found)
            components.append(
                ComponentPlan(
                    id=name,
                    decision=Decision.ADOPT,
                    reason="",
                    category="databases",
                    environments=tuple(sorted(members)),
                    members=members,
                    chart=ChartRef(name=name, version="1.2.3", repository="https://charts.example.org"),
                    chart_digest="sha256:aa",
                    context=ReleaseContext(release=name, namespace="data"),
                )
            )
        environments = {
            build.environment: EnvironmentPlan(roots=(build.root,), status=build.status) for build in self.builds
        }
        return Plan(complete=True, environments=environments, components=tuple(components))

    def rewrite(self, layout: str = "growing", **adopted: Adopt) -> tuple[dict[str, FileEdit], Lock, Diagnostics]:
        made = rewrite(self.plan(**adopted), self.view, load_layout(layout))
        return {edit.path: edit for edit in made.edits}, made.lock, made.diagnostics

    def settled(self, layout: str = "growing", **adopted: Adopt) -> tuple[Plan, Diagnostics]:
        made = rewrite(self.plan(**adopted), self.view, load_layout(layout))
        return made.plan, made.diagnostics

    def text(self, path: str) -> str:
        return (self.root / path).read_text()

    def check(self, edits: Mapping[str, FileEdit], **adopted: Adopt) -> None:
        """Every root of the new tree builds, and renders exactly what was not adopted, as it was."""
        staged = self.root.parent / "staged"
        stage(self.root, tuple(edits.values()), staged)
        for build in self.builds:
            if not build.is_built:
                continue
            found = kustomize_build(find_kustomize(), staged / build.root, network=False)
            after = [resource_of(each.value) for each in read_documents(found, dialect=Dialect.KUSTOMIZE)]
            kept = [each for each in build.resources if not any(wanted(each.id) for wanted in adopted.values())]
            assert {each.id: each.body for each in after} == {each.id: each.body for each in kept}, build.root


Make = Callable[[Mapping[str, str]], Repository]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """Files -> the repository; texts may be indented."""

    def made(files: Mapping[str, str]) -> Repository:
        root = tmp_path / "repository"
        for path, text in files.items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_text(textwrap.dedent(text))
        return seen(root)

    return made


def seen(root: Path) -> Repository:
    """The repository on disk as it is now."""
    index = discover(root, Config())
    kustomizations, _ = load(index)
    builds, _ = build_all(kustomizations, Config(), Renderer(kustomize=find_kustomize(), cache=Cache(None)))
    return Repository(root=index.root, index=index, kustomizations=kustomizations, builds=builds)


def named(*names: str) -> Adopt:
    """True for objects of these names."""
    return lambda found: found.name in names
