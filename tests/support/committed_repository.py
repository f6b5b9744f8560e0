"""A hybrid repository under git, whose first commit has plain manifests."""

from __future__ import annotations

from typing import Any

from migrator.prove import render_lock

Hybrid = Any


def vendor(hybrid: Hybrid) -> None:
    """What the hybrid renders, as the plain manifests that stood in `before/`, where Argo CD ran the hook as well."""
    from migrator.yamlio import dump

    (hybrid.root / "migrate.yaml").write_text("gitops: argocd\n")
    rendering = render_lock(hybrid.lock, hybrid.root, hybrid.context)["prod"]
    folder = hybrid.root / "before"
    folder.mkdir()
    names = []
    owned = [(part, resource) for part in rendering.parts for resource in part.resources]
    for position, (part, resource) in enumerate(owned):
        body = dict(resource.body)
        if part.context is not None and resource.gvk.kind != "CustomResourceDefinition":
            body["metadata"] = {**body["metadata"], "namespace": part.context.namespace}
        names.append(f"{position}.yaml")
        (folder / names[-1]).write_text(dump(body))
    (folder / "kustomization.yaml").write_text(dump({"resources": names}))
