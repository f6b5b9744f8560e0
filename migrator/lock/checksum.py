"""Whether a lock is as it was written: what nobody recomputes must not change unseen either."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping

from migrator.model import Json

CHECKSUM = "checksum"


def checksum(lock: Mapping[str, Json]) -> str:
    """Over all that a lock file says, whatever the order of its keys and but for the checksum itself."""
    said = {key: held for key, held in lock.items() if key != CHECKSUM}
    return f"sha256:{hashlib.sha256(json.dumps(said, sort_keys=True, default=str).encode()).hexdigest()}"
