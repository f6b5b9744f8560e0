"""The deployers of a repository as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

from migrator.model import without_credentials

if TYPE_CHECKING:
    from migrator.gitops.deployer import Deployer, Source
    from migrator.model import Json, ResId


def deployer_document(deployer: Deployer) -> dict[str, Json]:
    """Who it is, where it is written, what it deploys where, when it acts, and what of it is not known."""
    policy = deployer.policy
    document: dict[str, Json] = {
        "tool": deployer.tool.value,
        **_identity(deployer.id),
        "environment": deployer.environment,
        "cluster": without_credentials(deployer.cluster),
        "destination_namespace": deployer.namespace,
        "sources": [_source(each) for each in deployer.sources],
        "policy": {
            "automated": policy.automated,
            "prune": policy.prune,
            "self_heal": policy.self_heal,
            "cascade": policy.cascade,
            "suspended": policy.suspended,
        },
        "unknown": [without_credentials(each) for each in deployer.unknown],
    }
    if deployer.root is not None:
        document["root"] = str(deployer.root)
    if deployer.span is not None:
        document |= {"path": str(deployer.span.path), "line": deployer.span.line}
    if deployer.project:
        document["project"] = deployer.project
    if deployer.tracking:
        document["tracking"] = deployer.tracking
    others = {"made_by": deployer.made_by, "delivered_by": deployer.delivered_by}
    document |= {key: _identity(held) for key, held in others.items() if held is not None}
    if deployer.depends_on:
        document["depends_on"] = [_identity(each) for each in deployer.depends_on]
    return document


def _identity(res_id: ResId) -> dict[str, Json]:
    return {"kind": res_id.kind, "namespace": res_id.namespace, "name": res_id.name}


def _source(source: Source) -> dict[str, Json]:
    """Where it reads; values are never part of it."""
    document: dict[str, Json] = {"repository": without_credentials(source.repository), "here": source.here}
    texts = {key: getattr(source, key) for key in ("revision", "path", "chart", "version", "ref")}
    document |= {key: str(text) for key, text in texts.items() if text}
    if source.helm is not None:
        document |= {"release": source.helm.release_name, "value_files": list(source.helm.value_files)}
    if source.kustomize is not None:
        document["adds"] = sorted(source.kustomize.fields)
        if source.kustomize.substitutions is not None:
            document["substitutes"] = sorted(source.kustomize.substitutions)
    return document
