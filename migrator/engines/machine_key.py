"""A secret of this machine: what it has left for itself (a cache, a journal) is known by it, and nobody else's is."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
import stat
import tempfile
from functools import cache
from pathlib import Path

_LENGTH = 32


def sealed_by(purpose: str, *parts: bytes) -> bytes:
    """What only this machine could have made of the parts, for one purpose."""
    made = hmac.new(machine_key(), f"{purpose}\0".encode(), hashlib.sha256)
    for part in parts:
        made.update(len(part).to_bytes(8, "big") + part)
    return made.digest()


def machine_key() -> bytes:
    """The key in `migrate/key` of the XDG state directory, made where it is not there.

    Where it cannot be kept, or others may read it, it is one of this process alone.
    """
    base = os.environ.get("XDG_STATE_HOME") or ""
    if not os.path.isabs(base):  # noqa: PTH117
        base = os.path.join(os.path.expanduser("~"), ".local", "state")  # noqa: PTH111, PTH118
    return _key_at(Path(base) / "migrate" / "key")


@cache
def _key_at(path: Path) -> bytes:
    try:
        if not path.exists():
            _make(path)
        held = path.stat()
        is_ours = os.name == "nt" or (held.st_uid == os.geteuid() and not held.st_mode & 0o077)
        data = path.read_bytes() if is_ours and stat.S_ISREG(held.st_mode) else b""
    except OSError:
        data = b""
    return data if len(data) == _LENGTH else secrets.token_bytes(_LENGTH)


def _make(path: Path) -> None:
    """Whole or not at all: another process may do the same at this moment, and the first one counts."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor, draft = tempfile.mkstemp(dir=path.parent, prefix=".new-")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(secrets.token_bytes(_LENGTH))
        path.hardlink_to(draft)
    except FileExistsError:
        pass
    finally:
        Path(draft).unlink(missing_ok=True)
