"""Argo CD: an Application per release, kustomization and environment, their AppProjects, and what deploys all of these.

https://argo-cd.readthedocs.io/en/stable/operator-manual/cluster-bootstrapping/ (app of apps),
https://argo-cd.readthedocs.io/en/stable/user-guide/helm/ (value files, release names, multiple sources)
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Sequence
from dataclasses import replace

from migrator.classify.namespaces import DEFAULT
from migrator.compare.scopes import Scopes, is_namespaced, scopes_of
from migrator.diagnostics import MigrateError
from migrator.gitops.deployer import Deployer, HelmOptions, Policy, Project, Source, Tool
from migrator.gitops.emit.argocd_objects import app_project, application
from migrator.gitops.emit.inflating import inflating, inflating_folder, is_inflated
from migrator.gitops.emit.order import (
    by_environment,
    has_own_clusters,
    makes_namespace,
    namespaces_in,
    ordered,
    waves,
    wishes,
)
from migrator.gitops.emit.units import Unit, plain_name
from migrator.gitops.emit.wiring import IN_CLUSTER, Wiring
from migrator.gitops.emit.written import Written
from migrator.model import RepoPath, ResId

INFRASTRUCTURE, APPLICATIONS = "infrastructure", "applications"
_VALUES_REF = "values"


def argocd_objects(units: Sequence[Unit], wiring: Wiring, folder: RepoPath) -> tuple[Written, ...]:
    """All objects for Argo CD below a folder of the repository, in the order of their files."""
    groups = by_environment(units)
    apart = has_own_clusters(groups, wiring)
    found: list[Written] = []
    for environment, held in groups.items():
        found += _environment(environment, held, wiring, folder, f"-{plain_name(environment)}" if apart else "")
    _refuse_twins(found, wiring)
    scopes = scopes_of(each for unit in units for each in unit.objects)
    shares = {f"-{plain_name(name)}": held for name, held in groups.items()} if apart else {"": tuple(units)}
    for suffix, share in shares.items():
        found += _projects(share, wiring, folder, suffix, scopes)
    # where there is an entry, what deploys the old owners deploys the new ones
    rootless = [name for name in groups if name not in wiring.entries]
    found += [_root(name, wiring, folder) for name in (rootless if apart else rootless and [""])]
    return tuple(sorted(found, key=lambda each: each.file))


def _environment(
    environment: str, units: Sequence[Unit], wiring: Wiring, folder: RepoPath, suffix: str
) -> Iterator[Written]:
    needs = ordered([each.name for each in units], wishes(units))
    found = waves(needs)
    for unit in units:
        policy = replace(_policy(environment, wiring), server_side=unit.is_large)
        if unit.release is not None:
            policy = replace(policy, create_namespace=makes_namespace(unit, units, needs))
        if namespaces_in(unit):  # with a namespace all that is in it would go (fact C4)
            policy = replace(policy, prune=False)
        project = INFRASTRUCTURE if unit.is_infrastructure else APPLICATIONS
        deployer = Deployer(
            tool=Tool.ARGO_CD,
            id=application_id(_name(unit, wiring), wiring),
            environment=environment,
            cluster=wiring.cluster(environment) or IN_CLUSTER,
            namespace=_home(unit, units),
            project=wiring.free("AppProject", f"{project}{suffix}"),
            sources=_sources(unit, wiring, folder),
            policy=policy,
            wave=found[unit.name],
            tracking=wiring.gitops.argocd.tracking,
        )
        entry = next(iter(wiring.entries.get(environment, ())), None)
        file = RepoPath(f"{folder}/applications/{environment}/{unit.name}.yaml")
        if entry is not None:
            file = RepoPath(posixpath.normpath(f"{entry}/{deployer.id.name}.yaml"))
        yield from _written(file, deployer, unit, folder)


def _written(file: RepoPath, deployer: Deployer, unit: Unit, folder: RepoPath) -> Iterator[Written]:
    """The Application, and what it reads beside the chart of a release."""
    found = Written(file=file, body=application(deployer), about=_about(unit), deployer=deployer, unit=unit)
    if is_inflated(unit):
        yield replace(found, inflated=inflating_folder(unit, folder))
        yield from inflating(unit, folder)
        return
    yield found
    if deployer.sources[0].chart:
        about = f"Values of {deployer.sources[0].chart} in {unit.environment}, as the public chart takes them."
        yield Written(file=values_file(unit, folder), body=unit.values, about=about)


def _refuse_twins(objects: Sequence[Written], wiring: Wiring) -> None:
    """Raise MIG667 where one Argo CD would have two Applications of one name, which tracking by label asks for."""
    seen: dict[tuple[str, str], Written] = {}
    for each in objects:
        if each.deployer is not None:
            # an environment whose cluster is not said has an Argo CD of its own
            home = "" if wiring.cluster(each.deployer.environment) else each.deployer.environment
            other = seen.setdefault((home, each.deployer.id.name), each)
            if other is not each:
                raise MigrateError.of(
                    "MIG667",
                    f"{other.file} and {each.file} would both be the Application {each.deployer.id.name}: with "
                    "tracking by label it is called like its release (fact A1)",
                    remedy="track by annotation, which Argo CD does since 3.0, and say `gitops: {argocd: {tracking: "
                    "annotation}}` in migrate.yaml",
                )


def _home(unit: Unit, units: Sequence[Unit]) -> str:
    """The namespace of its destination: no project with destinations allows an Application that names none (fact A14).

    Where all of its objects name theirs it moves none of them.
    """
    beside = [each for each in units if each.is_infrastructure == unit.is_infrastructure]
    named = (min(_places(each), default="") for each in (unit, *beside))
    return unit.namespace or next(filter(None, named), DEFAULT)


def _places(unit: Unit) -> frozenset[str]:
    return frozenset(each.id.namespace for each in unit.objects if each.id.namespace) | {unit.namespace} - {""}


def application_id(name: str, wiring: Wiring) -> ResId:
    """The identity of an Application of that name."""
    return ResId(group="argoproj.io", kind="Application", namespace=wiring.namespace, name=name)


def _name(unit: Unit, wiring: Wiring) -> str:
    """With tracking by label the release's own name, as another would overwrite its instance label (fact A1)."""
    if wiring.gitops.argocd.tracking == "label" and unit.release is not None:
        return unit.release.context.release
    return wiring.free("Application", plain_name(f"{unit.name}-{unit.environment}"))


