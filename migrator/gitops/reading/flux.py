"""A Kustomization or a HelmRelease of Flux -> what it deploys.

Flux documentation, Kustomization, HelmRelease and the sources; kustomize-controller `docs/spec/v1/kustomizations.md`,
helm-controller `docs/spec/v2/helmreleases.md`.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from migrator.gitops.deployer import Deployer, HelmOptions, KustomizeOptions, Policy, Source, Tool
from migrator.gitops.reading.applications import Read
from migrator.gitops.reading.helm_values import release_name, values_of
from migrator.gitops.reading.objects import HELM, KUSTOMIZE, SOURCE, Found
from migrator.gitops.reading.repository import ELSEWHERE, NO_FOLDER, WILD, Tree, secure_folder
from migrator.model import Json, RepoPath, ResId, Resource, laid_over, mapping_of, without_credentials

NO_VARIABLES = "variables that no file holds"
_NO_SOURCE = "a source that no file holds"
_DELETES = frozenset({"Delete", "WaitForTermination"})


@dataclass(frozen=True, slots=True, kw_only=True)
class FluxScope:
    """What objects of Flux refer to."""

    tree: Tree = field(repr=False)
    objects: Sequence[Found] = field(repr=False)
    rendered: Mapping[RepoPath, Sequence[Resource]] = field(repr=False)
    """Root -> all that it renders: ConfigMaps of values and variables among it."""

    def source_of(self, of: Found, reference: Mapping[str, Json]) -> Found | None:
        """The source that is referred to: of the same root where that renders one, else the nearest of the name.

        Clusters have sources of one name, each in its own folder.
        """
        kind, name = reference.get("kind") or "GitRepository", reference.get("name")
        namespace = reference.get("namespace") or of.id.namespace
        named = [
            each
            for each in self.objects
            if each.id.group == SOURCE and (each.id.kind, each.id.name) == (kind, name)
            if each.id.namespace == namespace or not each.id.namespace or not namespace
        ]
        return min(named, key=lambda each: (each.root != of.root, *_distance(of, each)), default=None)

    def data_of(self, of: Found, reference: Mapping[str, Json]) -> Mapping[str, str] | None:
        """The data of a ConfigMap that a root renders into the namespace; None for a Secret and where there is none."""
        if reference.get("kind") != "ConfigMap":
            return None
        roots = [of.root] if of.root in self.rendered else []
        roots += [root for root in self.rendered if root != of.root]
        for root in roots:
            for each in self.rendered[root] if root is not None else ():
                is_it = (each.gvk.group, each.gvk.kind, each.id.name) == ("", "ConfigMap", reference.get("name"))
                if is_it and each.id.namespace in ("", of.id.namespace):
                    return {key: str(held) for key, held in mapping_of(each.body.get("data")).items()}
        return None


def _distance(one: Found, other: Found) -> tuple[bool, int]:
    """Whether the files of two objects are others, and how few of the folders above the first hold the second too."""
    here, there = (each.span.path if each.span is not None else RepoPath("") for each in (one, other))
    return here != there, -len(posixpath.commonpath(("/" + posixpath.dirname(here), "/" + posixpath.dirname(there))))


def repository_of(found: Found, scope: FluxScope) -> str:
    """The address of the source that a Kustomization or a HelmRelease reads; its name where no file knows it."""
    reference = mapping_of(found.spec.get("sourceRef")) or mapping_of(_chart(found).get("sourceRef"))
    source = scope.source_of(found, reference)
    if source is not None:
        return str(source.spec.get("url") or source.spec.get("endpoint") or "")
    namespace = reference.get("namespace") or found.id.namespace
    return f"{reference.get('kind') or 'GitRepository'} {namespace}/{reference.get('name')}".replace(" /", " ")


def read_kustomization(found: Found, scope: FluxScope) -> Read:
    """What a Kustomization says of a folder."""
    spec = found.spec
    repository, reference = repository_of(found, scope), mapping_of(spec.get("sourceRef"))
    source = scope.source_of(found, reference)
    path, here = secure_folder(str(spec.get("path") or ".")), scope.tree.is_here(repository)
    variables, lacking = _variables(found, scope)
    is_missing = here and not WILD.search(path) and not scope.tree.has_folder(path)
    missing = (f"{NO_FOLDER}: {path}",) if is_missing else ()
    unknown = [*missing, *lacking]
    if not here:
        unknown.append(f"{ELSEWHERE if source is not None else _NO_SOURCE}: {without_credentials(repository)}")
    target = str(spec.get("targetNamespace") or "")
    options = KustomizeOptions(fields=_fields(spec), substitutions=variables)
    deployer = Deployer(
        tool=Tool.FLUX,
        id=found.id,
        cluster=_cluster(spec),
        namespace=target,
        moves=bool(target),
        sources=(
            Source(
                repository=repository,
                here=here,
                revision=_revision(source),
                path=scope.tree.real(path) if here else path,
                kustomize=options if options.fields or variables is not None else None,
                recurse=True,
                below=scope.tree.kustomizations_below(path) if here else (),
            ),
        ),
        policy=_policy(spec),
        depends_on=_depends_on(found, KUSTOMIZE),
        root=found.root,
        span=found.span,
        unknown=tuple(dict.fromkeys(unknown)),
    )
    return Read(deployer=deployer, missing=missing)


def _policy(spec: Mapping[str, Json]) -> Policy:
    """Its prune is what its removal does, unless `deletionPolicy` says another thing; suspended, it does nothing."""
    prune, rests = bool(spec.get("prune")), bool(spec.get("suspend"))
    policy = str(spec.get("deletionPolicy") or "MirrorPrune")
    return Policy(
        automated=not rests,
        prune=prune,
        self_heal=True,
        cascade=(prune if policy == "MirrorPrune" else policy in _DELETES) and not rests,
        server_side=True,
        suspended=rests,
        wait=bool(spec.get("wait")),
    )


def _fields(spec: Mapping[str, Json]) -> Mapping[str, Json]:
    """What it does to the kustomization of its folder (fluxcd/pkg, `kustomize/kustomize_generator.go`)."""
    names = ("patches", "patchesStrategicMerge", "patchesJson6902", "images", "components", "namePrefix", "nameSuffix")
    fields = {key: spec[key] for key in names if spec.get(key)}
    if target := spec.get("targetNamespace"):
        fields["namespace"] = target
    return fields


def _variables(found: Found, scope: FluxScope) -> tuple[Mapping[str, str] | None, list[str]]:
    """Variables of `postBuild`: those of ConfigMaps and Secrets in order, those that it says itself over them.

    fluxcd/pkg, `kustomize/kustomize_varsub.go`. Where a file holds none of a name they are not known.
    """
    held = mapping_of(found.spec.get("postBuild"))
    several, own = held.get("substituteFrom"), mapping_of(held.get("substitute"))
    references = [mapping_of(each) for each in several] if isinstance(several, list) else []
    if not own and not references:
        return None, []
    variables: dict[str, str] = {}
    lacking = []
    for each in references:
        data = scope.data_of(found, each)
        if data is None:
            lacking.append(f"{NO_VARIABLES}: {each.get('kind')} {each.get('name')}")
        variables |= {key: text.replace("\n", "") for key, text in (data or {}).items()}
    return variables | {key: _scalar(text).replace("\n", "") for key, text in own.items()}, lacking


def read_release(found: Found, scope: FluxScope) -> Read:
    """What a HelmRelease says; its removal uninstalls the release, unless it is suspended."""
    spec = found.spec
    install, upgrade = mapping_of(spec.get("install")), mapping_of(spec.get("upgrade"))
    target = str(spec.get("targetNamespace") or "")
    values, lacking = _values(found, scope)
    files, renderers = _chart(found).get("valuesFiles"), spec.get("postRenderers")
    helm = HelmOptions(
        release_name=release_name(found.id.name, target, str(spec.get("releaseName") or "")),
        namespace=target or found.id.namespace,
        value_files=tuple(map(str, files)) if isinstance(files, list) else (),
        values=values,
        include_crds=install.get("crds") != "Skip",
        hooks=not (install.get("disableHooks") or upgrade.get("disableHooks")),
        storage_namespace=str(spec.get("storageNamespace") or found.id.namespace),
        post_renderers=tuple(renderers) if isinstance(renderers, list) else (),
    )
    source, unknown, missing = _release_source(found, scope, helm)
    deployer = Deployer(
        tool=Tool.FLUX,
        id=found.id,
        cluster=_cluster(spec),
        namespace=target or found.id.namespace,
        sources=(source,),
        policy=Policy(
            automated=not spec.get("suspend"),
            prune=True,
            cascade=not spec.get("suspend"),
            create_namespace=bool(install.get("createNamespace")),
            suspended=bool(spec.get("suspend")),
            wait=not (install.get("disableWait") or upgrade.get("disableWait")),
        ),
        depends_on=_depends_on(found, HELM),
        root=found.root,
        span=found.span,
        unknown=tuple(dict.fromkeys((*missing, *unknown, *lacking))),
    )
    return Read(deployer=deployer, missing=missing)


def _release_source(
    found: Found, scope: FluxScope, helm: HelmOptions
) -> tuple[Source, tuple[str, ...], tuple[str, ...]]:
    """Where its chart comes from, what is not known of that, and what is not there."""
    chart = _chart(found)
    reference = mapping_of(found.spec.get("chartRef")) or mapping_of(chart.get("sourceRef"))
    held = scope.source_of(found, reference)
    if held is not None and held.id.kind == "HelmChart":
        chart, held = held.spec, scope.source_of(held, mapping_of(held.spec.get("sourceRef")))
    name, version = str(chart.get("chart") or ""), str(chart.get("version") or "")
    address = str(held.spec.get("url") or "") if held is not None else repository_of(found, scope)
    unknown = (f"{_NO_SOURCE}: {reference.get('kind')} {reference.get('name')}",) if not held else ()
    kind = held.id.kind if held is not None else str(reference.get("kind") or "")
    if kind == "OCIRepository":
        name, version = address.rpartition("/")[2], _revision(held)
    if kind in ("OCIRepository", "HelmRepository"):
        return Source(repository=address, chart=name, version=version, helm=helm), unknown, ()
    here, path = scope.tree.is_here(address), secure_folder(name or ".")
    is_missing = here and not WILD.search(path) and not scope.tree.has_folder(path)
    missing = (f"{NO_FOLDER}: {path}",) if is_missing else ()
    if not here and held is not None:
        unknown = (*unknown, f"{ELSEWHERE}: {without_credentials(address)}")
    source = Source(repository=address, here=here, revision=_revision(held), path=path, helm=helm)
    return source, unknown, missing


def _values(found: Found, scope: FluxScope) -> tuple[Mapping[str, Json], list[str]]:
    """`valuesFrom` in order, then `values`, one over the other (fact F3); what is in no file is said."""
    several = found.spec.get("valuesFrom")
    values: dict[str, Json] = {}
    lacking = []
    for each in map(mapping_of, several if isinstance(several, list) else ()):
        data = scope.data_of(found, each)
        text = (data or {}).get(str(each.get("valuesKey") or "values.yaml"))
        if text is None or each.get("targetPath"):
            lacking.append(f"values that no file holds: {each.get('kind')} {each.get('name')}")
        else:
            values = laid_over(values, values_of(text))
    return laid_over(values, mapping_of(found.spec.get("values"))), lacking


def _chart(found: Found) -> Mapping[str, Json]:
    return mapping_of(mapping_of(found.spec.get("chart")).get("spec"))


def _revision(source: Found | None) -> str:
    reference = mapping_of(source.spec.get("ref")) if source is not None else {}
    return next(
        (str(reference[key]) for key in ("commit", "name", "semver", "tag", "branch") if reference.get(key)), ""
    )


def _cluster(spec: Mapping[str, Json]) -> str:
    """The name of the Secret by which it reaches another cluster; empty for the one in which it lives."""
    configuration = mapping_of(spec.get("kubeConfig"))
    reference = mapping_of(configuration.get("secretRef")) or mapping_of(configuration.get("configMapRef"))
    return str(reference.get("name") or "")


def _depends_on(found: Found, group: str) -> tuple[ResId, ...]:
    return tuple(_named(found, each, group) for each in _listed(found.spec.get("dependsOn")))


def _named(found: Found, each: Mapping[str, Json], group: str) -> ResId:
    namespace = str(each.get("namespace") or found.id.namespace)
    return ResId(group=group, kind=found.id.kind, namespace=namespace, name=str(each.get("name") or ""))


def _listed(value: Json) -> Iterator[Mapping[str, Json]]:
    return map(mapping_of, value if isinstance(value, list) else ())


def _scalar(value: Json) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
