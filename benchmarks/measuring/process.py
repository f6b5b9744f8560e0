"""Runs one inference in a fresh process and measures it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from measuring.memory import MEBIBYTE, Watch
from migrator.model import Json, ReleaseContext

HERE = Path(__file__).resolve().parents[1]
SAMPLED = 0.2
"""Seconds between two looks at the memory of the process tree."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """Seconds from start to end of the process, seconds of processor time, and the peak of memory of its tree."""

    seconds: float
    cpu: float
    mib: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What the product says that it found."""

    context: ReleaseContext
    common: Mapping[str, Json]
    environments: Mapping[str, Mapping[str, Json]]
    identical: bool
    residual: tuple[tuple[str, str], ...] = ()
    """Class and object of everything that no value explains."""
    renders: int = 0
    late: bool = False


class StageError(Exception):
    """The inference refused (then its cost is known), died or did not end."""

    def __init__(self, reason: str, cost: Cost | None = None) -> None:
        super().__init__(reason)
        self.cost = cost


def infer(
    chart: Path, targets: Mapping[str, Path], cache: Path, budget: float, *, patience: float | None = None
) -> tuple[Found, Cost]:
    """What `migrate infer` finds for the targets by environment, and its cost. StageError with the reason if nothing.

    It is ended after `patience` seconds, by default several times its budget.
    """
    asked = {
        "chart": str(chart),
        "targets": [f"{name}={path}" for name, path in targets.items()],
        "cache": str(cache),
        "budget": budget,
    }
    answer, cost = _run(asked, patience or 6 * budget + 120)
    if "error" in answer:
        raise StageError(answer["error"], cost)
    context = answer["context"]
    answer["context"] = ReleaseContext(**{**context, "api_versions": tuple(context["api_versions"])})
    answer["residual"] = tuple((cls, resource) for cls, resource in answer["residual"])
    return Found(**answer), cost


def _run(asked: Mapping[str, Json], patience: float) -> tuple[dict[str, Json], Cost]:
    environment = {**os.environ, "PYTHONPATH": f"{HERE.parent}{os.pathsep}{HERE}"}
    command = [sys.executable, "-m", "measuring.stage"]
    began = time.perf_counter()
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, env=environment) as process:
        watch = Watch(process.pid, interval=SAMPLED)
        try:
            out, said = process.communicate(json.dumps(asked).encode(), timeout=patience)
        except subprocess.TimeoutExpired:
            raise StageError(f"did not end within {patience:.0f} s") from None
        finally:
            process.kill()
            sampled = watch.stop()
    seconds = time.perf_counter() - began
    if process.returncode:
        raise StageError(_last_words(said.decode(errors="replace")) or f"ended with {process.returncode}")
    answer = json.loads(out)
    mib = max(sampled, answer.pop("peak")) / MEBIBYTE
    return answer, Cost(seconds=round(seconds, 2), cpu=round(answer.pop("cpu"), 2), mib=round(mib, 1))


def _last_words(said: str) -> str:
    """The error of a traceback and where it was raised."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    places = [line for line in lines if line.startswith("File ")]
    return "; ".join([*lines[-1:], *places[-1:]])
