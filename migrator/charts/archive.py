"""Read a chart, from an archive or a folder, wholly into memory: nothing is ever unpacked onto the disk."""

from __future__ import annotations

import gzip
import hashlib
import io
import posixpath
import re
import tarfile
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path

from migrator.charts.types import ChartArchive, ChartRef
from migrator.diagnostics import MigrateError
from migrator.model import Json, RepoPath

MAX_CHART_BYTES = 100 * 1024 * 1024
"""Of one unpacked chart, as in helm v3 (pkg/chart/loader)."""
MAX_FILE_BYTES = 5 * 1024 * 1024
"""Of one file in it, as in helm v3."""
MAX_FILES = 20_000
_MAX_DEPTH = 8
_BOM = b"\xef\xbb\xbf"
_TEXT_FIELDS = ("name", "version", "appVersion", "kubeVersion", "apiVersion", "type", "description")
_DRIVE = re.compile(r"^[A-Za-z]:/")


def load_archive(path: Path, *, is_subchart: bool = False) -> ChartArchive:
    """The chart in a `.tgz` or in a folder; of a subchart's folder, helm does not ask its `.helmignore`.

    Subcharts are files under `charts/NAME/`; a nested archive is unpacked to there (`charts/NAME-VERSION/` where the
    name is taken). MigrateError MIG410 unreadable archive, MIG411 no usable Chart.yaml, MIG412 too large, MIG413 path
    that leaves the chart.
    """
    if path.is_dir():
        files = _folder_files(path, is_subchart=is_subchart)
        digest = _files_digest(files)
    else:
        data = _read(path)
        files = _archive_files(data, path.name)
        digest = f"sha256:{hashlib.sha256(data).hexdigest()}"
    unpacked = dict(sorted(_with_subcharts(files, path.name, depth=0).items()))
    metadata = read_metadata(unpacked, path.name)
    ref = ChartRef(name=metadata["name"], version=metadata["version"])
    return ChartArchive(ref=ref, digest=digest, path=path, metadata=metadata, files=unpacked)


def load_metadata(path: Path) -> dict[str, Json]:
    """Chart.yaml of an archive, read no further than needed; errors as for load_archive."""
    try:
        with _opened(_read(path)) as archive:
            for member in archive:
                parts = posixpath.normpath(member.name).split("/")
                if member.isfile() and len(parts) == 2 and parts[1] == "Chart.yaml":
                    return read_metadata({"Chart.yaml": _member_bytes(archive, member, path.name)}, path.name)
    except (tarfile.TarError, OSError, EOFError, zlib.error) as error:
        raise _corrupt(path.name, error) from None
    raise _no_metadata(path.name, "it has no Chart.yaml")


def read_metadata(files: Mapping[str, bytes], shown: str) -> dict[str, Json]:
    """Chart.yaml of a chart's files; of apiVersion v1 with the `dependencies` of requirements.yaml, as helm has it.

    Fields that helm holds as strings are strings here (`appVersion: 1.10` is "1.1", as in helm). MIG411 if unusable.
    """
    from migrator.yamlio import Dialect, YamlError, read_value

    data = files.get("Chart.yaml")
    if data is None:
        raise _no_metadata(shown, "it has no Chart.yaml")
    try:
        value = read_value(data, dialect=Dialect.SIGS, path=RepoPath(f"{shown}/Chart.yaml"))
        requirements = files.get("requirements.yaml")
        listed = (
            read_value(requirements, dialect=Dialect.SIGS, path=RepoPath(f"{shown}/requirements.yaml"))
            if requirements
            else None
        )
    except YamlError as error:
        raise _no_metadata(shown, error.diagnostic.summary) from None
    if not isinstance(value, dict):
        raise _no_metadata(shown, "its Chart.yaml is not a mapping")
    metadata = {key: _text(item) if key in _TEXT_FIELDS else item for key, item in value.items()}
    for key in ("name", "version"):
        if not metadata.get(key):
            raise _no_metadata(shown, f"its Chart.yaml has no {key}")
    if isinstance(listed, dict) and listed.get("dependencies") and metadata.get("apiVersion", "v1") == "v1":
        metadata["dependencies"] = listed["dependencies"]
    return metadata


def _text(value: Json) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:g}" if isinstance(value, float) else str(value)


def _read(path: Path) -> bytes:
    if path.exists() and not path.is_file():  # to read a pipe might never end
        raise MigrateError.of(
            "MIG410", f"chart archive {path.name}: no plain file", remedy="name an archive or a folder"
        )
    try:
        with path.open("rb") as file:
            data = file.read(MAX_CHART_BYTES + 1)
    except OSError as error:
        reason = (error.strerror or "it cannot be read").lower()
        raise MigrateError.of(
            "MIG410", f"chart archive {path.name}: {reason}", remedy="check the path and its permissions"
        ) from None
    if len(data) > MAX_CHART_BYTES:
        raise _too_large(path.name)
    return data


def _archive_files(data: bytes, shown: str) -> dict[str, bytes]:
    """Files of an archive below its one folder; a later entry of the same name wins, links and devices do not count."""
    files: dict[str, bytes] = {}
    total = 0
    try:
        with _opened(data) as archive:
            for member in archive:
                if not member.isfile():
                    continue
                name = _inner_name(member.name, shown)
                content = _member_bytes(archive, member, shown)
                total += len(content)
                if total > MAX_CHART_BYTES or len(files) >= MAX_FILES:
                    raise _too_large(shown)
                files[name] = content.removeprefix(_BOM)
    except (tarfile.TarError, OSError, EOFError, zlib.error) as error:
        raise _corrupt(shown, error) from None
    if not files:
        raise _corrupt(shown, None)
    return files


