"""How much memory a process and everything below it take (Linux)."""

from __future__ import annotations

import os
import threading
from pathlib import Path

MEBIBYTE = 1 << 20


class Watch:
    """Samples the resident memory of a process and its descendants, every `interval` seconds."""

    def __init__(self, pid: int, *, interval: float = 0.05) -> None:
        self._pid, self._interval = pid, interval
        self._peak = 0
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._sample, daemon=True)
        self._thread.start()

    def stop(self) -> int:
        """The highest sum that was seen, in bytes."""
        self._stopped.set()
        self._thread.join()
        return self._peak

    def _sample(self) -> None:
        while not self._stopped.wait(self._interval):
            self._peak = max(self._peak, sum(map(resident, tree(self._pid))))


def tree(pid: int) -> list[int]:
    """The process and everything below it."""
    children: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        children.setdefault(int(fields[1]), []).append(int(stat.parent.name))
    found = [pid]
    for process in found:
        found.extend(children.get(process, []))
    return found


def resident(pid: int) -> int:
    """Bytes in memory; 0 for a process that is gone."""
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except (OSError, IndexError):
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")
