"""One inference as `migrate infer` does it, in a process of its own: told on stdin, answered on stdout, as JSON."""

from __future__ import annotations

import json
import os
import sys
from dataclasses import asdict
from pathlib import Path

WRITTEN = "written-differently"
"""The class of places that are the same to a cluster."""


def main() -> None:
    """Infer, and say what was found and what it cost; a refusal is an answer too."""
    asked = json.load(sys.stdin)
    from migrator.diagnostics import MigrateError

    try:
        answer = infer(asked)
    except MigrateError as refusal:
        answer = {"error": f"{refusal.diagnostic.code} {refusal.diagnostic.summary}"}
    json.dump({**answer, "cpu": sum(os.times()[:4]), "peak": peak()}, sys.stdout)


def infer(asked: dict[str, object]) -> dict[str, object]:
    """Release, values and what is left over, as the product claims them."""
    from migrator.workflow.infer_files import Target, infer_files
    from migrator.workflow.run import Run
    from migrator.workflow.settings import Settings

    settings = Settings(root=Path(), offline=True, cache=Path(str(asked["cache"])), budget=float(str(asked["budget"])))
    target = Target(chart=str(asked["chart"]), files=tuple(asked["targets"]))
    inferred = infer_files(target, settings, Run())
    found = inferred.inference
    return {
        "context": asdict(found.context),
        "common": found.values.common,
        "environments": found.values.environments,
        "identical": found.identical,
        "residual": [
            *([item.cls.value, str(item.resource)] for item in found.residual),
            *([WRITTEN, str(res)] for places in found.written_differently.values() for res, _ in places),
        ],
        "renders": found.renders,
        "late": any(diagnostic.code == "MIG501" for diagnostic in inferred.diagnostics),
    }


def peak() -> int:
    """The most bytes that this process had in memory (Linux)."""
    for line in Path("/proc/self/status").read_text(encoding="ascii", errors="replace").splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    return 0


if __name__ == "__main__":
    main()
