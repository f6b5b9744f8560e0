"""The values of a release as its public chart takes them, without the umbrella chart around it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from migrator.lock import LockedRelease
from migrator.model import Json, RepoPath, laid_over, mapping_of
from migrator.yamlio import Dialect, YamlError, read_value


def chart_values(release: LockedRelease, tree: Path) -> Mapping[str, Json]:
    """All values of its files: those below the chart's name, and what is global above it.

    A null stays: it deletes a default (fact D5).
    """
    found: dict[str, Json] = {}
    for name in release.values:
        found = laid_over(found, mapping_of(yaml_of(tree / release.path / name)))
    own = dict(mapping_of(found.get(release.name)))
    return laid_over(own, {"global": found["global"]}) if "global" in found else own


def yaml_of(path: Path) -> Json:
    """What a file holds; None where it cannot be read."""
    try:
        return read_value(path.read_bytes(), dialect=Dialect.SIGS, path=RepoPath(path.name))
    except (OSError, YamlError):
        return None
