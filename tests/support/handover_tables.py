"""Small tables of commits: what each object that deploys renders at each, in shapes of repositories."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

import yaml

from migrator.gitops.controllers.world import CannotRenderError, History, Rendered

Body = dict[str, Any]
STAGES = ("before", "protect", "switch", "clean-up")
BEFORE, PROTECT, SWITCH, CLEAN_UP = range(4)
FINALIZER = "resources-finalizer.argocd.argoproj.io"
ARGO_MARK = {"argocd.argoproj.io/sync-options": "Prune=false,Delete=false"}
FLUX_MARK = {"kustomize.toolkit.fluxcd.io/prune": "disabled"}
KEEP = {"helm.sh/resource-policy": "keep"}


@dataclass
class Table:
    """Commits with what lies in each folder, and what somebody applies by hand."""

    names: list[str] = field(default_factory=lambda: list(STAGES))
    folders: list[dict[str, list[Body]]] = field(default_factory=lambda: [{} for _ in STAGES])
    by_hand: list[list[Body]] = field(default_factory=lambda: [[] for _ in STAGES])

    generates: list[bool] = field(default_factory=lambda: [True] * len(STAGES))
    """Whether an ApplicationSet generates its Application."""

    def put(self, folder: str, *contents: list[Body] | None) -> Table:
        """What a folder holds at each commit; None where it is missing."""
        for held, content in zip(self.folders, contents, strict=True):
            if content is not None:
                held[folder] = content
        return self

    def hand(self, *contents: list[Body]) -> Table:
        """What somebody applies at each commit."""
        for held, content in zip(self.by_hand, contents, strict=True):
            held.extend(content)
        return self

    def without(self, *commits: int) -> Table:
        """The same without some commits: what they do comes with the next one."""
        kept = [index for index in range(len(self.names)) if index not in commits]
        return Table(*([of[index] for index in kept] for of in (self.names, self.folders, self.by_hand)))

    def history(self, **options: Any) -> History:
        return History(commits=self.names, render=self._render, by_hand=lambda commit: self.by_hand[commit], **options)

    def _render(self, body: Mapping[str, Any], commit: int) -> Rendered:
        if body["kind"] == "ApplicationSet":
            return Rendered(objects=[body["spec"]["template"]] if self.generates[commit] else [])
        objects: list[Body] = []
        for folder in _folders(body):
            if folder not in self.folders[commit]:
                raise CannotRenderError(folder)
            objects += self.folders[commit][folder]
        definitions = [each for each in objects if each.get("inCrds")]
        rest = [_post_rendered(body, each) for each in objects if not each.get("inCrds")]
        return Rendered(
            objects=rest, definitions=[{k: v for k, v in each.items() if k != "inCrds"} for each in definitions]
        )


def _folders(body: Mapping[str, Any]) -> Sequence[str]:
    spec = body["spec"]
    if body["kind"] == "Application":
        return [each.get("path") or each["chart"] for each in (spec.get("sources") or [spec["source"]])]
    if body["kind"] == "HelmRelease":
        return [spec["chart"]["spec"]["chart"]]
    return [spec["path"]]


def _post_rendered(deployer: Mapping[str, Any], body: Body) -> Body:
    for renderer in deployer["spec"].get("postRenderers") or ():
        for patch in renderer["kustomize"]["patches"]:
            if "helm.sh/hook" not in (body["metadata"].get("annotations") or {}):
                body = marked([body], yaml.safe_load(patch["patch"])["metadata"]["annotations"])[0]
    return body


def thing(kind: str, name: str, *, api: str = "v1", namespace: str = "shop", **rest: Any) -> Body:
    return {"apiVersion": api, "kind": kind, "metadata": {"name": name, "namespace": namespace}, **rest}


def workload(kind: str, name: str, image: str) -> Body:
    labels = {"app": name}
    template = {"metadata": {"labels": labels}, "spec": {"containers": [{"name": name, "image": image}]}}
    return thing(kind, name, api="apps/v1", spec={"selector": {"matchLabels": labels}, "template": template})


def definition() -> Body:
    spec = {
        "group": "example.org",
        "names": {"kind": "Widget", "plural": "widgets"},
        "scope": "Namespaced",
        "versions": [],
    }
    body = thing("CustomResourceDefinition", "widgets.example.org", api="apiextensions.k8s.io/v1", spec=spec)
    del body["metadata"]["namespace"]
    return body


def moving() -> list[Body]:
    """What becomes a release."""
    return [
        definition(),
        workload("StatefulSet", "db", "db:1"),
        workload("Deployment", "operator", "operator:1"),
        thing("ConfigMap", "db", data={"size": "3"}),
        thing("ServiceAccount", "db"),
    ]


def staying() -> list[Body]:
    """What stays in Kustomize."""
    widget = thing("Widget", "one", api="example.org/v1", spec={"size": 3})
    return [thing("Namespace", "shop"), workload("Deployment", "web", "web:1"), widget]


def marked(bodies: Sequence[Body], annotations: Mapping[str, str]) -> list[Body]:
    result = deepcopy(list(bodies))
    for each in result:
        each["metadata"]["annotations"] = {**each["metadata"].get("annotations", {}), **annotations}
    return result


def labelled(bodies: Sequence[Body], labels: Mapping[str, str]) -> list[Body]:
    result = deepcopy(list(bodies))
    for each in result:
        each["metadata"]["labels"] = {**each["metadata"].get("labels", {}), **labels}
    return result


def application(name: str, path: str, *, finalizer: bool = False, automated: Any = "", **more: Any) -> Body:
    told = {"prune": True, "selfHeal": True} if automated == "" else automated
    policy = {"syncOptions": more.pop("options", []), **({"automated": told} if told is not None else {})}
    source = {"path": path, **({"helm": {"releaseName": more.pop("release")}} if "release" in more else {})}
    body = thing("Application", name, api="argoproj.io/v1alpha1", namespace="argocd")
    body["spec"] = {"source": source, "destination": {"namespace": "shop"}, "syncPolicy": policy, **more}
    if finalizer:
        body["metadata"]["finalizers"] = [FINALIZER]
    return body


def kustomization(name: str, path: str, *, prune: bool = True, **more: Any) -> Body:
    body = thing("Kustomization", name, api="kustomize.toolkit.fluxcd.io/v1", namespace="flux-system")
    body["spec"] = {"path": path, "prune": prune, "sourceRef": {"kind": "GitRepository", "name": "flux-system"}, **more}
    return body


def helm_release(name: str, folder: str, *, marks: Mapping[str, str] | None = None, **more: Any) -> Body:
    body = thing("HelmRelease", name, api="helm.toolkit.fluxcd.io/v2", namespace="shop")
    patch = {"apiVersion": "v1", "kind": "any", "metadata": {"name": "any", "annotations": dict(marks or {})}}
    renderers = [{"kustomize": {"patches": [{"target": {"name": ".*"}, "patch": yaml.safe_dump(patch)}]}}]
    body["spec"] = {
        "releaseName": name,
        "targetNamespace": "shop",
        "storageNamespace": "shop",
        "chart": {"spec": {"chart": folder}},
        **({"postRenderers": renderers} if marks else {}),
        **more,
    }
    return body


def each(make: Callable[[int], list[Body] | None]) -> list[list[Body] | None]:
    """What a function says for each stage."""
    return [make(stage) for stage in range(len(STAGES))]
