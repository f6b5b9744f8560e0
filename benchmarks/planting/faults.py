"""A table of faults: for each audit rule what is done to a migrated repository that has nothing of the kind."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from migrator.model import ResId


@dataclass(frozen=True, slots=True, kw_only=True)
class Tree:
    """A migrated repository as a fault finds it."""

    root: Path
    lock: Mapping[str, Any]
    moved: Mapping[str, tuple[ResId, ...]]
    """Environment -> what a release has in it."""

    @property
    def environment(self) -> str:
        """The first that has a release."""
        return next(name for name, each in self.lock["environments"].items() if each["after"]["helm"])

    @property
    def kustomization(self) -> Path:
        """That of the first root of the environment."""
        folder = self.root / self.lock["environments"][self.environment]["after"]["kustomize"][0]
        return next(folder / name for name in ("kustomization.yaml", "kustomization.yml") if (folder / name).exists())

    @property
    def releases(self) -> list[dict[str, Any]]:
        """Those of all environments."""
        return [one for each in self.lock["environments"].values() for one in each["after"]["helm"]]

    @property
    def chart(self) -> Path:
        """The Chart.yaml of the first release."""
        return self.root / self.releases[0]["path"] / "Chart.yaml"

    def with_resource(self, *documents: Mapping[str, Any]) -> None:
        """Give the root a file more."""
        (self.kustomization.parent / "planted.yaml").write_text(yaml.safe_dump_all(documents))
        self.with_entry("resources", "planted.yaml")

    def with_entry(self, field: str, entry: object) -> None:
        """Give a list of the root's kustomization an entry more."""
        held = yaml.safe_load(self.kustomization.read_text()) or {}
        held.setdefault(field, []).append(entry)
        self.kustomization.write_text(yaml.safe_dump(held, sort_keys=False))

    def applications(self) -> list[tuple[Path, dict[str, Any]]]:
        """The Applications of releases, and their files."""
        folders = {each["path"] for each in self.releases}
        found = []
        for file in sorted(self.root.rglob("*.yaml")):
            if "argoproj.io" in (text := file.read_text(errors="replace")) and "releaseName" in text:
                held = [each for each in yaml.safe_load_all(text) if each and each.get("kind") == "Application"]
                found += [(file, each) for each in held if any(folder in text for folder in folders)]
        return found


Fault = Callable[[Tree], None]


def _sub(path: Path, pattern: str, new: str) -> None:
    text, count = re.subn(pattern, new, path.read_text(), count=1, flags=re.MULTILINE)
    assert count == 1, (path, pattern)  # noqa: S101
    path.write_text(text)


def _written(path: Path, held: object) -> None:
    path.write_text(yaml.safe_dump(held, sort_keys=False))


def _owned_twice(tree: Tree) -> None:
    core = ("ServiceAccount", "Service", "ConfigMap", "Secret")
    found = [each for each in tree.moved[tree.environment] if each.kind in core and each.namespace]
    one = min(found, key=lambda each: (core.index(each.kind), str(each)))
    metadata = {"name": one.name, "namespace": one.namespace}
    body = {"spec": {"ports": [{"port": 1}]}} if one.kind == "Service" else {}
    tree.with_resource({"apiVersion": "v1", "kind": one.kind, "metadata": metadata, **body})


