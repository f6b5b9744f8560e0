"""A hybrid repository under git, whose first commit has plain manifests."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

from migrator.prove import render_lock

Hybrid = Any


def git(root: Path, *arguments: str) -> str:
    who = ["-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false"]
    done = subprocess.run(["git", *who, *arguments], cwd=root, check=True, capture_output=True, text=True)
    return done.stdout.strip()


def commit(root: Path) -> str:
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", "x", "--allow-empty")
    return git(root, "rev-parse", "HEAD")


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
