"""A tree in which one overlay moved and one base became a chart, for tests of what follows."""

from __future__ import annotations

import textwrap

from migrator.model import RepoPath
from migrator.rewrite.automation.follow import follow
from migrator.rewrite.automation.paths.moves import Moves, moves_of

MOVED = {
    "overlays/prod/kustomization.yaml": "environments/prod/kustomization.yaml",
    "overlays/prod/patch.yaml": "environments/prod/patch.yaml",
}
GONE = ("base/db/db.yaml", "base/db/kustomization.yaml")
STAYS = ("overlays/dev/kustomization.yaml", "overlays/prod2/kustomization.yaml", "base/kustomization.yaml")
CHART = "helm-charts/databases/db"


def moves() -> Moves:
    files = {RepoPath(old): RepoPath(new) for old, new in MOVED.items()} | dict.fromkeys(map(RepoPath, GONE))
    before = frozenset(map(RepoPath, (*MOVED, *GONE, *STAYS)))
    after = frozenset(map(RepoPath, (*MOVED.values(), *STAYS, f"{CHART}/Chart.yaml", f"{CHART}/values-prod.yaml")))
    return moves_of(files, before, after, dict.fromkeys(map(RepoPath, GONE), RepoPath(CHART)))


def followed(path: str, text: str, *, crlf: bool = False) -> tuple[str, list[tuple[int, str]]]:
    """The text afterwards, and line and summary of what a person has to look at."""
    text = textwrap.dedent(text)
    data = (text.replace("\n", "\r\n") if crlf else text).encode()
    found = follow({RepoPath(path): data}, moves())
    after = found.files.get(RepoPath(path), data).decode()
    notes = [
        (each.span.line or 0 if each.span else 0, each.summary)
        for each in found.diagnostics
        if each.code not in ("MIG650", "MIG654")
    ]
    return after.replace("\r\n", "\n") if crlf else after, notes
