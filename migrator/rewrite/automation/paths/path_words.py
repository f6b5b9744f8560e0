"""A word of a script, workflow or configuration that may be a path: where it leads, and how it is written now."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from migrator.model import RepoPath
from migrator.rewrite.automation.paths.findings import Book
from migrator.rewrite.automation.paths.globs import GLOB_SIGN, glob_now
from migrator.rewrite.automation.paths.moves import Moves, Place, folders_of
from migrator.rewrite.automation.paths.variable_paths import ends_now

ROOT = "\0"
"""Stands for the repository's folder at the start of a text."""
_TOP = RepoPath(".")
_SAFE = re.compile(r"[\w./@%+,~-]*")
_TOKEN = re.compile(r"[^\s\"'`,;()<>|=&]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A part of a word."""

    text: str | None
    """What it stands for; None for what only a run would tell."""
    start: int
    end: int
    is_fixed: bool = False
    """Not written here: a variable."""
    now: str | None = None
    """What a variable stands for once its own assignment is followed."""


def literal(text: str, start: int = 0) -> tuple[Piece, ...]:
    """A word that stands in the text as it is."""
    return (Piece(text=text, start=start, end=start + len(text)),)


def resolved(text: str, base: RepoPath | None) -> RepoPath | None:
    """The path below the repository's folder that a text names, seen from a folder; None for any other place."""
    if text.startswith(ROOT):
        text, base = text[1:].lstrip("/") or ".", RepoPath(".")
    if base is None or not text or text.startswith(("/", "~")) or "://" in text:
        return None
    path = posixpath.normpath(posixpath.join(base, text))
    return None if path.startswith("..") else RepoPath(path)


def follow_word(
    book: Book,
    pieces: Sequence[Piece],
    base: RepoPath | None,
    moves: Moves,
    *,
    is_path: bool = False,
    inherits: bool = False,
) -> str | None:
    """Write into the book what a word needs. Comes back with what it stands for now, None where only a run tells.

    `is_path`: it stands where only a path can; else a name without a slash is none. `inherits`: the chart that took
    a folder's place may stand for it.
    """
    if any(piece.text is None for piece in pieces):
        _computed(book, pieces, base, moves)
        return None
    known, now = _known(pieces), _now(pieces)
    sign = known.find("=")
    if sign >= 0 and not known.startswith(ROOT):
        tail = follow_word(book, _tail(pieces, sign + 1), base, moves, is_path=is_path, inherits=inherits)
        return None if tail is None else known[: sign + 1] + tail
    if len(pieces) == 1 and "," in known and not pieces[0].is_fixed:
        return ",".join(
            follow_word(book, part, base, moves, is_path=is_path, inherits=inherits) or "" for part in _parts(pieces[0])
        )
    if "://" in known or known in ("", "-"):
        return now
    if ":" in known:
        return _with_colon(book, pieces, base, moves, is_path=is_path, now=now)
    if GLOB_SIGN.search(known):
        return _glob(book, pieces, base, moves, inherits=inherits)
    if not is_path and "/" not in known:
        return now
    return _follow_path(book, pieces, base, moves, inherits=inherits)


def _follow_path(book: Book, pieces: Sequence[Piece], base: RepoPath | None, moves: Moves, *, inherits: bool) -> str:
    """As `follow_word`, of a word that is one path."""
    known, now = _known(pieces), _now(pieces)
    path = resolved(known, base)
    if path is None and base is None and not known.startswith("/"):
        _beyond(book, pieces, moves)
    if path is None:
        return now
    there = base_now(base, moves)
    place = moves.places.get(path) or _with_its_folder(path, moves)
    is_seen_anew = now != known if known.startswith(ROOT) else there != base
    if place is None and is_seen_anew and _exists(path, moves):
        place = Place(path=path)  # it stands still, the folder that it is seen from moves
    return now if place is None else _moved(book, pieces, there, place, path, moves, inherits=inherits)


def _known(pieces: Sequence[Piece]) -> str:
    """What a word stands for before anything moves."""
    return "".join(piece.text or "" for piece in pieces)


def _now(pieces: Sequence[Piece]) -> str:
    """The same once the variables in it are followed."""
    return "".join(piece.text or "" if piece.now is None else piece.now for piece in pieces)


def _with_its_folder(path: RepoPath, moves: Moves) -> Place | None:
    """A file that is yet to be made goes where its folder went."""
    if _exists(path, moves):
        return None
    for folder in reversed(folders_of(path)):
        place = moves.places.get(RepoPath(folder))
        if place is not None and place.path is not None:
            return Place(path=RepoPath(f"{place.path}{path[len(folder) :]}"))
        if place is not None:
            return Place(path=None, reason=f"of {folder}, {place.reason}")
        if folder in moves.folders:
            return None  # it would be made in a folder that stands where it was
    return None


def base_now(base: RepoPath | None, moves: Moves) -> RepoPath | None:
    """The folder where a folder is now."""
    place = (moves.places.get(base) or _with_its_folder(base, moves)) if base is not None else None
    return base if place is None or place.path is None else place.path


def _exists(path: RepoPath, moves: Moves) -> bool:
    return path in moves.before or path in moves.folders


def mentions(text: str, moves: Moves, base: RepoPath = _TOP) -> Iterator[tuple[int, RepoPath]]:
    """The paths of a text that left their place, with their offsets; a name without a slash is not a path."""
    for found in _TOKEN.finditer(text):
        path = resolved(found[0], base) if "/" in found[0] else None
        if path is not None and path in moves.places:
            yield found.start(), path


def told(path: RepoPath, place: Place) -> str:
    """What a note says about a path that cannot be followed."""
    return f"{path}: {place.reason}" if place.path is None else f"{path} is {place.path} now"


def _moved(  # noqa: PLR0917 - private
    book: Book,
    pieces: Sequence[Piece],
    base: RepoPath | None,
    place: Place,
    path: RepoPath,
    moves: Moves,
    *,
    inherits: bool,
) -> str:
    target = place.path or (place.heir if inherits and path not in moves.files else None)
    now = _now(pieces)
    if target is None:
        book.note(pieces[0].start, f"{told(path, place)}; it cannot be followed here")
        return now
    if resolved(now, base) == target:
        return now
    wanted = _written(pieces, now, base, target, moves)
    if wanted is None or not _SAFE.fullmatch(wanted.replace(ROOT, "")):
        became = "is seen from another folder" if target == path else f"is {target}"
        book.note(pieces[0].start, f"{path} {became} now; it is put together here, so it was not changed")
        return now
    _replace(book, pieces, now, wanted)
    return wanted


def _written(pieces: Sequence[Piece], now: str, base: RepoPath | None, target: RepoPath, moves: Moves) -> str | None:
    """The target as this word, which stands for `now`, would write it; None where it cannot."""
    old = _known(pieces)
    fixed = ""
    for piece in pieces:
        if not piece.is_fixed:
            break
        fixed += piece.text or "" if piece.now is None else piece.now
    slash = "/" if old.endswith("/") else ""
    if fixed:
        rest = now[len(fixed) :]
        if fixed.endswith("/"):
            fixed, rest = fixed[:-1], f"/{rest}"
        folder = base_now(resolved(fixed, base), moves)
        if folder is None or not rest.startswith("/"):
            return None
        tail = posixpath.relpath(target, folder)
        if tail.startswith("..") and not rest.startswith("/.."):
            return None
        return f"{fixed}/{tail}{slash}"
    tail = posixpath.relpath(target, base or ".")
    dot = "./" if old.startswith("./") and not tail.startswith(".") else ""
    return f"{dot}{tail}{slash}"


def _replace(book: Book, pieces: Sequence[Piece], now: str, wanted: str) -> None:
    """Replace the least that differs, where it lies in one piece that is written here."""
    head = _shared(now, wanted)
    tail = _shared(now[head:][::-1], wanted[head:][::-1])
    first, last = head, len(now) - tail
    at = 0
    for piece in pieces:
        size = len(piece.text or "" if piece.now is None else piece.now)
        if not piece.is_fixed and at <= first and last <= at + size and piece.end - piece.start == size:
            start = piece.start + first - at
            book.replace(start, start + last - first, wanted[head : len(wanted) - tail])
            return
        at += size
    book.note(pieces[0].start, f"{now.replace(ROOT, '.')} should read {wanted.replace(ROOT, '.')} here")


def _shared(one: str, other: str) -> int:
    """How many characters two texts begin with together."""
    return next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))