def _opened(data: bytes) -> tarfile.TarFile:
    """The archive as a stream: read once, in order, so that the limits hold before memory is spent.

    tarfile's own `r|gz` breaks on the extra field that helm writes into the gzip header.
    """
    return tarfile.open(fileobj=gzip.GzipFile(fileobj=io.BytesIO(data)), mode="r|")


def _member_bytes(archive: tarfile.TarFile, member: tarfile.TarInfo, shown: str) -> bytes:
    if member.size > MAX_FILE_BYTES:
        raise _too_large(f"{shown}: {member.name}")
    stream = archive.extractfile(member)
    return stream.read() if stream else b""


def _inner_name(name: str, shown: str) -> str:
    """A member's path below the chart's folder; MIG413 for one that is outside of it."""
    plain = name.replace("\\", "/")
    inner = posixpath.normpath(plain.partition("/")[2] or ".")
    if plain.startswith("/") or inner == "." or inner.startswith(("../", "/")) or inner == ".." or _DRIVE.match(inner):
        raise MigrateError.of(
            "MIG413",
            f"chart archive {shown} holds a file outside of the chart's folder: {name}",
            remedy="get the archive from its publisher again; this one is unsafe",
        )
    return inner


def _folder_files(folder: Path, *, is_subchart: bool) -> dict[str, bytes]:
    from migrator.charts.helmignore import parse_helmignore

    rules_file = folder / ".helmignore"
    text = rules_file.read_text("utf-8", "replace") if rules_file.is_file() else ""
    rules = () if is_subchart else parse_helmignore(text)
    files: dict[str, bytes] = {}
    total = 0
    for name, path in _walk(folder, folder.resolve(), "", rules):
        size = path.stat().st_size
        total += size
        if size > MAX_FILE_BYTES or total > MAX_CHART_BYTES or len(files) >= MAX_FILES:
            raise _too_large(f"{folder.name}: {name}")
        files[name] = path.read_bytes().removeprefix(_BOM)
    return files


def _walk(folder: Path, base: Path, prefix: str, rules: tuple[object, ...]) -> Iterator[tuple[str, Path]]:
    from migrator.charts.helmignore import Rule, is_ignored

    known = tuple(rule for rule in rules if isinstance(rule, Rule))
    for path in sorted(folder.iterdir()):
        name = f"{prefix}{path.name}"
        if path.is_symlink() and not path.resolve().is_relative_to(base):
            raise MigrateError.of(
                "MIG413",
                f"chart folder {base.name}: {name} is a symbolic link that leads out of it",
                remedy="replace the link by the files, or package the chart (helm package)",
            )
        is_folder = path.is_dir()
        if is_ignored(known, name, folder=is_folder):
            continue
        if is_folder:
            if not (path.is_symlink() and folder.resolve().is_relative_to(path.resolve())):
                yield from _walk(path, base, f"{name}/", rules)
        elif path.is_file():
            yield name, path


def _files_digest(files: Mapping[str, bytes]) -> str:
    digest = hashlib.sha256()
    for name in sorted(files):
        digest.update(f"{name}\0{len(files[name])}\0".encode())
        digest.update(files[name])
    return f"sha256:{digest.hexdigest()}"


def _with_subcharts(files: Mapping[str, bytes], shown: str, *, depth: int) -> dict[str, bytes]:
    """The files with every `charts/*.tgz` replaced by what is in it, to any depth that occurs."""
    nested = sorted(name for name in files if _is_nested_archive(name))
    kept = {name: data for name, data in files.items() if name not in nested}
    if nested and depth >= _MAX_DEPTH:
        raise _too_large(shown)
    for name in nested:
        inner_shown = f"{shown}: {name}"
        inner = _with_subcharts(_archive_files(files[name], inner_shown), inner_shown, depth=depth + 1)
        metadata = read_metadata(inner, inner_shown)
        folder = posixpath.dirname(name)
        target = f"{folder}/{posixpath.basename(metadata['name'])}"
        if any(path.startswith(f"{target}/") for path in kept):
            target = f"{target}-{metadata['version']}"
        kept.update({f"{target}/{path}": data for path, data in inner.items()})
        if sum(map(len, kept.values())) > MAX_CHART_BYTES:
            raise _too_large(shown)
    return kept


def _is_nested_archive(name: str) -> bool:
    """Whether helm would load the file as a subchart: `charts/X.tgz`, of the chart or of an unpacked subchart."""
    parts = name.split("/")
    if len(parts) < 2 or len(parts) % 2 or not name.endswith(".tgz") or parts[-1][0] in "._":
        return False
    return all(part == "charts" for part in parts[::2])


def _corrupt(shown: str, error: Exception | None) -> MigrateError:
    reason = str(error) if error and str(error) else "it ends too early or holds no files"
    return MigrateError.of(
        "MIG410",
        f"chart archive {shown} is corrupt: {reason}",
        remedy="download it again, or remove it from the mirror",
    )


def _no_metadata(shown: str, reason: str) -> MigrateError:
    return MigrateError.of("MIG411", f"{shown} is not a chart: {reason}", remedy="name a chart's archive or folder")


def _too_large(shown: str) -> MigrateError:
    return MigrateError.of(
        "MIG412",
        f"chart {shown} is too large (helm's limits: 5 MiB a file, 100 MiB a chart)",
        remedy="use a smaller chart",
    )
