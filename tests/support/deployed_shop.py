"""A lock of a small shop, as pipelines and scripts are made of it."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from migrator.lock import Lock, LockedEnvironment, LockedRelease
from migrator.model import ReleaseContext, RepoPath
from migrator.pipelines.emit import Surroundings, Wishes, emitted

CHART = RepoPath("infrastructure/databases/tiny-db")
HOSTILE = "it's $(touch /tmp/pwned) `id` ${{ github.token }} @tables@\n::error::x"
"""What a shell, a workflow, a log and a template would each take for something to do."""


def release(environment: str, **further: Any) -> LockedRelease:
    """The release of the shop's database."""
    held: dict[str, Any] = {
        "component": "tiny-db",
        "context": ReleaseContext(release="shop-db", namespace="shop", kube_version="1.32"),
        "path": CHART,
        "name": "tiny-db",
        "version": "1.0.0",
        "repository": "https://tiny.example.org/charts",
        "digest": "sha256:0",
        "values": ("values.yaml", f"values-{environment}.yaml"),
    }
    return LockedRelease(**{**held, **further})


def lock(*environments: str, **further: Any) -> Lock:
    """The lock of a shop with these environments."""
    held = {
        name: LockedEnvironment(
            before=(), kustomize=(RepoPath(f"applications/shop/overlays/{name}"),), helm=(release(name),)
        )
        for name in environments or ("dev", "prod")
    }
    engines = {"helm": "v3.17.3", "kustomize": "v5.8.1", "kubeVersion": "1.32"}
    values: dict[str, Any] = {
        "commit": None,
        "tree": "",
        "engines": engines,
        "environments": held,
        "components": {},
        "staying": {},
        "verdict": "",
        "proof_digest": "",
        "rendered": {},
    }
    return Lock(**{**values, **further})


def with_releases(shop: Lock, **further: Any) -> Lock:
    """The lock with other releases in every environment."""
    environments = {name: replace(each, helm=(release(name, **further),)) for name, each in shop.environments.items()}
    return replace(shop, environments=environments)


def written(root: Path, deployed: Any, wishes: Wishes, **around: Any) -> tuple[str, ...]:
    """Writes what is emitted below the root; the codes of what is said."""

    def read(path: RepoPath) -> bytes | None:
        return (root / path).read_bytes() if (root / path).is_file() else None

    edits, notes = emitted(deployed, wishes, Surroundings(read=read, **around))
    for each in edits:
        place = root / each.path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(each.after or b"")
        place.chmod(0o755 if each.is_executable else 0o644)
    return tuple(each.code for each in notes)


def programs(folder: Path, **bodies: str) -> Mapping[str, str]:
    """Programs that note how they were called in the file `calls`, and then do what the shell text says."""
    folder.mkdir()
    for name, body in bodies.items():
        note = f"""printf '%s' {name} >>"$CALLS"; printf ' <%s>' "$@" >>"$CALLS"; echo >>"$CALLS"\n"""
        (folder / name).write_text(f"#!/usr/bin/env bash\n{note}{body}\n")
        (folder / name).chmod(0o755)
    return {"PATH": f"{folder}:/usr/bin:/bin", "CALLS": str(folder / "calls"), "HOME": str(folder)}


def run(script: Path, *arguments: str, env: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """The script, run with these programs alone."""
    given = {**env, "TMPDIR": os.environ.get("TMPDIR", "/tmp")}  # noqa: S108 - where mktemp looks as well
    return subprocess.run([script, *arguments], env=given, capture_output=True, text=True, check=False, timeout=60)
