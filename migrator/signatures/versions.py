"""Version tables: those that ship, those that were renewed since, and both together."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from functools import reduce
from pathlib import Path

from migrator.model import RepoPath
from migrator.signatures.load import RULE_FILE, VersionTable
from migrator.yamlio import dump, rules_directory
from migrator.yamlio.fields import strict_file

TEAM_VERSIONS = RepoPath(".migrate/rules/versions")


def user_versions() -> Path:
    """The user's own folder of tables: `migrate/rules/versions` in the XDG data directory."""
    base = os.environ.get("XDG_DATA_HOME") or "~/.local/share"
    return Path(os.path.expanduser(base)) / "migrate" / "rules" / "versions"  # noqa: PTH111 - Path.home() may raise


def version_folders(root: Path) -> tuple[Path, ...]:
    """Where tables lie that were renewed: the user's own, and the team's in a repository."""
    return (user_versions(), root / TEAM_VERSIONS)


def load_versions(
    charts: Iterable[str], folders: Iterable[Path] = (), *, shipped: Path | None = None
) -> Mapping[str, VersionTable]:
    """The version tables of the named charts, those that have one; those of the folders add to ours.

    Read for recognised charts only: they are large. MIG301 for a table that is none.
    """
    roots = (shipped if shipped is not None else rules_directory() / "versions", *folders)
    tables: dict[str, VersionTable] = {}
    for chart in sorted(set(charts)):
        if not re.fullmatch(r"[\w.-]+", chart):
            continue
        found = [_table(chart, root) for root in roots if (root / f"{chart}.yaml").is_file()]
        if found:
            tables[chart] = reduce(_joined, found)
    return tables


def charts_with_versions() -> tuple[str, ...]:
    """The charts that we have a table of."""
    return tuple(sorted(path.stem for path in (rules_directory() / "versions").glob("*.yaml")))


def versions_text(table: VersionTable) -> str:
    """A table as a rule file."""
    publishers = {
        url: {app: " ".join(versions) for app, versions in apps.items()} for url, apps in table.publishers.items()
    }
    told = {"until": table.until} if table.until else {}
    about = f"app version -> chart versions of {table.chart}, newest first; from the publishers' indexes"
    value = {**told, "publishers": publishers}
    return dump(value, comments={(next(iter(value)),): about})


def _table(chart: str, root: Path) -> VersionTable:
    name = RepoPath(f"{'/'.join(root.parts[-2:])}/{chart}.yaml")
    value = strict_file((root / f"{chart}.yaml").read_bytes(), name, RULE_FILE)
    publishers: dict[str, Mapping[str, tuple[str, ...]]] = {}
    for repository, table in value.child("publishers").entries():
        publishers[repository] = {app: tuple(held.text().split()) for app, held in table.entries()}
    images = {version: frozenset(held.text().split()) for version, held in value.child("rendered").entries()}
    return VersionTable(chart=chart, publishers=publishers, rendered=images, until=value.child("until").text(""))


def _joined(ours: VersionTable, newer: VersionTable) -> VersionTable:
    """Both together; what the newer one says of an app version comes first."""
    publishers = {url: dict(apps) for url, apps in ours.publishers.items()}
    for url, apps in newer.publishers.items():
        held = publishers.get(url, {})
        both = {app: tuple(dict.fromkeys((*versions, *held.get(app, ())))) for app, versions in apps.items()}
        publishers[url] = {**both, **{app: versions for app, versions in held.items() if app not in both}}
    return VersionTable(
        chart=ours.chart,
        publishers=publishers,
        rendered={**ours.rendered, **newer.rendered},
        until=max(ours.until, newer.until),
    )
