"""A copy of what one build needs, with the root's kustomization asking for origin annotations."""

from __future__ import annotations

import contextlib
import os
import posixpath
import shutil
import tempfile
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path

from migrator.diagnostics import MigrateError
from migrator.discover import Index
from migrator.model import Json, RepoPath
from migrator.render_roots.origin import BUILD_METADATA
from migrator.yamlio import Dialect, decode, dump, read_value, same

_KEY = "buildMetadata"


@contextlib.contextmanager
def staged(index: Index, files: Iterable[RepoPath], folders: Iterable[RepoPath]) -> Iterator[Path]:
    """A temporary folder with copies of the files at their paths below the repository; gone afterwards.

    Copies, not hard links: a link would change the original's inode times, and a dry run touches nothing.
    """
    with tempfile.TemporaryDirectory(prefix="migrate-build-") as name:
        stage = Path(os.path.realpath(name))
        copy_files(index, files, folders, stage)
        yield stage


def copy_files(index: Index, files: Iterable[RepoPath], folders: Iterable[RepoPath], stage: Path) -> None:
    """Copy files and links of a repository to their paths below another folder."""
    for folder in folders:
        (stage / folder).mkdir(parents=True, exist_ok=True)
    # a link stays one: kustomize refuses those that lead out of a kustomization's folder
    for path in dict.fromkeys(map(index.resolve, files)):
        target = stage / path
        if not target.exists():  # what is there may have been changed since
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(index.root / path, target)
    for link, leads_to in index.links.items():
        place = stage / link
        if not place.exists() and not place.is_symlink():
            place.parent.mkdir(parents=True, exist_ok=True)
            relative = posixpath.relpath(leads_to, posixpath.dirname(link) or ".")
            with contextlib.suppress(OSError):  # a parent may be a link itself
                place.symlink_to(relative)


def asks_for(value: Json) -> tuple[str, ...]:
    """The annotations that a kustomization's own buildMetadata asks for."""
    return tuple(name for name, word in BUILD_METADATA.items() if word in _words(value))


def with_build_metadata(data: bytes, path: RepoPath) -> bytes | None:
    """The kustomization file asking for origin annotations, meaning otherwise the same; None if that cannot be had.

    A line is added at the end; where the file says something of the kind already, or its form does not allow that, the
    whole file is written anew. Either way it is read back and compared: the build must be of what the user wrote.
    A file without content stays as it is: kustomize refuses it, and must go on doing so.
    """
    value = read_value(data, dialect=Dialect.SIGS, path=path)
    fields: Mapping[str, Json] = value if isinstance(value, dict) else {}
    if not any(held for key, held in fields.items() if key.lower() not in {"apiversion", "kind"}):
        return None
    words = list(dict.fromkeys([*_words(fields), *BUILD_METADATA.values()]))
    wanted = {key: held for key, held in fields.items() if key.lower() != _KEY.lower()} | {_KEY: words}
    text = decode(data, path)
    separator = "" if not text or text.endswith(("\n", "\r")) else "\n"
    appended = f"{text}{separator}{_KEY}: [{', '.join(words)}]\n"
    if _means(appended, wanted, path):
        return appended.encode()
    anew = dump(wanted)
    return anew.encode() if _means(anew, wanted, path) else None


def _means(text: str, wanted: Mapping[str, Json], path: RepoPath) -> bool:
    try:
        return same(read_value(text, dialect=Dialect.SIGS, path=path), dict(wanted))
    except MigrateError:
        return False


def _words(value: Json) -> Collection[str]:
    if not isinstance(value, dict):
        return ()
    held = next((held for key, held in value.items() if key.lower() == _KEY.lower()), None)
    return tuple(word for word in held if isinstance(word, str)) if isinstance(held, list) else ()
