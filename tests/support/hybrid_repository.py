"""A small hybrid repository, its chart mirror and its lock."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from migrator.charts import ChartLibrary, ChartSources, load_archive
from migrator.engines import Cache, find_tools
from migrator.lock import Lock, LockedEnvironment, LockedRelease
from migrator.model import ReleaseContext, RepoPath
from migrator.prove import RenderContext

REPOSITORY_URL = "https://charts.example.org"

CHART = {
    "Chart.yaml": "apiVersion: v2\nname: tiny\nversion: 1.2.3\nappVersion: '9'\n",
    "values.yaml": "replicas: 1\nmode: slow\npassword: ''\nhook: true\n",
    "crds/things.yaml": (
        "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata:\n  name: things.example.org\n"
        "spec:\n  group: example.org\n  scope: Namespaced\n  names: {kind: Thing, plural: things}\n"
    ),
    "templates/deployment.yaml": (
        "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: {{ .Release.Name }}\nspec:\n"
        "  replicas: {{ .Values.replicas }}\n  selector:\n    matchLabels: {app: tiny}\n  template:\n"
        "    metadata:\n      labels: {app: tiny}\n    spec:\n      containers:\n"
        "      - name: tiny\n        image: example.org/tiny:9\n        env:\n"
        "        - {name: MODE, value: {{ .Values.mode }}}\n"
        '        - {name: API, value: "{{ .Capabilities.APIVersions.Has "example.org/v1" }}"}\n'
        '        - {name: KUBE, value: "{{ .Capabilities.KubeVersion.Version }}"}\n'
    ),
    "templates/hook.yaml": (
        "{{ if .Values.hook }}\napiVersion: batch/v1\nkind: Job\nmetadata:\n  name: migrate\n  annotations:\n"
        "    helm.sh/hook: pre-upgrade\nspec:\n  template:\n    spec:\n      restartPolicy: Never\n"
        "      containers: [{name: a, image: example.org/a:1}]\n{{ end }}\n"
    ),
    "templates/test.yaml": (
        "apiVersion: v1\nkind: Pod\nmetadata:\n  name: test\n  annotations:\n    helm.sh/hook: test\nspec:\n"
        "  containers: [{name: a, image: example.org/a:1}]\n"
    ),
}
SECRET_TEMPLATE = (
    "apiVersion: v1\nkind: Secret\nmetadata:\n  name: generated\nstringData:\n"
    "  fixed: same\n  password: {{ default (randAlphaNum 16) .Values.password }}\n"
)


@dataclass(frozen=True)
class Hybrid:
    """A hybrid repository on disk with everything that renders it."""

    root: Path
    mirror: Path
    lock: Lock
    context: RenderContext

    def release(self, **changes: object) -> LockedRelease:
        return replace(self.lock.environments["prod"].helm[0], **changes)

    def locked(self, *releases: LockedRelease, **changes: object) -> Lock:
        """The lock with other releases."""
        prod = replace(self.lock.environments["prod"], helm=releases)
        return replace(self.lock, environments={"prod": prod}, **changes)


def archive(path: Path, name: str, files: Mapping[str, str]) -> None:
    """Pack a chart, always to the same bytes."""
    with tarfile.open(path, "w:gz", compresslevel=1) as packed:
        for file, text in sorted(files.items()):
            data = text.encode()
            info = tarfile.TarInfo(f"{name}/{file}")
            info.size = len(data)
            packed.addfile(info, io.BytesIO(data))


@pytest.fixture
def make_hybrid(tmp_path: Path, tree: Callable[..., Path]) -> Callable[..., Hybrid]:
    """Builds a hybrid repository; `chart` adds or replaces files of the chart."""

    def make(chart: Mapping[str, str] | None = None) -> Hybrid:
        mirror = tmp_path / "mirror"
        mirror.mkdir(exist_ok=True)
        archive(mirror / "tiny-1.2.3.tgz", "tiny", {**CHART, **(chart or {})})
        root = tree(
            {
                "apps/kustomization.yaml": "resources: [config.yaml]\n",
                "apps/config.yaml": """\
                    apiVersion: v1
                    kind: ConfigMap
                    metadata: {name: app, namespace: web}
                    data: {a: "1"}
                    """,
                "infra/tiny/Chart.yaml": f"""\
                    apiVersion: v2
                    name: tiny
                    version: 0.1.0
                    dependencies:
                    - name: tiny
                      version: 1.2.3
                      repository: {REPOSITORY_URL}
                    """,
                "infra/tiny/values.yaml": "tiny: {replicas: 2, mode: fast}\n",
                "infra/tiny/values-prod.yaml": "tiny: {replicas: 3}\n",
            }
        )
        release = LockedRelease(
            component="tiny",
            context=ReleaseContext(release="small", namespace="infra", kube_version="1.30"),
            path=RepoPath("infra/tiny"),
            name="tiny",
            version="1.2.3",
            repository=REPOSITORY_URL,
            digest=load_archive(mirror / "tiny-1.2.3.tgz").digest,
            values=("values.yaml", "values-prod.yaml"),
        )
        lock = Lock(
            commit=None,
            tree="",
            engines={"kubeVersion": "1.30"},
            environments={
                "prod": LockedEnvironment(before=(RepoPath("before"),), kustomize=(RepoPath("apps"),), helm=(release,))
            },
        )
        library = ChartLibrary(ChartSources(mirrors=(mirror,), offline=True), Cache(tmp_path / "charts-cache"))
        context = RenderContext(tools=find_tools(), library=library, cache=Cache(None))
        return Hybrid(root=root, mirror=mirror, lock=lock, context=context)

    return make


@pytest.fixture
def secretive(make_hybrid: Callable[..., Hybrid]) -> Hybrid:
    """With a chart that makes up a password unless `password` is set."""
    return make_hybrid({"templates/secret.yaml": SECRET_TEMPLATE})


@pytest.fixture
def hybrid(make_hybrid: Callable[..., Hybrid]) -> Hybrid:
    return make_hybrid()
