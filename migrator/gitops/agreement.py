"""Whether the object that deploys a release says of it what the lock says."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping
from pathlib import Path

from migrator.gitops.deployer import Deployer, HelmOptions, Source, Tool
from migrator.gitops.emit.chart_values import chart_values, yaml_of
from migrator.gitops.emit.flux import KEEP
from migrator.gitops.inflated import chart_sources, inflated_by
from migrator.gitops.reading.applications import value_file
from migrator.gitops.reading.helm_values import values_of
from migrator.lock import LockedRelease
from migrator.model import Json, RepoPath, laid_over, mapping_of, without_credentials
from migrator.yamlio import Dialect, YamlError, read_documents, read_value, same

_OCI = "oci://"
_NONE = "none"
_PLAIN = {"apiVersion", "kind", "resources"}


def disagreements(release: LockedRelease, deployer: Deployer, tree: Path) -> Iterator[tuple[str, str, str]]:
    """What of a release the object says otherwise: the field, what the object has, and what the lock has.

    `tree` is the repository. Values are told as files, or as `other values`, never as they are.
    """
    source = next(chart_sources(deployer, tree), None)
    if source is None or source.helm is None:
        yield "chart", _NONE, release.name
        return
    context, helm = release.context, source.helm
    said = [
        ("release name", helm.release_name, context.release),
        ("namespace", helm.namespace or deployer.namespace, context.namespace),
        ("definitions", _flag(helm.include_crds), _flag(release.include_crds)),
        ("hooks", "run" if helm.hooks else "skip", release.hooks),  # Argo CD runs them whatever it is told (fact A4)
    ]
    yield from (each for each in (*said, *_chart(release, source)) if each[1] != each[2])
    yield from _values(release, source, deployer, tree)
    yield from (each for each in _interfaces(release, deployer, tree) if each[1] != each[2])
    if not same(list(_patches(helm)), list(_pinned(release, tree))):
        yield "post-renderers", "other patches", f"those of {release.post_render or 'nothing'}"


def _interfaces(release: LockedRelease, deployer: Deployer, tree: Path) -> Iterator[tuple[str, str, str]]:
    """What kustomize tells helm of the cluster, which other deployers ask."""
    for each in deployer.sources:
        if (inflated := inflated_by(deployer, each, tree)) is not None:
            yield "version of Kubernetes", inflated.kube_version, release.context.kube_version
            yield "API versions", ", ".join(inflated.api_versions), ", ".join(release.context.api_versions)


def _flag(value: bool) -> str:
    return "included" if value else "skipped"


def _chart(release: LockedRelease, source: Source) -> Iterator[tuple[str, str, str]]:
    if not source.chart:
        # a folder of another repository is not the lock's, whatever it is called
        folder = source.path if source.here else f"{without_credentials(source.repository)} {source.path}"
        yield "path", folder, str(release.path)
        return
    yield "chart", source.chart, release.name
    yield "version", source.version.replace("_", "+"), release.version
    wanted, said = (without_credentials(each.repository).rstrip("/") for each in (release, source))
    if wanted.startswith(_OCI):  # Argo CD leaves the scheme out, Flux names the chart with it
        wanted, said = wanted.removeprefix(_OCI), said.removeprefix(_OCI).removesuffix(f"/{release.name}")
    yield "repository", said, wanted


def _values(release: LockedRelease, source: Source, deployer: Deployer, tree: Path) -> Iterator[tuple[str, str, str]]:
    helm = source.helm or HelmOptions(release_name="")
    own = laid_over(_of_config_map(deployer, tree), helm.values)
    if helm.parameters:
        yield "parameters", ", ".join(name for name, _ in helm.parameters), _NONE
    if not source.chart:
        if _value_files(source, deployer) != [RepoPath(f"{release.path}/{name}") for name in release.values]:
            yield "value files", ", ".join(helm.value_files) or _NONE, ", ".join(release.values) or _NONE
        if own:
            yield "values", "values of its own", _NONE
        return
    found: dict[str, Json] = {}
    for path in _value_files(source, deployer):
        found = laid_over(found, mapping_of(yaml_of(tree / path) if _is_inside(path, tree) else None))
    if not same(laid_over(found, own), dict(chart_values(release, tree))):
        yield "values", "other values", f"those of {', '.join(release.values) or 'no file'}"


def _value_files(source: Source, deployer: Deployer) -> list[RepoPath]:
    """Where its value files lie in the repository; Flux says them from the top of it. Others are called as written."""
    names = source.helm.value_files if source.helm is not None else ()
    if deployer.tool is Tool.FLUX:
        return [RepoPath(posixpath.normpath(name)) for name in names]
    return [value_file(name, source, deployer.sources) or RepoPath(name) for name in names]


def _is_inside(path: RepoPath, tree: Path) -> bool:
    """Whether a file is one of the tree: a path that leads out of it, or a link, is not read."""
    return (tree / path).resolve().is_relative_to(tree.resolve())


def _of_config_map(deployer: Deployer, tree: Path) -> Mapping[str, Json]:
    """The values that lie beside a HelmRelease in its file."""
    if deployer.tool is not Tool.FLUX or deployer.span is None:
        return {}
    try:
        documents = read_documents((tree / deployer.span.path).read_bytes(), dialect=Dialect.SIGS)
    except (OSError, YamlError):
        return {}
    for each in map(mapping_of, (document.value for document in documents)):
        named = each.get("kind"), mapping_of(each.get("metadata")).get("name")
        if named == ("ConfigMap", f"{deployer.id.name}-values"):
            return values_of(mapping_of(each.get("data")).get("values.yaml"))
    return {}


def _patches(helm: HelmOptions) -> Iterator[Json]:
    """What post-renderers, or the kustomization around a chart, do to its objects but for the marks of a handover."""
    for each in map(mapping_of, helm.post_renderers):
        yield from (key for key in each if key != "kustomize")
        for one in _fields(mapping_of(each.get("kustomize"))):
            metadata = mapping_of(mapping_of(mapping_of(one).get("patch")).get("metadata"))
            if metadata != {"name": "any", "annotations": dict(KEEP)}:
                yield one


def _pinned(release: LockedRelease, tree: Path) -> Iterator[Json]:
    if release.post_render is not None:
        held = mapping_of(yaml_of(tree / release.path / release.post_render / "kustomization.yaml"))
        yield from _fields({key: value for key, value in held.items() if key not in _PLAIN})


def _fields(held: Mapping[str, Json]) -> Iterator[Json]:
    """The patches of a kustomization in their order, then its other fields by name."""
    patches = held.get("patches")
    yield from map(_parsed, patches if isinstance(patches, list) else ())
    yield from ({key: value} for key, value in sorted(held.items()) if key != "patches" and value)


def _parsed(patch: Json) -> Mapping[str, Json]:
    """A patch whose text is read: it may be written in many ways."""
    held = mapping_of(patch)
    text = held.get("patch")
    try:
        return {**held, "patch": read_value(text, dialect=Dialect.SIGS) if isinstance(text, str) else text}
    except YamlError:
        return held
