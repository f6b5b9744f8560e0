"""Which charts may render something else each time, and which places do (fact D1)."""

from __future__ import annotations

import math
import re
import time
from collections.abc import Sequence

from migrator.charts.types import ChartArchive
from migrator.model import KeyPath, ResId, Resource

RANDOM_FUNCTIONS = re.compile(
    rb"\b(?:rand(?:Alpha|AlphaNum|Ascii|Numeric|Bytes|Int)|shuffle|uuidv4|now|ago|htpasswd|bcrypt|encryptAES"
    rb"|gen(?:PrivateKey|CA|CAWithKey|SelfSignedCert|SelfSignedCertWithKey|SignedCert|SignedCertWithKey))\b"
)
"""Sprig functions whose result depends on chance or on the clock; `htpasswd` and `bcrypt` salt at random."""

CLOCK = re.compile(rb"\{\{[^}]*\b(?:now|ago)\b")


def reads_clock(archive: ChartArchive) -> bool:
    """Whether some template reads the clock: two renders within one second may then agree by chance."""
    return any("templates/" in name and CLOCK.search(data) for name, data in archive.files.items())


def next_second() -> None:
    """Wait until the clock shows another second."""
    now = time.time()
    time.sleep(math.floor(now) + 1 - now)


def may_generate(archive: ChartArchive) -> bool:
    """Whether some template, a subchart's included, calls a function of chance; packed subcharts count as if so."""
    for name, data in archive.files.items():
        if name.endswith(".tgz"):
            return True
        if "templates/" in name and RANDOM_FUNCTIONS.search(data):
            return True
    return False


def generated_places(first: Sequence[Resource], second: Sequence[Resource]) -> tuple[tuple[ResId, KeyPath], ...]:
    """Places where two renders of the same input differ, sorted; an empty path where only one has the object."""
    from migrator.yamlio import differing_paths, same

    left = {resource.id: resource.body for resource in first}
    right = {resource.id: resource.body for resource in second}
    places: list[tuple[ResId, KeyPath]] = [(res_id, ()) for res_id in left.keys() ^ right.keys()]
    for res_id in left.keys() & right.keys():
        if not same(left[res_id], right[res_id]):
            places += [(res_id, path) for path in differing_paths(left[res_id], right[res_id])]
    return tuple(sorted(places, key=lambda place: (place[0], [str(key) for key in place[1]])))
