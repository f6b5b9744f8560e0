"""A lock -> the text of `.migrate/lock.yaml`."""

from __future__ import annotations

from migrator.lock.checksum import CHECKSUM, checksum
from migrator.lock.types import (
    Handover,
    Lock,
    LockedComponent,
    LockedDeployer,
    LockedEnvironment,
    LockedOwner,
    LockedRelease,
)
from migrator.model import Json, LeftOut
from migrator.yamlio import dump

API_VERSION = "migrate/v1"

_HEADER = "How to render every environment; written by `migrate apply`, checked by `migrate audit`."


def dump_lock(lock: Lock) -> str:
    """The text of the lock file: keys in their documented order, environments and components sorted."""
    value: dict[str, Json] = {
        "apiVersion": API_VERSION,
        "kind": "Lock",
        "baseline": {"commit": lock.commit, "tree": lock.tree},
        "engines": {key: lock.engines[key] for key in ("kustomize", "helm", "kubeVersion") if key in lock.engines},
        "environments": {name: _environment(each) for name, each in sorted(lock.environments.items())},
        "components": {name: _component(each) for name, each in sorted(lock.components.items())},
        "staying": dict(sorted(lock.staying.items())),
        "handover": None if lock.handover is None else _handover(lock.handover),
        "proof": {"verdict": lock.verdict, "digest": lock.proof_digest},
    }
    if lock.handover is None:
        del value["handover"]
    if not lock.staying:
        del value["staying"]
    if lock.rendered:
        rendered = {name: dict(sorted(parts.items())) for name, parts in sorted(lock.rendered.items())}
        value["proof"]["rendered"] = rendered
    if lock.deploying:
        deploying = {folder: dict(sorted(held.items())) for folder, held in sorted(lock.deploying.items())}
        value["proof"]["deploying"] = deploying
    value[CHECKSUM] = checksum(value)
    return dump(value, comments={("apiVersion",): _HEADER})


def _environment(environment: LockedEnvironment) -> Json:
    releases = sorted(environment.helm, key=lambda each: each.order)
    value: dict[str, Json] = {
        "before": list(environment.before),
        "after": {"kustomize": list(environment.kustomize), "helm": [_release(each) for each in releases]},
    }
    if environment.namespaces:
        value["namespaces"] = dict(sorted(environment.namespaces.items()))
    if environment.left_out:
        value["leftOut"] = {root: _left_out(held) for root, held in sorted(environment.left_out.items())}
    if environment.deployed_by:
        value["deployedBy"] = [_deployer(each) for each in sorted(environment.deployed_by, key=_order)]
    return value


def _order(deployer: LockedDeployer) -> tuple[str, str, str]:
    return deployer.file, deployer.kind, deployer.name


def _deployer(deployer: LockedDeployer) -> Json:
    what = {"component": deployer.component, "root": deployer.root}
    named = {key: text for key, text in what.items() if text}
    return {"tool": deployer.tool, "kind": deployer.kind, "name": deployer.name, "file": deployer.file, **named}


def _handover(handover: Handover) -> Json:
    value: dict[str, Json] = {"tool": handover.tool, "stage": handover.stage, "stages": list(handover.stages)}
    if handover.namespace:
        value["namespace"] = handover.namespace
    if handover.owners:
        value["owners"] = [_owner(each, handover.namespace) for each in sorted(handover.owners, key=_order)]
    if handover.roots:
        value["applyByHand"] = sorted(handover.roots)
    if handover.releases:
        value["releases"] = list(handover.releases)
    if handover.elsewhere:
        value["elsewhere"] = list(handover.elsewhere)
    if handover.undeployed:
        value["undeployed"] = list(handover.undeployed)
    if handover.is_finished:
        value["finished"] = True
    if handover.base:
        value["base"] = handover.base
    return value


def _owner(owner: LockedOwner, usual: str) -> Json:
    before = {"before": dict(sorted(owner.before.items()))} if owner.before else {}
    leaves = {"leaves": True} if owner.is_leaving else {}
    lives = {"namespace": owner.namespace} if owner.namespace not in ("", usual) else {}
    deploys = {"environments": list(owner.environments)} if owner.environments else {}
    return {**_deployer(owner), **lives, **deploys, **before, **leaves}


def _left_out(held: LeftOut) -> Json:
    return {"remotes": list(held.remotes), "folders": list(held.folders)}


def _release(release: LockedRelease) -> Json:
    return {
        "component": release.component,
        "release": release.context.release,
        "namespace": release.context.namespace,
        "path": release.path,
        "dependency": {
            "name": release.name,
            "version": release.version,
            "repository": release.repository,
            "digest": release.digest,
        },
        "values": list(release.values),
        "includeCRDs": release.include_crds,
        "hooks": release.hooks,
        "apiVersions": list(release.context.api_versions),
        "postRender": release.post_render,
    }


def _component(component: LockedComponent) -> Json:
    companions = {name: list(found) for name, found in sorted(component.companions.items())}
    return {
        "decision": component.decision,
        "resources": component.resources,
        "allowances": list(component.allowances),
        **({"companions": companions} if companions else {}),
        **({"references": list(component.references)} if component.references else {}),
        **({"unhashed": list(component.unhashed)} if component.unhashed else {}),
    }
