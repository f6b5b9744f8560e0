"""The commits of a change of hands, each as a tree on disk, played before the model of the controllers."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from emitted_objects import ArgoCd, Flux, built, documents

from migrator.diagnostics import MigrateError
from migrator.gitops.controllers.world import CannotRenderError, History, Rendered

Body = Mapping[str, Any]


def trees(root: Path, branch: str, into: Path) -> list[Path]:
    """The tree at main and at every commit of the branch."""
    commits = subprocess.run(
        ["git", "rev-list", "--reverse", f"main..{branch}"], cwd=root, check=True, capture_output=True, text=True
    ).stdout.split()
    found = []
    for at, commit in enumerate(["main", *commits]):
        folder = into / str(at)
        folder.mkdir(parents=True)
        packed = subprocess.run(["git", "archive", commit], cwd=root, check=True, capture_output=True).stdout
        subprocess.run(["tar", "x"], cwd=folder, input=packed, check=True)
        found.append(folder)
    return found


def argocd_history(places: Sequence[Path], mirror: Path, by_hand: Callable[[Path], Sequence[Body]]) -> History:
    """What Argo CD sees: Applications render what their folders hold, with the real helm and kustomize."""
    known: dict[tuple[str, int], Rendered] = {}

    def render(body: Body, at: int) -> Rendered:
        key = (str(body["spec"].get("source") or body["spec"]["sources"]), at)
        if key not in known:
            argocd = ArgoCd(places[at], mirror)
            try:
                if body["metadata"]["name"].startswith("root-app"):
                    objects = argocd.delivered(body)
                else:
                    objects = [dict(each.body) for each in argocd.rendered(body)]
            except (
                OSError,
                subprocess.CalledProcessError,
                MigrateError,
            ) as error:  # a folder that is not there, at this commit
                raise CannotRenderError(str(error)) from None
            known[key] = Rendered(objects=objects)
        return known[key]

    return History(
        commits=[str(at) for at in range(len(places))],
        render=render,
        by_hand=lambda at: by_hand(places[at]),
    )


def flux_history(
    places: Sequence[Path], mirror: Path, cluster: str, by_hand: Callable[[Path], Sequence[Body]]
) -> History:
    """What Flux sees in a cluster: Kustomizations and HelmReleases, with the real kustomize and helm."""
    known: dict[tuple[str, int], Rendered] = {}

    def render(body: Body, at: int) -> Rendered:
        key = (str(body["spec"]), at)
        if key not in known:
            try:
                known[key] = Rendered(objects=_of_flux(body, places[at], mirror, cluster))
            except (OSError, subprocess.CalledProcessError, MigrateError, ValueError) as error:
                raise CannotRenderError(str(error)) from None
        return known[key]

    return History(
        commits=[str(at) for at in range(len(places))], render=render, by_hand=lambda at: by_hand(places[at])
    )


def _of_flux(body: Body, root: Path, mirror: Path, cluster: str) -> list[Body]:
    if body["kind"] == "HelmRelease":
        return [dict(each.body) for each in Flux(root, mirror, cluster).release(body["spec"])]
    folder = root / body["spec"]["path"]
    if (folder / "kustomization.yaml").is_file():
        return [dict(each.body) for each in built(root, body["spec"]["path"])]
    found = [each for path in sorted(folder.rglob("*.yaml")) for each in documents(path)]
    if not found:
        raise FileNotFoundError(folder)
    return found


def applied_by_hand(folder: Path, *patterns: str) -> list[dict[str, Any]]:
    """The objects in these files of a tree."""
    return [each for pattern in patterns for path in sorted(folder.glob(pattern)) for each in documents(path)]