def _glob(book: Book, pieces: Sequence[Piece], base: RepoPath | None, moves: Moves, *, inherits: bool) -> str | None:
    known = _known(pieces)
    pattern = resolved(known, base)
    if pattern is None:
        return None
    found = glob_now(pattern, moves, inherits=inherits)
    if found is None:
        return known
    target, reason = found
    if target is None:
        book.note(pieces[0].start, f"{pattern} does not match the same files any more: {reason}")
        return None
    wanted = _written(pieces, known, base_now(base, moves), target, moves)
    if wanted is None:
        book.note(pieces[0].start, f"{pattern} should read {target} here")
        return None
    _replace(book, pieces, known, wanted)
    return wanted


def _with_colon(
    book: Book, pieces: Sequence[Piece], base: RepoPath | None, moves: Moves, *, is_path: bool, now: str
) -> str:
    """`here:/there` of a mount is a path in front; `HEAD:path` and `host:path` are somewhere else."""
    known = _known(pieces)
    head, _, tail = known.partition(":")
    if tail.startswith("/") and "/" in head and len(pieces) == 1:
        piece = pieces[0]
        follow_word(book, [replace(piece, text=head, end=piece.start + len(head))], base, moves, is_path=is_path)
        return now
    path = resolved(tail, base)
    place = moves.places.get(path) if path is not None and "/" in tail and "@" not in head else None
    if path is not None and place is not None:
        book.note(pieces[0].start, f"{told(path, place)}; here it is named behind {head}:, so it was not changed")
    return now


