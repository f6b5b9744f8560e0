"""A cache of bytes on disk that several processes may share: whatever it returns is what was put, or nothing."""

from __future__ import annotations

import hashlib
import hmac
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

from migrator.engines.machine_key import sealed_by

_MAGIC = b"migrate2"


@dataclass(frozen=True, slots=True)
class Cache:
    """Bytes by key in a directory; without one it keeps nothing.

    A cache must never be the reason that a run fails or differs: an entry that cannot be written is not kept, one that
    is damaged, or that this machine did not put under this key, is not returned. Entries are readable by their owner
    only, because a build holds Secrets.
    """

    directory: Path | None

    @classmethod
    def default(cls) -> Cache:
        """The user's cache: `$MIGRATE_CACHE_DIR` (empty: none), else `migrate` in the XDG cache directory."""
        chosen = os.environ.get("MIGRATE_CACHE_DIR")
        if chosen is not None:
            return cls(Path(chosen) if chosen else None)
        base = os.environ.get("XDG_CACHE_HOME")
        if not base:
            home = os.path.expanduser("~")  # noqa: PTH111 - Path.home() raises where there is none
            if not os.path.isabs(home):  # noqa: PTH117
                return cls(None)
            base = os.path.join(home, ".cache")  # noqa: PTH118
        return cls(Path(base) / "migrate")

    def get(self, key: str) -> bytes | None:
        """The bytes that were put under the key, None if there are none."""
        if self.directory is None:
            return None
        try:
            stored = self._path(self.directory, key).read_bytes()
        except OSError:
            return None
        head = len(_MAGIC) + 32
        if stored[: len(_MAGIC)] != _MAGIC:
            return None
        data = stored[head:]
        seal = sealed_by("cache", key.encode(), data)
        return data if hmac.compare_digest(seal, stored[len(_MAGIC) : head]) else None

    def put(self, key: str, data: bytes) -> None:
        """Keep the bytes under the key; a later put replaces them, in one step."""
        if self.directory is None:
            return
        path = self._path(self.directory, key)
        temporary = ""
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=".new-")
            with os.fdopen(descriptor, "wb") as file:
                file.write(_MAGIC + sealed_by("cache", key.encode(), data))
                file.write(data)
            os.replace(temporary, path)  # noqa: PTH105 - temporary is a str
            temporary = ""
        except OSError:
            return
        finally:
            if temporary:
                Path(temporary).unlink(missing_ok=True)

    @staticmethod
    def _path(directory: Path, key: str) -> Path:
        name = hashlib.sha256(key.encode()).hexdigest()
        return directory / name[:2] / name[2:]
