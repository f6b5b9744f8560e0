"""What a repository may not lose by an apply, counted without the product: bytes, comments, anchors, secrets."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

MARKER = re.compile(rb'\{\s*"\$imagepolicy"')
_ANCHOR = re.compile(r"(?:^|[\s\[{,:-])&([A-Za-z0-9_.-]+)(?=\s|$)")
_ALIAS = re.compile(r"(?:^|[\s\[{,:-])\*([A-Za-z0-9_.-]+)(?=[\s,\]}]|$)")
_COMMENT = re.compile(r"^\s*#")
_ENCRYPTED = (
    re.compile(rb"(?m)^sops:\s*$|\bENC\[AES256_GCM,"),
    re.compile(rb"(?m)^kind:\s*[\"']?SealedSecret\b"),
    re.compile(rb"^\$ANSIBLE_VAULT;|^\x00GITCRYPT|^-----BEGIN (?:AGE ENCRYPTED FILE|PGP MESSAGE)"),
)

Tree = Mapping[str, bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Losses:
    """What is not there any more, each as `path: what`."""

    bytes: tuple[str, ...] = ()
    """Files that differ and that the plan does not name."""
    comments: tuple[str, ...] = ()
    markers: int = 0
    anchors: tuple[str, ...] = ()
    encrypted: tuple[str, ...] = ()


def tree_of(root: Path) -> Tree:
    """Path -> bytes of every file but git's; a link is the path that it holds."""
    found: dict[str, bytes] = {}
    for path in sorted(root.rglob("*")):
        name = path.relative_to(root).as_posix()
        if name.split("/")[0] == ".git":
            continue
        if path.is_symlink():
            found[name] = b"-> " + str(path.readlink()).encode()
        elif path.is_file():
            found[name] = path.read_bytes()
    return found


def changed(before: Tree, after: Tree) -> tuple[str, ...]:
    """The paths of files that are not the same on both sides."""
    return tuple(sorted(path for path in {*before, *after} if before.get(path) != after.get(path)))


def losses(before: Tree, after: Tree, planned: Sequence[str]) -> Losses:
    """What the second tree lacks of the first. `planned` are the paths that the plan names."""
    edited = [path for path in changed(before, after) if path in before and path in after]
    held = {sha256(data).digest() for data in after.values()}
    return Losses(
        bytes=tuple(path for path in changed(before, after) if path not in planned),
        comments=tuple(each for path in edited for each in _comments(path, before[path], after[path])),
        markers=sum(_markers(data) for data in before.values()) - sum(_markers(data) for data in after.values()),
        anchors=tuple(each for path in edited for each in _anchors(path, after[path])),
        encrypted=tuple(
            path for path, data in before.items() if is_encrypted(data) and sha256(data).digest() not in held
        ),
    )


def is_encrypted(data: bytes) -> bool:
    """Whether a file holds what only its owner can make again."""
    return any(each.search(data) for each in _ENCRYPTED)


def _markers(data: bytes) -> int:
    return len(MARKER.findall(data))


def _comments(path: str, before: bytes, after: bytes) -> Iterator[str]:
    """Lines of comment that are gone though what they stand above is not.

    A comment belongs to the next line of content; where that is gone too, both went together.
    """
    old, new = _lines(before), _lines(after)
    gone = set()
    for tag, i, j, _, _ in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag in ("replace", "delete"):
            gone.update(range(i, j))
    for at in sorted(gone):
        if not _COMMENT.match(old[at]) or old[at].strip() in {line.strip() for line in new}:
            continue
        below = next((n for n in range(at + 1, len(old)) if old[n].strip() and not _COMMENT.match(old[n])), None)
        if below not in gone:
            yield f"{path}:{at + 1}: {old[at].strip()}"


def _anchors(path: str, after: bytes) -> Iterator[str]:
    text = "\n".join(line for line in _lines(after) if not _COMMENT.match(line))
    missing = set(_ALIAS.findall(text)) - set(_ANCHOR.findall(text))
    yield from (f"{path}: *{name}" for name in sorted(missing)) if _ANCHOR.search(text) else ()


def _lines(data: bytes) -> list[str]:
    return data.decode(errors="replace").splitlines()