def _computed(book: Book, pieces: Sequence[Piece], base: RepoPath | None, moves: Moves) -> None:
    """A note where a word with unknown parts may name a path that left its place."""
    if _follow_head(book, pieces, base, moves) or _follow_ends(book, pieces, base, moves):
        return
    texts = [piece.text for piece in pieces]
    shown = "".join("…" if text is None else text for text in texts).replace(ROOT, "")
    if "://" in shown:
        return
    begins = texts[0]
    if begins is None:
        rest = "".join(text or "…" for text in texts[1:])
        if rest.strip("/…").count("/") < 1 or not rest.startswith("/"):
            return
        pattern = "(?:.*/)?" + _loose(texts[1:]).removeprefix("/")
    else:
        folder = resolved(begins.rpartition("/")[0] or ".", base)
        if folder is None or "/" not in begins.removeprefix("./"):
            return
        head = "" if folder == "." else re.escape(f"{folder}/")
        pattern = head + _loose([begins.rpartition("/")[2], *texts[1:]])
    hits = [path for path in moves.places if re.fullmatch(pattern.rstrip("/"), path)]
    if hits:
        also = f" (and {len(hits) - 1} more)" if len(hits) > 1 else ""
        target = moves.places[hits[0]].path
        became = f"is {target} now" if target is not None else "is gone"
        book.note(pieces[0].start, f"the path {shown} is computed, and {hits[0]} {became}{also}")


def _follow_head(book: Book, pieces: Sequence[Piece], base: RepoPath | None, moves: Moves) -> bool:
    """Whether all that a word may name lies in a folder that it spells out, and that moved as a whole."""
    first = next(at for at, piece in enumerate(pieces) if piece.text is None)
    head = list(pieces[:first])
    if not head or "/" not in (head[-1].text or "") or head[-1].is_fixed:
        return False
    text = (head[-1].text or "").rpartition("/")[0]
    head[-1] = replace(head[-1], text=text, end=head[-1].start + len(text))
    folder = resolved(_known(head), base)
    place = moves.places.get(folder) if folder is not None else None
    if folder is None or place is None or place.path is None:
        return False
    below = [path for path in moves.before if path.startswith(f"{folder}/")]
    if any(moves.files.get(path) != f"{place.path}{path[len(folder) :]}" for path in below):
        return False
    follow_word(book, head, base, moves, is_path=True)
    return True


def _follow_ends(book: Book, pieces: Sequence[Piece], base: RepoPath | None, moves: Moves) -> bool:
    """Whether all that a word may name, whatever its one unknown part is, has moved in the same way."""
    at = next(number for number, piece in enumerate(pieces) if piece.text is None)
    start = 1 if at and pieces[0].is_fixed and pieces[0].text == ROOT else 0
    written = [*pieces[start:at], *pieces[at + 1 :]]
    if at != start + 1 or len(pieces) > at + 2:
        return False
    if any(each.is_fixed or not each.text or each.end - each.start != len(each.text) for each in written):
        return False
    root = ROOT if start else ""
    head, tail = written[0].text or "", written[1].text or "" if len(written) > 1 else ""
    above, slash, begun = head.rpartition("/")
    folder = resolved(f"{root}{above}" or ".", base)
    if folder is None or not slash or (tail and not tail.startswith("/")):
        return False
    now = ends_now(f"{folder}/{begun}".removeprefix("./"), tail, moves)
    if now is None:
        return False
    goal, _, begun_now = now[0].rpartition("/")
    seen = f"/{goal}" if root else posixpath.relpath(goal or ".", base_now(base, moves) or ".")
    dot = "./" if head.startswith("./") and not seen.startswith(".") else ""
    text = f"{dot}{seen}/{begun_now}"
    if not _SAFE.fullmatch(text + now[1]) or (now[1] and not tail):
        return False
    book.replace(written[0].start, written[0].end, text)
    if tail and now[1] != tail:
        book.replace(written[1].start, written[1].end, now[1])
    return True


def _loose(texts: Sequence[str | None]) -> str:
    return "".join("[^/]+" if text is None else re.escape(text) for text in texts)


def _beyond(book: Book, pieces: Sequence[Piece], moves: Moves) -> None:
    known = _known(pieces)
    path = resolved(known, RepoPath("."))
    if path is not None and "/" in known and path in moves.places:
        book.note(
            pieces[0].start, f"{told(path, moves.places[path])}; the folder that this is run in is not known here"
        )


def _tail(pieces: Sequence[Piece], size: int) -> tuple[Piece, ...]:
    """The pieces without their first characters."""
    found = []
    for piece in pieces:
        text = piece.text or ""
        if size >= len(text) and size > 0:
            size -= len(text)
            continue
        if size:
            piece = replace(piece, text=text[size:], start=piece.start + size, is_fixed=piece.is_fixed)  # noqa: PLW2901
            size = 0
        found.append(piece)
    return tuple(found)


def _parts(piece: Piece) -> Iterator[tuple[Piece, ...]]:
    at = piece.start
    for part in (piece.text or "").split(","):
        yield literal(part, at)
        at += len(part) + 1
