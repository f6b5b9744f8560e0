"""What a chart's files show without rendering: CRDs, images of switched-off parts, names of optional objects."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping

from migrator.diagnostics import MigrateError
from migrator.model import Json, RepoPath
from migrator.signatures.features import Image, parse_image
from migrator.signatures.types import FULLNAME, RELEASE
from migrator.yamlio import Dialect, read_value

_CRD = re.compile(
    r"^kind:\s*[\"']?CustomResourceDefinition\b.*?^  name:\s*[\"']?([a-z0-9-]+\.[a-z0-9.-]+)", re.DOTALL | re.MULTILINE
)
_SEPARATOR = re.compile(r"^---", re.MULTILINE)
_KIND = re.compile(r"^kind:\s*(\w+)\s*$", re.MULTILINE)
_NAME = re.compile(r"^metadata:\s*\n(?:^  .*\n)*?^  name:\s*(?P<text>.+?)\s*$", re.MULTILINE)
_CALL = r"(?:include|template)\s+\"(?P<helper>[\w.-]+)\"\s+[.$]"
_NAMED = (
    re.compile(rf"^\{{\{{-?\s*{_CALL}\s*-?\}}\}}(?P<suffix>[-:.][\w:.-]+)?$"),
    re.compile(rf"^\{{\{{-?\s*printf\s+\"%s(?P<suffix>[-:.][\w:.-]+)\"\s+\({_CALL}\s*\)\s*-?\}}\}}$"),
)
_RELEASED = re.compile(r"^\{\{-?\s*\.Release\.Name\s*-?\}\}(?P<suffix>[-:.][\w:.-]+)?$")


def crds_in_files(files: Mapping[str, bytes], known: Collection[str]) -> set[str]:
    """Names of the CRDs in `crds/` and in templates, of subcharts too unless they are known for themselves."""
    found: set[str] = set()
    for path, data in files.items():
        parts = path.split("/")
        if not path.endswith((".yaml", ".yml", ".tpl")) or (parts[0] == "charts" and parts[1] in known):
            continue
        if b"CustomResourceDefinition" not in data:
            continue
        for document in _SEPARATOR.split(data.decode("utf-8", "replace")):
            found.update(_CRD.findall(document))
    return found


def images_in_values(files: Mapping[str, bytes], subcharts: Collection[str] = ()) -> tuple[Image, ...]:
    """Images that values.yaml names as `repository` of some part of the chart, values of subcharts left out; sorted."""
    try:
        values = read_value(files.get("values.yaml", b""), dialect=Dialect.SIGS, path=RepoPath("values.yaml"))
    except MigrateError:
        return ()
    own = {key: value for key, value in values.items() if key not in subcharts} if isinstance(values, dict) else {}
    found = {image.repository: image for text in _repositories(own) if (image := parse_image(text))}
    return tuple(found[key] for key in sorted(found))


def optional_objects(files: Mapping[str, bytes], chart: str) -> Iterator[tuple[str, str]]:
    """Kind and name pattern of the objects in the chart's own templates whose name is the full name and a suffix."""
    for path in sorted(files):
        if not path.startswith("templates/") or "/tests/" in path or not path.endswith((".yaml", ".yml")):
            continue
        for document in _SEPARATOR.split(files[path].decode("utf-8", "replace")):
            kind, name = _KIND.search(document), _NAME.search(document)
            if kind and name and (pattern := _pattern(name["text"], chart)):
                yield kind[1], pattern


def _pattern(text: str, chart: str) -> str:
    released = _RELEASED.match(text)
    if released:
        return RELEASE + (released["suffix"] or "")
    for regex in _NAMED:
        match = regex.match(text)
        if match and match["helper"] in {f"{chart}.fullname", "common.names.fullname"}:
            return FULLNAME + (match["suffix"] or "")
    return ""


def _repositories(value: Json) -> Iterator[str]:
    if isinstance(value, Mapping):
        repository = value.get("repository")
        if isinstance(repository, str) and repository:
            yield repository
        for child in value.values():
            yield from _repositories(child)
    elif isinstance(value, list):
        for child in value:
            yield from _repositories(child)
