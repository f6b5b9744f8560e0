"""`migrate verify --attestation FILE`: what was proved of which commit, as a statement that anybody can make again."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from migrator.dataclass_json import to_json
from migrator.diagnostics import Diagnostics, MigrateError
from migrator.engines import dirty_paths, is_repository, resolve_commit, tree_digest
from migrator.lock import load_lock
from migrator.model import Json
from migrator.prove import Proof, intoto

HEAD = "HEAD"


def attest(root: Path, proof: Proof, diagnostics: Diagnostics, base: str | None, file: Path) -> None:
    """Write an in-toto Statement whose first subject is the tree of the commit that was proved, as git names it.

    Everything in it follows from two commits and the engines, so that a clone gives the same bytes. MIG939 where the
    work tree is not what a commit holds: nobody else could make that again.
    """
    other = _uncommitted(root, file)
    if other is not None:
        raise MigrateError.of(
            "MIG939",
            f"an attestation is of a commit, and {other}",
            remedy="commit first, then run `migrate verify --attestation FILE` again",
        )
    lock = load_lock(root)
    ref = base or (lock.commit if lock is not None else None) or HEAD
    statement = intoto(proof, diagnostics)
    statement["subject"] = [{"name": "tree", "digest": _named(root, HEAD)}, *statement["subject"]]
    before: dict[str, Json] = {"name": "before", "digest": _named(root, ref)}
    statement["predicate"]["configuration"] = [before, *statement["predicate"]["configuration"]]
    file.write_bytes(to_json(statement, indent=2) + b"\n")


def _uncommitted(root: Path, file: Path) -> str | None:
    """Why the work tree is not that of a commit; the file that is written does not count."""
    if not is_repository(root) or resolve_commit(root, HEAD) is None:
        return "this is no git repository with a commit"
    others = [path for path in dirty_paths(root) if (root / path).resolve() != file.resolve()]
    return f"{others[0]} is not committed as it is" if others else None


def _named(root: Path, ref: str) -> Mapping[str, Json]:
    """The names by which git knows a folder at a commit."""
    return {"gitCommit": resolve_commit(root, ref), "gitTree": tree_digest(root, ref)}