def _vendored(tree: Tree) -> None:
    labels = {
        "app.kubernetes.io/name": "metrics-server",
        "app.kubernetes.io/instance": "metrics-server",
        "app.kubernetes.io/version": "0.7.1",
        "app.kubernetes.io/managed-by": "Helm",
        "helm.sh/chart": "metrics-server-3.12.1",
    }
    image = "registry.k8s.io/metrics-server/metrics-server:v0.7.1"
    pods = {"labels": {key: value for key, value in labels.items() if key.endswith(("name", "instance"))}}
    metadata = {"name": "metrics-server", "namespace": "kube-system", "labels": labels}
    spec = {
        "selector": {"matchLabels": pods["labels"]},
        "template": {"metadata": pods, "spec": {"containers": [{"name": "metrics-server", "image": image}]}},
    }
    tree.with_resource(
        {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": metadata, "spec": spec},
        {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": metadata},
        {"apiVersion": "v1", "kind": "Service", "metadata": metadata, "spec": {"selector": pods["labels"]}},
    )


def _large_crd(tree: Tree) -> None:
    names = {"kind": "Planted", "plural": "planteds", "singular": "planted", "listKind": "PlantedList"}
    schema = {"openAPIV3Schema": {"type": "object", "description": "x" * 300_000}}
    version = {"name": "v1", "served": True, "storage": True, "schema": schema}
    spec = {"group": "planted.example.org", "names": names, "scope": "Namespaced", "versions": [version]}
    metadata = {"name": "planteds.planted.example.org"}
    kind = "CustomResourceDefinition"
    tree.with_resource({"apiVersion": "apiextensions.k8s.io/v1", "kind": kind, "metadata": metadata, "spec": spec})


def _dangling(tree: Tree) -> None:
    tree.with_entry("configMapGenerator", {"name": "planted", "namespace": "planted", "literals": ["a=b"]})
    held = {"envFrom": [{"configMapRef": {"name": "planted-2f5k8hbtcc"}}], "name": "c", "image": "example.org/a:1"}
    spec = {"restartPolicy": "Never", "containers": [held]}
    metadata = {"name": "planted", "namespace": "planted"}
    tree.with_resource({"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec})


def _emptied_values(tree: Tree) -> None:
    files = [tree.root / each["path"] / name for each in tree.releases for name in each["values"]]
    max(files, key=lambda each: each.stat().st_size).write_text("{}\n")


def _before(tree: Tree) -> None:
    first = subprocess.run(
        ["git", "rev-list", "--max-parents=0", "HEAD"], cwd=tree.root, check=True, capture_output=True, text=True
    ).stdout.strip()
    subprocess.run(["git", "checkout", "-q", "-B", "only", first], cwd=tree.root, check=True)
    subprocess.run(["git", "branch", "-q", "-D", "main"], cwd=tree.root, check=True)


def _extra_root(tree: Tree) -> None:
    folder = tree.root / "planted-root"
    folder.mkdir()
    (folder / "kustomization.yaml").write_text("configMapGenerator:\n- name: planted\n  literals: [a=b]\n")


def _extra_values(tree: Tree) -> None:
    (tree.chart.parent / f"values-{tree.environment}-extra.yaml").write_text("a: 1\n")


def _deployer_gone(tree: Tree) -> None:
    file, _ = tree.applications()[0]
    file.unlink()


def _deployer_twice(tree: Tree) -> None:
    file, held = tree.applications()[0]
    metadata = {**held["metadata"], "name": "planted-again"}
    _written(file.with_name("planted-again.yaml"), {**held, "metadata": metadata})


def _deployer_astray(tree: Tree) -> None:
    file, _ = tree.applications()[0]
    _sub(file, r"releaseName: .*", "releaseName: planted")


def _by_itself(tree: Tree) -> None:
    file, held = tree.applications()[0]
    name = next(
        name
        for name, each in tree.lock["environments"].items()
        if any(one["file"] == str(file.relative_to(tree.root)) for one in each.get("deployedBy", ()))
    )
    held["spec"].setdefault("syncPolicy", {})["automated"] = {"prune": False}
    _written(file, held)
    with (tree.root / "migrate.yaml").open("a") as config:
        config.write(f"gitops: {json.dumps({'environments': {name: {'automated': False}}})}\n")


def _as_it_is(tree: Tree) -> None:
    del tree


def _owner_gone(tree: Tree) -> None:
    (tree.root / tree.lock["handover"]["owners"][0]["file"]).unlink()


def _chart_copied(tree: Tree) -> None:
    shutil.copytree(tree.chart.parent, tree.chart.parent.with_name("planted-copy"))


def _limit_widened(tree: Tree) -> None:
    with (tree.root / "migrate.yaml").open("a") as config:
        config.write("max_impact: rollout\n")


def _broken_rule(tree: Tree) -> None:
    folder = tree.root / ".migrate/rules/audit"
    folder.mkdir(parents=True)
    (folder / "planted.yaml").write_text("code: MIG801\nseverity: grave\n")


PLAIN: tuple[tuple[str, str, Fault], ...] = (
    ("MIG801", "an object of a release in a root", _owned_twice),
    ("MIG802", "another product's manifests", _vendored),
    ("MIG803", "a range as version", lambda tree: _sub(tree.chart, r"^(  +version:) .*", r'\1 "^1.0.0"')),
    ("MIG803", "no version", lambda tree: _sub(tree.chart, r"\n  +version: .*", "")),
    ("MIG804", "another repository", lambda tree: _sub(tree.chart, r"repository: .*", "repository: https://x.example")),
    ("MIG804", "another digest", lambda tree: _sub(tree.chart.with_name("Chart.lock"), r"sha256:.", "sha256:g")),
    ("MIG805", "no values file", lambda tree: (tree.chart.parent / tree.releases[0]["values"][0]).unlink()),
    ("MIG806", "a chart folder more", _chart_copied),
    ("MIG807", "half a lock", lambda tree: _sub(tree.root / ".migrate/lock.yaml", r"\nenvironments:[\s\S]*", "\nx: [")),
    ("MIG807", "a lock of another format", lambda tree: _sub(tree.root / ".migrate/lock.yaml", "migrate/v1", "x/v9")),
    ("MIG808", "broken values", lambda tree: (tree.chart.parent / tree.releases[0]["values"][0]).write_text("a: [\n")),
    ("MIG808", "a resource that is not there", lambda tree: tree.with_entry("resources", "nowhere.yaml")),
    ("MIG809", "values that are gone", _emptied_values),
    ("MIG810", "a large CRD", _large_crd),
    ("MIG811", "no lock", lambda tree: (tree.root / ".migrate/lock.yaml").unlink()),
    ("MIG812", "a broken rule of the team", _broken_rule),
    ("MIG813", "the hash of another day", _dangling),
    ("MIG814", "as before the migration", _before),
    ("MIG821", "a root more", _extra_root),
    ("MIG821", "a values file more", _extra_values),
    ("MIG823", "a wider limit", _limit_widened),
)
"""Code, what is planted, and how, in a repository that nothing deploys."""
DEPLOYED: tuple[tuple[str, str, Fault], ...] = (
    ("MIG816", "no object for a release", _deployer_gone),
    ("MIG817", "two objects for a release", _deployer_twice),
    ("MIG818", "another release name", _deployer_astray),
    ("MIG819", "one that syncs by itself", _by_itself),
)
"""The same in one that Argo CD deploys."""
HANDED: tuple[tuple[str, str, Fault], ...] = (
    ("MIG820", "a stage that is missing", _as_it_is),
    ("MIG822", "an old owner that is gone", _owner_gone),
)
"""The same in one that changes hands."""
PARTIAL: tuple[tuple[str, str, Fault], ...] = (("MIG815", "a base that was not at hand", _as_it_is),)
"""The same in one of which a root was proved without a remote base."""
