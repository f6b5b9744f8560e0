"""What helm printed, as resources; and the same handed to a kustomization that patches it."""

from __future__ import annotations

import json
import re
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from migrator.compare.hooks import is_test_hook
from migrator.diagnostics import MigrateError
from migrator.engines.errors import Cause, EngineError, Failure
from migrator.engines.kustomize import KUSTOMIZATION_FILES, kustomize_build
from migrator.engines.run import DEFAULT_TIMEOUT
from migrator.engines.tools import Tool
from migrator.model import Json, RepoPath, Resource, resource_of

# Go's \s; helm v3 pkg/releaseutil/manifest.go, which takes the white space before it as well: pieces are stripped here
_SEPARATOR = re.compile(r"(?:^|\n)---[\t\n\f\r ]*")
_SOURCE = re.compile(r"^# Source: (\S+)", re.MULTILINE)
_FIRST_SOURCE = re.compile(r"\A# Source: [^\n]*\n")
# JSON allows these raw inside a string, YAML does not, or folds them
_NOT_IN_YAML = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")


def split_rendered(stream: bytes) -> tuple[str, ...]:
    """The documents of a rendered stream, cut as Helm cuts them, each with the one newline that helm prints after it.

    Helm's separator needs no line of its own (`---apiVersion: v1` occurs), so a YAML reader cuts differently.
    """
    pieces = _SEPARATOR.split(stream.decode("utf-8", "replace").strip())
    return tuple(f"{piece.strip()}\n" for piece in pieces if piece.strip())


def rendered_resources(stream: bytes, *, tests: bool = False) -> tuple[Resource, ...]:
    """The objects of a rendered stream in order, as kubectl would read them; a `List` stands for its items.

    Helm's test hooks are left out unless asked for; other hooks are objects like any other. EngineError MIG408 for a
    document that is not a Kubernetes object, YamlError for one that is not YAML.
    """
    found = (resource_of(body) for piece in split_rendered(stream) for body in _objects(piece))
    return tuple(resource for resource in found if tests or not is_test_hook(resource.body))


def _objects(piece: str) -> Iterator[dict[str, Json]]:
    from migrator.yamlio import Dialect, YamlError, read_documents, read_manifests

    try:
        values = read_manifests(_FIRST_SOURCE.sub("", piece))
    except YamlError:  # said with the file and the line
        read_documents(piece, dialect=Dialect.SIGS, path=_source(piece))
        raise
    for value in values:
        yield from _expanded(value, piece)


def _source(piece: str) -> RepoPath:
    found = _SOURCE.search(piece)
    return RepoPath(found[1] if found else "rendered")


def _expanded(value: Json, piece: str) -> Iterator[dict[str, Json]]:
    if value is None or value == {}:
        return
    if (
        not isinstance(value, dict)
        or not value.get("kind")
        or not value.get("apiVersion")
        or not isinstance(value.get("metadata") or {}, dict)
    ):
        cause = Cause(failure=Failure.TEMPLATE, message="the document is not a Kubernetes object", path=_source(piece))
        raise EngineError.because("MIG408", cause, remedy="helm could not install this chart with these values")
    items = value.get("items")
    if str(value["kind"]).endswith("List") and isinstance(items, list):
        for item in items:
            yield from _expanded(item, piece)
        return
    yield value


def kustomize_post_render(
    tool: Tool,
    rendered: bytes,
    patches_dir: Path,
    resource_name: str,
    *,
    timeout: float = DEFAULT_TIMEOUT,
) -> bytes:
    """The chart's output after the kustomization in `patches_dir` has patched it (`postRender` of the lock).

    The work happens on a copy, where the output is written under `resource_name`, the one that is not a file of the
    repository. Helm's stream is read as kubectl reads it and handed over as JSON, because kustomize would read
    `yes`, `on` and dates otherwise (facts Y1, Y4). EngineError MIG409 for a name that leaves the folder, MIG21x where
    the build fails.
    """
    name = Path(resource_name)
    if name.is_absolute() or ".." in name.parts or (patches_dir / name).exists():
        cause = Cause(failure=Failure.OTHER, message=f"{resource_name} cannot stand for the chart's output")
        raise EngineError.because("MIG409", cause, remedy="name a file that does not exist beside the kustomization")
    with tempfile.TemporaryDirectory(prefix="migrate-") as folder:
        copy = Path(folder).resolve() / (patches_dir.name or "post-render")
        shutil.copytree(patches_dir, copy, symlinks=True)
        target = copy / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if not target.parent.resolve().is_relative_to(copy):
            cause = Cause(failure=Failure.OTHER, message=f"{resource_name} leads out of the folder")
            raise EngineError.because("MIG409", cause, remedy="replace the symbolic link")
        target.write_text(_kustomize_input(rendered), encoding="utf-8")
        return kustomize_build(tool, copy, network=False, timeout=timeout)


def post_render_resource(patches_dir: Path) -> str:
    """The one resource of a post-render kustomization that is not a file; MIG409 if there is not exactly one."""
    from migrator.yamlio import Dialect, read_value

    file = next((patches_dir / name for name in KUSTOMIZATION_FILES if (patches_dir / name).is_file()), None)
    missing: list[str] = []
    if file is not None:
        fields = read_value(file.read_bytes(), dialect=Dialect.KUSTOMIZE, path=RepoPath(file.name))
        entries = [v for k, v in fields.items() if k.lower() == "resources"] if isinstance(fields, dict) else []
        listed = entries[0] if entries and isinstance(entries[0], list) else []
        missing = [
            str(entry) for entry in listed if "://" not in str(entry) and not (patches_dir / str(entry)).exists()
        ]
    if len(missing) != 1:
        found = ", ".join(missing) if missing else "none"
        raise MigrateError.of(
            "MIG409",
            f"the post-render kustomization {patches_dir.name} needs one resource that is not a file, found {found}",
            remedy="list one resource that does not exist; the chart's output takes its place",
        )
    return missing[0]


def _kustomize_input(rendered: bytes) -> str:
    bodies = (json.dumps(resource.body, ensure_ascii=False) for resource in rendered_resources(rendered, tests=True))
    return "".join(f"---\n{_NOT_IN_YAML.sub(_escaped, body)}\n" for body in bodies)


def _escaped(match: re.Match[str]) -> str:
    return f"\\u{ord(match[0]):04x}"
