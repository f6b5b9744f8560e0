"""Flux: a HelmRelease per release, a Kustomization per kustomization and environment, their sources, and what waits.

HelmReleases lie in a folder of their own, which one Kustomization deploys: it prunes, so that the way back takes them
away, and they leave their objects (facts F4, F6 and F8).
https://fluxcd.io/flux/components/helm/helmreleases/, https://fluxcd.io/flux/components/kustomize/kustomizations/
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from migrator.gitops.deployer import Deployer, HelmOptions, Policy, Source, Tool
from migrator.gitops.emit.flux_objects import (
    git_repository,
    has_null,
    helm_release,
    helm_repository,
    kustomization,
    oci_repository,
    values_config,
)
from migrator.gitops.emit.flux_versions import DELETION_POLICY, as_served
from migrator.gitops.emit.order import (
    Needs,
    by_environment,
    has_own_clusters,
    makes_namespace,
    namespaces_in,
    ordered,
    wishes,
)
from migrator.gitops.emit.units import Unit, plain_name
from migrator.gitops.emit.wiring import Wiring
from migrator.gitops.emit.written import Written
from migrator.model import RepoPath, ResId

RELEASES = "helm-releases"
"""What the Kustomization is called that deploys the HelmReleases."""
_OCI = "oci://"
_SCHEME = re.compile(r"^\w+://")
KEEP: Mapping[str, str] = {
    # what Helm stored says keep, so that taking the HelmRelease away leaves the objects (fact F6)
    "helm.sh/resource-policy": "keep",
    # and a Kustomization that had them, and is late, leaves them as well (fact F5)
    "kustomize.toolkit.fluxcd.io/prune": "disabled",
}
"""Annotations that every object of a HelmRelease has while the way back is open."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """One environment, where its objects are written, and what is added to their names."""

    environment: str
    folder: RepoPath
    suffix: str
    wiring: Wiring
    entry: RepoPath | None
    """The folder of files that is deployed already."""

    @property
    def objects(self) -> str:
        return self.entry or f"{self.folder}/{self.environment}"

    @property
    def is_by_hand(self) -> bool:
        """Whether nothing in the repository delivers what is written for the environment."""
        is_delivered = self.entry is not None
        return not (is_delivered or (not self.wiring.is_handed_over and self.wiring.cluster(self.environment)))

    @property
    def releases(self) -> str:
        if self.environment in self.wiring.released:
            return self.wiring.released[self.environment]
        return f"{self.folder}/{self.environment}" if self.entry else f"{self.folder}/releases/{self.environment}"

    @property
    def source(self) -> str:
        """What the source of this repository is called."""
        return self.wiring.sources.get(self.environment) or self.name(source_name(self.wiring))

    def name(self, text: str) -> str:
        return plain_name(f"{text}{self.suffix}")

    def id(self, group: str, kind: str, name: str) -> ResId:
        free = self.wiring.free(kind, self.name(name))
        return ResId(group=f"{group}.toolkit.fluxcd.io", kind=kind, namespace=self.wiring.namespace, name=free)


def flux_objects(units: Sequence[Unit], wiring: Wiring, folder: RepoPath) -> tuple[Written, ...]:
    """All objects for Flux below a folder of the repository, in the order of their files."""
    groups = by_environment(units)
    apart = has_own_clusters(groups, wiring)
    found: list[Written] = []
    for environment, held in groups.items():
        suffix = "" if apart or len(groups) == 1 else f"-{environment}"
        for entry in wiring.entries.get(environment, (None,)):
            place = _Place(environment=environment, folder=folder, suffix=suffix, wiring=wiring, entry=entry)
            found += _kustomizations(held, place)
            if environment not in wiring.sources:
                found.append(_own_source(place))
        if any(each.release is not None for each in held):
            found += _releases(held, place)
        if not wiring.is_handed_over and wiring.cluster(environment):
            found.append(_entry(wiring.cluster(environment), place))
    served = [replace(each, body=as_served(each.body, wiring.flux)) for each in found]
    return tuple(sorted(served, key=lambda each: each.file))


def source_name(wiring: Wiring) -> str:
    """What the source of the repository is called: as the repository itself."""
    return plain_name(posixpath.basename(wiring.repository.rstrip("/")).removesuffix(".git"))


def _own_source(place: _Place) -> Written:
    res_id = place.id("source", "GitRepository", source_name(place.wiring))
    about = f"This repository, as Flux reads it in {place.environment}. A private one needs `secretRef`."
    body = git_repository(res_id, place.wiring.repository, place.wiring.revision)
    file = RepoPath(f"{place.objects}/source.yaml")
    return Written(file=file, body=body, about=about, is_by_hand=place.is_by_hand)


def _here(place: _Place, path: str) -> Source:
    wiring = place.wiring
    full = f"{wiring.prefix}{path}".rstrip("/") or "."
    return Source(repository=wiring.repository, here=True, revision=wiring.revision, path=full, ref=place.source)


def grouped(units: Sequence[Unit]) -> Needs:
    """What each kustomization, and the releases as one, needs to be there before."""
    group = {each.name: RELEASES if each.release is not None else each.name for each in units}
    return ordered(dict.fromkeys(group.values()), ((group[one], group[other]) for one, other in wishes(units)))


def _kustomizations(units: Sequence[Unit], place: _Place) -> Iterator[Written]:
    needs = grouped(units)
    for unit in units:
        if unit.release is None:
            acts = place.wiring.is_automated(unit.environment) and not place.wiring.is_handed_over
            # with a namespace all that is in it would go (fact C4)
            prunes = acts and not namespaces_in(unit) and place.wiring.flux >= DELETION_POLICY
            policy = Policy(automated=True, prune=prunes, cascade=False, wait=True)
            deployer = replace(
                _kustomization(unit.name, unit.path, policy, needs, place),
                namespace=_target(unit),
                moves=bool(_target(unit)),
            )
            about = f"The kustomization {unit.path} in {unit.environment}."
            file = RepoPath(f"{place.objects}/{unit.name}.yaml")
            yield Written(
                file=file,
                body=kustomization(deployer),
                about=about,
                deployer=deployer,
                unit=unit,
                is_by_hand=place.is_by_hand,
            )
    if RELEASES in needs:
        policy = Policy(automated=True, prune=True, cascade=True, wait=True)
        deployer = _kustomization(RELEASES, RepoPath(place.releases), policy, needs, place)
        about = f"The HelmReleases of {place.environment}. It prunes them, and they leave their objects."
        file = RepoPath(f"{place.objects}/{RELEASES}.yaml")
        yield Written(
            file=file, body=kustomization(deployer), about=about, deployer=deployer, is_by_hand=place.is_by_hand
        )


def _kustomization(name: str, path: RepoPath, policy: Policy, needs: Needs, place: _Place) -> Deployer:
    return Deployer(
        tool=Tool.FLUX,
        id=place.id("kustomize", "Kustomization", name),
        environment=place.environment,
        cluster=place.wiring.cluster(place.environment),
        sources=(_here(place, path),),
        policy=policy,
        depends_on=tuple(place.id("kustomize", "Kustomization", each) for each in needs.get(name, ())),
    )


def _target(unit: Unit) -> str:
    """The namespace that objects have to be given; nothing where one names another, which would be moved as well."""
    named = {each.own_namespace for each in unit.objects} - {"", unit.namespace}
    return unit.namespace if any(each.is_placed for each in unit.objects) and not named else ""


def _entry(cluster: str, place: _Place) -> Written:
    """What the bootstrap of a cluster deploys, where migrate.yaml names its folder: all of the environment."""
    policy = Policy(automated=True, prune=True, cascade=True)
    deployer = _kustomization("platform", RepoPath(place.objects), policy, {}, place)
    about = f"All that Flux deploys in {place.environment}."
    file = RepoPath(posixpath.normpath(f"{cluster.strip('/')}/platform{place.suffix}.yaml"))
    source = replace(deployer.sources[0], ref="flux-system")  # the one that `flux bootstrap` makes
    deployer = replace(deployer, sources=(source,))
    return Written(file=file, body=kustomization(deployer), about=about, deployer=deployer)


def _releases(units: Sequence[Unit], place: _Place) -> Iterator[Written]:
    needs = ordered([each.name for each in units], wishes(units))
    released = [each for each in units if each.release is not None]
    names = {each.name for each in released}
    stored: set[tuple[str, str]] = set()
    repositories: dict[str, str] = {}
    for unit in released:
        deployer = _release(unit, units, needs, place, names)
        (source,) = deployer.sources
        release, helm = unit.release, source.helm
        if release is None or helm is None:
            continue
        if (helm.namespace, helm.release_name) in stored:  # two of one name overwrite each other there (MIG603)
            source = replace(source, helm=replace(helm, storage_namespace=place.wiring.namespace))
            deployer = replace(deployer, sources=(source,))
        stored.add((helm.namespace, helm.release_name))
        file = RepoPath(f"{place.releases}/{unit.name}.yaml")
        about = f"Release {helm.release_name} of {release.name} {release.version} in {unit.environment}."
        if source.repository.startswith(_OCI):
            body = oci_repository(place.id("source", "OCIRepository", unit.name), source)
            yield Written(file=file, body=body, about=f"The chart {release.name}.")
        elif source.chart:
            repositories[source.ref] = source.repository
        yield Written(file=file, body=helm_release(deployer), about=about, deployer=deployer, unit=unit)
        if has_null(helm.values):
            yield Written(file=file, body=values_config(deployer.id, helm.values))
    for name, url in sorted(repositories.items()):
        res_id = replace(place.id("source", "HelmRepository", "x"), name=name)
        yield Written(file=RepoPath(f"{place.releases}/repositories.yaml"), body=helm_repository(res_id, url))


def _release(unit: Unit, units: Sequence[Unit], needs: Needs, place: _Place, released: set[str]) -> Deployer:
    release = unit.release
    if release is None:
        raise ValueError(f"{unit.name} is no release")
    context = release.context
    helm = HelmOptions(
        # frozen from the first commit on: each change uninstalls first (facts H5 and H7)
        release_name=context.release,
        namespace=context.namespace,
        storage_namespace=context.namespace,
        include_crds=release.include_crds,
        hooks=release.hooks == "run",
        values=unit.values,
        post_renderers=_post_renderers(unit),
    )
    return Deployer(
        tool=Tool.FLUX,
        id=place.id("helm", "HelmRelease", unit.name),
        environment=unit.environment,
        cluster=place.wiring.cluster(unit.environment),
        namespace=context.namespace,
        sources=(_chart(unit, helm, place),),
        policy=Policy(automated=True, cascade=False, create_namespace=makes_namespace(unit, units, needs)),
        depends_on=tuple(place.id("helm", "HelmRelease", each) for each in needs[unit.name] if each in released),
    )


def _chart(unit: Unit, helm: HelmOptions, place: _Place) -> Source:
    release = unit.release
    if release is None or not (place.wiring.uses_chart and release.repository):
        prefix = place.wiring.prefix
        files = tuple(f"{prefix}{unit.path}/{name}" for name in (release.values if release is not None else ()))
        return replace(_here(place, unit.path), helm=replace(helm, values={}, value_files=files))
    repository = release.repository
    is_oci = repository.startswith(_OCI)
    name = unit.name if is_oci else _SCHEME.sub("", repository)
    return Source(
        repository=f"{repository.rstrip('/')}/{release.name}" if is_oci else repository,
        chart=release.name,
        version=release.version,
        ref=place.name(plain_name(name)),
        helm=helm,
    )


def _post_renderers(unit: Unit) -> tuple[Mapping[str, object], ...]:
    """The patches that pin what no value says, and then the marks: a last one reaches every object."""
    pinned = unit.patches.get("patches")
    marks = {"apiVersion": "v1", "kind": "Any", "metadata": {"name": "any", "annotations": dict(KEEP)}}
    own = [{"kustomize": {"patches": pinned}}] if pinned else []
    return (*own, {"kustomize": {"patches": [{"target": {"kind": ".*"}, "patch": marks}]}})
