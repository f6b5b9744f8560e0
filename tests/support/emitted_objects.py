"""What the emitted objects of Argo CD and Flux say, taken at their word: read from their files and rendered again."""

from __future__ import annotations

import fnmatch
import json
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml
from cli_support import Migrate

from migrator.charts import ChartLibrary, ChartSources
from migrator.compare import is_test_hook
from migrator.engines import Cache, Tool, find_helm, find_kustomize, find_tools, rendered_resources
from migrator.engines.kustomize import kustomize_build
from migrator.lock import LOCK_PATH, read_lock
from migrator.model import Resource, resource_of
from migrator.prove.render import render_environment
from migrator.yamlio import Dialect, canonical, read_documents

Object = Mapping[str, Any]
KEEP = "helm.sh/resource-policy"


def documents(path: Path) -> Iterator[dict[str, Any]]:
    yield from (each for each in yaml.safe_load_all(path.read_text()) if each)


def sorted_bodies(resources: Sequence[Resource]) -> dict[str, Any]:
    """Identity without namespace and body, of each; namespaces that were given by a release count as written."""
    found = {}
    for each in resources:
        assert str(each.id) not in found, f"{each.id} is there twice"
        body = json.loads(json.dumps(canonical(dict(each.body)), sort_keys=True))
        if not body["metadata"].get("annotations", True):  # an empty map is none, also to a post-renderer
            del body["metadata"]["annotations"]
        found[str(each.id)] = body
    return found


def applied(migrate: Migrate, root: Path, mirror: Path, layout: str, *more: str, tool: str = "argocd") -> str:
    shown = migrate("apply", root, "--offline", "--chart-mirror", mirror, "--layout", layout, "--gitops", tool, *more)
    assert shown.code == 0, shown.err
    return shown.out + shown.err


def proved(root: Path, environment: str, mirror: Path) -> dict[str, Any]:
    """What the proof renders for an environment."""
    lock = read_lock((root / LOCK_PATH).read_bytes())
    library = ChartLibrary(ChartSources(mirrors=(mirror,), offline=True), Cache(None))
    return sorted_bodies(
        render_environment(lock, environment, root, tools=find_tools(), library=library, cache=Cache(None))
    )


def built(root: Path, path: str, helm: Tool | None = None) -> list[Resource]:
    data = kustomize_build(find_kustomize(), root / path, network=False, root=root.resolve(), helm=helm)
    return [resource_of(each.value) for each in read_documents(data, dialect=Dialect.KUSTOMIZE, path=path)]