def _about(unit: Unit) -> str:
    if unit.release is None:
        return f"The kustomization {unit.path} in {unit.environment}."
    return (
        f"Release {unit.release.context.release} of {unit.release.name} {unit.release.version} in {unit.environment}."
    )


def _policy(environment: str, wiring: Wiring) -> Policy:
    acts = wiring.is_automated(environment)
    own = acts and not wiring.is_handed_over
    # while the way back is open no Application may take its objects with it (facts A2 and A10)
    return Policy(automated=acts, prune=own, self_heal=own, cascade=False)


def _here(wiring: Wiring, path: str, environment: str) -> Source:
    return Source(
        repository=wiring.repository,
        here=True,
        revision=wiring.revision_of(environment),
        path=f"{wiring.prefix}{path}".rstrip("/") or ".",
    )


def _sources(unit: Unit, wiring: Wiring, folder: RepoPath) -> tuple[Source, ...]:
    release = unit.release
    if release is None:
        return (_here(wiring, unit.path, unit.environment),)
    if is_inflated(unit):
        return (_here(wiring, inflating_folder(unit, folder), unit.environment),)
    # the release name is Argo CD's own unless it is said (fact H7)
    helm = HelmOptions(
        release_name=release.context.release, include_crds=release.include_crds, value_files=release.values
    )
    if not (wiring.uses_chart and release.repository):
        return (replace(_here(wiring, unit.path, unit.environment), helm=helm),)
    helm = replace(helm, value_files=(f"${_VALUES_REF}/{wiring.prefix}{values_file(unit, folder)}",))
    public = Source(
        # Argo CD knows OCI repositories of charts without the scheme
        repository=release.repository.removeprefix("oci://"),
        chart=release.name,
        version=release.version,
        helm=helm,
    )
    return public, replace(_here(wiring, "", unit.environment), path="", ref=_VALUES_REF)


