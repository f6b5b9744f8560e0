"""An Application of Argo CD -> what it deploys.

Argo CD documentation: Application Specification, Helm, Kustomize, Multiple Sources, Automated Sync Policy, Sync
Options.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from migrator.gitops.deployer import Deployer, HelmOptions, KustomizeOptions, Policy, Source, Tool
from migrator.gitops.reading.application_sets import FINALIZER
from migrator.gitops.reading.clusters import Cluster, server_of
from migrator.gitops.reading.helm_values import values_of
from migrator.gitops.reading.objects import Found
from migrator.gitops.reading.repository import ELSEWHERE, NO_FOLDER, WILD, Tree, folder_of, within
from migrator.model import Json, RepoPath, ResId, mapping_of, resource_of, without_credentials

PLUGIN = "what a plugin renders"
"""Why it is not known what an Application deploys: it may be other than what kustomize builds of its folder."""
_WAVE = "argocd.argoproj.io/sync-wave"
_IMAGE = re.compile(r"(?:(?P<old>[^=]+)=)?(?P<new>[^@]+?)(?::(?P<tag>[\w][\w.-]*))?(?:@(?P<digest>.+))?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """A deployer, and what it names that is not there."""

    deployer: Deployer
    missing: tuple[str, ...] = ()


def read_application(
    found: Found, tree: Tree, clusters: Sequence[Cluster], made_by: ResId | None = None, unknown: Sequence[str] = ()
) -> Read:
    """What an Application says, `unknown` being what is known not to be known of it."""
    spec = found.spec
    sources = tuple(_source(each, found.id.name, tree) for each in sources_of(spec))
    missing = tuple(dict.fromkeys(text for each in sources for text in _missing(each, sources, spec, tree)))
    destination = mapping_of(spec.get("destination"))
    server = _text(destination.get("server")) or server_of(_text(destination.get("name")), clusters)
    own = next((str(each.kustomize.fields["namespace"]) for each in sources if _moves(each) and each.kustomize), "")
    deployer = Deployer(
        tool=Tool.ARGO_CD,
        id=found.id,
        cluster=server,
        namespace=own or _text(destination.get("namespace")),
        moves=bool(own),
        project=_text(spec.get("project")) or "default",
        sources=sources,
        policy=_policy(found),
        wave=_wave(found.metadata),
        made_by=made_by,
        root=found.root,
        span=found.span,
        unknown=tuple(dict.fromkeys((*unknown, *_unknown(spec, sources), *missing))),
    )
    return Read(deployer=deployer, missing=missing)


def sources_of(spec: Mapping[str, Json]) -> tuple[Mapping[str, Json], ...]:
    """Its sources: `sources` where there are any, whatever `source` says (Multiple Sources)."""
    several = spec.get("sources")
    if isinstance(several, list) and several:
        return tuple(map(mapping_of, several))
    hydrated = mapping_of(mapping_of(spec.get("sourceHydrator")).get("drySource"))
    return (mapping_of(spec.get("source")) or hydrated,)


def _source(source: Mapping[str, Json], name: str, tree: Tree) -> Source:
    repository, chart = _text(source.get("repoURL")), _text(source.get("chart"))
    here = not chart and tree.is_here(repository)
    path = "" if chart or (source.get("ref") and not source.get("path")) else folder_of(_text(source.get("path")))
    path = tree.real(RepoPath(path)) if here and path else path
    is_chart = bool(chart or source.get("helm")) or (here and bool(path) and tree.is_chart(RepoPath(path)))
    options = mapping_of(source.get("kustomize"))
    return Source(
        repository=repository,
        here=here,
        revision="" if chart else _text(source.get("targetRevision")),
        path=path,
        chart=chart,
        version=_text(source.get("targetRevision")) if chart else "",
        ref=_text(source.get("ref")),
        helm=_helm(mapping_of(source.get("helm")), name) if is_chart else None,
        kustomize=KustomizeOptions(fields=kustomize_fields(options)) if options else None,
        recurse=bool(mapping_of(source.get("directory")).get("recurse")),
        include=_text(mapping_of(source.get("directory")).get("include")),
        exclude=_text(mapping_of(source.get("directory")).get("exclude")),
    )


def _helm(helm: Mapping[str, Json], name: str) -> HelmOptions:
    """The release has the name of the Application unless it is said (fact H7); `valuesObject` wins over `values`."""
    files, parameters = helm.get("valueFiles"), helm.get("parameters")
    return HelmOptions(
        release_name=_text(helm.get("releaseName")) or name,
        namespace=_text(helm.get("namespace")),
        value_files=tuple(map(str, files)) if isinstance(files, list) else (),
        values=values_of(helm.get("valuesObject") or helm.get("values")),
        parameters=tuple(
            (_text(each.get("name")), str(each.get("value", "")))
            for each in map(mapping_of, parameters if isinstance(parameters, list) else ())
        ),
        include_crds=not helm.get("skipCrds"),
    )


def kustomize_fields(options: Mapping[str, Json]) -> Mapping[str, Json]:
    """What `kustomize` of a source does to the kustomization, in the fields of one.

    Argo CD, `util/kustomize/kustomize.go`: it edits the file before it builds it (`kustomize edit set`, `edit add`).
    """
    fields = {key: options[key] for key in ("namePrefix", "nameSuffix", "namespace") if options.get(key)}
    fields |= {key: options[key] for key in ("replicas", "patches", "components") if options.get(key)}
    images = options.get("images")
    if isinstance(images, list) and images:
        fields["images"] = [_image(str(each)) for each in images]
    if labels := mapping_of(options.get("commonLabels")):
        bare = bool(options.get("labelWithoutSelector"))
        pairs = {"pairs": {key: str(held) for key, held in labels.items()}, "includeSelectors": not bare}
        more = {"includeTemplates": True} if bare and options.get("labelIncludeTemplates") else {}
        fields["labels"] = [{**pairs, **more}]
    if annotations := mapping_of(options.get("commonAnnotations")):
        fields["commonAnnotations"] = {key: str(held) for key, held in annotations.items()}
    return fields


def _image(text: str) -> Mapping[str, Json]:
    """`name=new:tag@digest`, as `kustomize edit set image` reads it."""
    found = _IMAGE.fullmatch(text)
    if found is None:
        return {"name": text}
    image = {"name": found["old"] or found["new"], "newName": found["new"], "newTag": found["tag"]}
    image["digest"] = found["digest"]
    return {key: held for key, held in image.items() if held and not (key == "newName" and held == image["name"])}


def _policy(found: Found) -> Policy:
    policy = mapping_of(found.spec.get("syncPolicy"))
    held = policy.get("automated")
    automated = mapping_of(held)
    acts = "automated" in policy and held is not None and automated.get("enabled") is not False
    listed, finalizers = policy.get("syncOptions"), found.metadata.get("finalizers")
    options = {str(each).replace(" ", "") for each in listed} if isinstance(listed, list) else set()
    return Policy(
        automated=acts,
        prune=acts and bool(automated.get("prune")),
        self_heal=acts and bool(automated.get("selfHeal")),
        cascade=any(str(each).partition("/")[0] == FINALIZER for each in finalizers or ()),
        server_side="ServerSideApply=true" in options,
        create_namespace="CreateNamespace=true" in options,
    )


def _unknown(spec: Mapping[str, Json], sources: Sequence[Source]) -> Iterator[str]:
    for held, source in zip(sources_of(spec), sources, strict=True):
        if held.get("plugin") is not None:
            plugin = _text(mapping_of(held.get("plugin")).get("name"))
            yield f"{PLUGIN}: {plugin}" if plugin else PLUGIN
        if mapping_of(held.get("helm")).get("fileParameters"):
            yield "values that come from files as parameters"
        if mapping_of(mapping_of(held.get("directory")).get("jsonnet")):
            yield "what Jsonnet renders"
        if mapping_of(held.get("kustomize")).get("commonAnnotationsEnvsubst"):
            yield "annotations that name variables of the build"
        if not source.here and not source.chart and source.path and not WILD.search(source.repository):
            yield f"{ELSEWHERE}: {without_credentials(source.repository)}"


def _missing(source: Source, sources: Sequence[Source], spec: Mapping[str, Json], tree: Tree) -> Iterator[str]:
    """Folders and value files of this repository that are not there; what is filled in later is not asked for."""
    if source.here and source.path and not WILD.search(source.path) and not tree.has_folder(RepoPath(source.path)):
        yield f"{NO_FOLDER}: {source.path}"
        return
    position = next(at for at, each in enumerate(sources) if each is source)
    helm = mapping_of(sources_of(spec)[position].get("helm"))
    for name in source.helm.value_files if source.helm is not None and not helm.get("ignoreMissingValueFiles") else ():
        path = value_file(name, source, sources)
        if path is not None and not WILD.search(path) and not re.search(r"[*?]", path) and not tree.index.is_file(path):
            yield f"a value file that does not exist: {path}"


def value_file(name: str, source: Source, sources: Sequence[Source]) -> RepoPath | None:
    """Where a value file lies in this repository: seen from the chart, the top (`/`) or a source (`$ref/`)."""
    if "://" in name:
        return None
    if name.startswith("$"):
        ref, _, rest = name[1:].partition("/")
        meant = next((each for each in sources if each.ref == ref), None)
        return RepoPath(posixpath.normpath(rest)) if meant is not None and meant.here else None
    if not source.here:
        return None
    return within(RepoPath("."), name.lstrip("/")) if name.startswith("/") else within(RepoPath(source.path), name)


def _moves(source: Source) -> bool:
    """Whether kustomize is told a namespace: that moves objects which name another one, too."""
    return source.kustomize is not None and bool(source.kustomize.fields.get("namespace"))


def _wave(metadata: Mapping[str, Json]) -> int:
    text = str(mapping_of(metadata.get("annotations")).get(_WAVE) or "0")
    return int(text) if re.fullmatch(r"-?\d+", text) else 0


def found_application(body: Mapping[str, Json], of: Found) -> Found:
    """An Application that a set generates, at the place of the set."""
    return Found(id=resource_of(body).id, body=body, span=of.span, root=of.root, environment=of.environment)


def _text(value: Json) -> str:
    return str(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else ""