def inflated(root: Path, path: str, charts: Charts) -> list[Resource]:
    """What `kustomize build --enable-helm` prints for a folder, which finds the charts where it would pull them to."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(shutil.copytree(root / path, Path(name).resolve() / "inflated"))
        for each in yaml.safe_load((folder / "kustomization.yaml").read_text())["helmCharts"]:
            home = folder / "charts" / f"{each['name']}-{each['version']}"
            home.mkdir(parents=True)
            found = charts.put(each["name"], each["version"], home)
            if found.is_file():
                shutil.unpack_archive(found, home)
        return [each for each in built(folder, ".", find_helm()) if not is_test_hook(each.body)]


class Charts:
    """A mirror as helm needs it: charts by name and version."""

    def __init__(self, *mirrors: Path) -> None:
        self.mirrors = mirrors

    def put(self, name: str, version: str, folder: Path) -> Path:
        for mirror in self.mirrors:
            archive, unpacked = mirror / f"{name}-{version}.tgz", mirror / name
            if archive.is_file():
                return Path(shutil.copy(archive, folder))
            if (unpacked / "Chart.yaml").is_file():
                assert yaml.safe_load((unpacked / "Chart.yaml").read_text())["version"] == version
                return Path(shutil.copytree(unpacked, folder / name))
        raise FileNotFoundError(f"{name} {version}")


def templated(
    chart: Path,
    release: str,
    namespace: str,
    values: Sequence[Path],
    *,
    crds: bool = True,
    hooks: bool = True,
    apis: Sequence[str] = (),
) -> list[Resource]:
    """What helm prints for a release, without its tests, where a cluster serves these versions of interfaces."""
    helm = find_helm()
    assert helm is not None
    words = [str(helm.path), "template", release, str(chart), "--namespace", namespace, "--kube-version", "1.32"]
    words += ["--include-crds"] if crds else []
    words += [] if hooks else ["--no-hooks"]
    words += [word for each in apis for word in ("--api-versions", each)]
    words += ["--skip-schema-validation", *(word for each in values for word in ("--values", str(each)))]
    printed = subprocess.run(words, check=True, capture_output=True).stdout
    return [each for each in rendered_resources(printed) if not is_test_hook(each.body)]


def umbrella(root: Path, path: str, charts: Charts, folder: Path) -> Path:
    """The umbrella chart of the repository with its dependency, as a deployer builds it."""
    copy = Path(shutil.copytree(root / path, folder / "umbrella"))
    (copy / "charts").mkdir()
    for each in yaml.safe_load((copy / "Chart.yaml").read_text())["dependencies"]:
        charts.put(each["name"], each["version"], copy / "charts")
    return copy


class ArgoCd:
    """Plays what a root Application deploys, as far as rendering goes."""

    def __init__(self, root: Path, *mirrors: Path) -> None:
        self.root, self.charts = root, Charts(*mirrors)
        self.apis: Mapping[str, Sequence[str]] = {}
        """Release -> the versions of interfaces that its cluster serves."""

    def delivered(self, application: Object) -> list[dict[str, Any]]:
        """The objects in the folders that an app of apps names."""
        found = []
        for source in sources(application):
            folder, directory = self.root / source["path"], source.get("directory", {})
            names = directory.get("include", "*").strip("{}").split(",")
            for path in sorted(folder.rglob("*.yaml") if directory.get("recurse") else folder.glob("*.yaml")):
                if any(fnmatch.fnmatch(path.name, name) for name in names):
                    found += documents(path)
        return found

    def rendered(self, application: Object) -> list[Resource]:
        """What one Application applies."""
        found: list[Resource] = []
        namespace = application["spec"]["destination"].get("namespace", "")
        refs = {each["ref"] for each in sources(application) if "ref" in each}
        for source in sources(application):
            if "helm" not in source:
                found += self._folder(source["path"]) if "path" in source else []
                continue
            helm = source["helm"]
            with tempfile.TemporaryDirectory() as name:
                folder = Path(name)
                if "chart" in source:
                    chart = self.charts.put(source["chart"], source["targetRevision"], folder)
                else:
                    chart = umbrella(self.root, source["path"], self.charts, folder)
                files = [self._file(each, chart, refs) for each in helm.get("valueFiles", ())]
                crds = not helm.get("skipCrds", False)
                apis = self.apis.get(helm["releaseName"], ())
                found += templated(chart, helm["releaseName"], namespace, files, crds=crds, apis=apis)
        return found

    def _folder(self, path: str) -> list[Resource]:
        text = (self.root / path / "kustomization.yaml").read_text()
        return inflated(self.root, path, self.charts) if "helmCharts" in text else built(self.root, path)

    def _file(self, name: str, chart: Path, refs: set[str]) -> Path:
        referred = re.fullmatch(r"\$(\w+)/(.+)", name)
        if referred is None:
            return chart / name
        assert referred[1] in refs
        return self.root / referred[2]


def sources(application: Object) -> list[dict[str, Any]]:
    spec = application["spec"]
    return spec["sources"] if "sources" in spec else [spec["source"]]


class Flux:
    """Plays what the Kustomizations and HelmReleases of one folder deploy, as far as rendering goes."""

    def __init__(self, root: Path, mirror: Path | Sequence[Path], *folders: str) -> None:
        self.root, self.charts = root, Charts(*([mirror] if isinstance(mirror, Path) else mirror))
        self.apis: Mapping[str, Sequence[str]] = {}
        """Release -> the versions of interfaces that its cluster serves."""
        self.objects: list[dict[str, Any]] = []
        for folder in folders:
            self._collect(root / folder)

    def _collect(self, folder: Path) -> None:
        for path in sorted(folder.rglob("*.yaml")):
            for each in documents(path):
                if each in self.objects:
                    continue
                self.objects.append(each)
                below = self.root / each["spec"]["path"] if each["kind"] == "Kustomization" else None
                if below is not None and not (below / "kustomization.yaml").is_file():
                    self._collect(below)

    def one(self, kind: str, name: str) -> dict[str, Any]:
        (found,) = (each for each in self.objects if (each["kind"], each["metadata"]["name"]) == (kind, name))
        return found

    def rendered(self) -> list[Resource]:
        """What all of them apply, without the marks of a handover."""
        found: list[Resource] = []
        for each in self.objects:
            if each["kind"] == "Kustomization" and (self.root / each["spec"]["path"] / "kustomization.yaml").is_file():
                self.one("GitRepository", each["spec"]["sourceRef"]["name"])
                found += built(self.root, each["spec"]["path"])
            elif each["kind"] == "HelmRelease":
                found += [unmarked(one) for one in self.release(each["spec"])]
        return found

    def release(self, spec: Object) -> list[Resource]:
        """What one HelmRelease applies, its marks with it."""
        with tempfile.TemporaryDirectory() as made_here:
            folder = Path(made_here)
            files: list[Path] = []
            if "chartRef" in spec:
                source = self.one("OCIRepository", spec["chartRef"]["name"])["spec"]
                chart = self.charts.put(source["url"].rsplit("/", 1)[-1], source["ref"]["tag"], folder)
            elif spec["chart"]["spec"]["sourceRef"]["kind"] == "HelmRepository":
                self.one("HelmRepository", spec["chart"]["spec"]["sourceRef"]["name"])
                chart = self.charts.put(spec["chart"]["spec"]["chart"], spec["chart"]["spec"]["version"], folder)
            else:
                chart = umbrella(self.root, spec["chart"]["spec"]["chart"], self.charts, folder)
                files += [self.root / each for each in spec["chart"]["spec"]["valuesFiles"]]
            for each in spec.get("valuesFrom", ()):
                files.append(folder / each["name"])
                files[-1].write_text(self.one(each["kind"], each["name"])["data"]["values.yaml"])
            if "values" in spec:
                files.append(folder / "inline.yaml")
                files[-1].write_text(yaml.safe_dump(spec["values"]))
            crds, hooks = spec["install"]["crds"] != "Skip", not spec["install"].get("disableHooks", False)
            name, apis = spec["releaseName"], self.apis.get(spec["releaseName"], ())
            made = templated(chart, name, spec["targetNamespace"], files, crds=crds, hooks=hooks, apis=apis)
            return _post_rendered(made, spec.get("postRenderers", []), folder / "post")


def _post_rendered(made: Sequence[Resource], renderers: Sequence[Any], folder: Path) -> list[Resource]:
    """The objects after the post-renderers."""
    for each in renderers:
        folder.mkdir(exist_ok=True)
        (folder / "all.yaml").write_text("---\n".join(yaml.safe_dump(dict(one.body)) for one in made))
        (folder / "kustomization.yaml").write_text(yaml.safe_dump({"resources": ["all.yaml"], **each["kustomize"]}))
        made = built(folder, ".")
    return list(made)


def unmarked(resource: Resource) -> Resource:
    """The object without the annotations by which it is left behind."""
    body = json.loads(json.dumps(dict(resource.body)))
    annotations = body["metadata"].pop("annotations")
    assert annotations.pop(KEEP) == "keep"
    assert annotations.pop("kustomize.toolkit.fluxcd.io/prune") == "disabled"
    if annotations:
        body["metadata"]["annotations"] = annotations
    return resource_of(body)


def deployed(tool: str, root: Path, mirror: Path, environment: str) -> list[Resource]:
    """What the emitted objects of an environment deploy, whose root Application or folder is its own."""
    if tool == "flux":
        return Flux(root, mirror, f"platform/flux/{environment}").rendered()
    argocd = ArgoCd(root, mirror)
    (root_app,) = documents(root / f"platform/argocd/root-app-{environment}.yaml")
    applications = [each for each in argocd.delivered(root_app) if each["kind"] == "Application"]
    return [one for each in applications for one in argocd.rendered(each)]