def values_file(unit: Unit, folder: RepoPath) -> RepoPath:
    """Where the values of a release lie as its public chart takes them."""
    return RepoPath(f"{folder}/values/{unit.environment}/{unit.name}.yaml")


def _projects(
    units: Sequence[Unit], wiring: Wiring, folder: RepoPath, suffix: str, scopes: Scopes
) -> Iterator[Written]:
    for name, held in (
        (INFRASTRUCTURE, [each for each in units if each.is_infrastructure]),
        (APPLICATIONS, [each for each in units if not each.is_infrastructure]),
    ):
        if held:
            project = _project(wiring.free("AppProject", f"{name}{suffix}"), held, units, wiring, scopes)
            about = f"What {name} may be deployed from, to and as{suffix.replace('-', ' in ', 1)}: nothing else."
            file = RepoPath(f"{folder}/projects/{name}{suffix}.yaml")
            if all(each.environment in wiring.entries for each in units):
                entry = wiring.entries[held[0].environment][0]
                file = RepoPath(posixpath.normpath(f"{entry}/project-{name}{suffix}.yaml"))
            yield Written(file=file, body=app_project(project), about=about)


def _project(name: str, held: Sequence[Unit], units: Sequence[Unit], wiring: Wiring, scopes: Scopes) -> Project:
    objects = [(unit, each) for unit in held for each in unit.objects]
    clusters = {unit.environment: wiring.cluster(unit.environment) or IN_CLUSTER for unit in held}
    local = [(unit, each) for unit, each in objects if is_namespaced(each, scopes)]
    wide = {(each.gvk.group, each.gvk.kind) for _, each in objects if not is_namespaced(each, scopes)}
    places = {(clusters[unit.environment], each.id.namespace or unit.namespace) for unit, each in local}
    groups = by_environment(held)
    places |= {(clusters[unit.environment], _home(unit, groups[unit.environment])) for unit in held}
    made = {name for each in units for name in namespaces_in(each)}
    if any(each.release is not None and each.namespace not in made for each in held):
        wide.add(("", "Namespace"))
    charts = {
        each.release.repository.removeprefix("oci://")
        for each in held
        if each.release is not None and wiring.uses_chart and each.release.repository and not is_inflated(each)
    }
    return Project(
        id=ResId(group="argoproj.io", kind="AppProject", namespace=wiring.namespace, name=name),
        repositories=(wiring.repository, *sorted(charts)),
        destinations=tuple(sorted(places)),
        cluster_kinds=tuple(sorted(wide)),
        namespaced_kinds=tuple(sorted({(each.gvk.group, each.gvk.kind) for _, each in local})),
    )


def _root(environment: str, wiring: Wiring, folder: RepoPath) -> Written:
    """What deploys the Applications of an environment, or of all (the empty name), and their projects.

    Its own removal takes the Applications away, and these leave what they deployed (fact A10).
    """
    suffix = f"-{plain_name(environment)}" if environment else ""
    named = ",".join(f"{each}{suffix}.yaml" for each in (APPLICATIONS, INFRASTRUCTURE))
    apps = f"{folder}/applications/{environment}".rstrip("/")
    name = wiring.free("Application", f"root-app{suffix}")
    policy = _policy(environment, wiring)
    if wiring.is_handed_over:  # the way back takes the new Applications away, and nothing else
        policy = replace(policy, automated=True, prune=True)
    deployer = Deployer(
        tool=Tool.ARGO_CD,
        id=application_id(name, wiring),
        environment=environment,
        cluster=IN_CLUSTER,
        namespace=wiring.namespace,
        project="default",
        sources=(
            replace(_here(wiring, f"{folder}/projects", environment), include=f"{{{named}}}"),
            replace(_here(wiring, apps, environment), recurse=not environment),
        ),
        policy=replace(policy, cascade=True),
        tracking=wiring.gitops.argocd.tracking,
    )
    file = RepoPath(f"{folder}/{name}.yaml")
    about = f"Apply this one by hand, once: it deploys what {environment or 'all environments'} need."
    return Written(file=file, body=application(deployer), about=about, deployer=deployer, is_by_hand=True)
