"""The split of values that `migrate plan` writes for the components of a repository."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from measuring.effect import leaves
from measuring.environments import faults_of
from measuring.process import HERE
from measuring.rows import SplitRow

MIGRATE = [sys.executable, "-c", "from migrator.cli import main; main()"]


def measure_plan(repository: Path, mirror: Path, budget: float) -> tuple[SplitRow, ...]:
    """A row for each component that becomes a chart."""
    name = f"plan {repository.name}"
    with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
        command = [*MIGRATE, "plan", str(repository), "--chart-mirror", str(mirror), "--offline", "--format", "json"]
        command += ["--cache-dir", folder, "--budget", str(budget)]
        environment = {**os.environ, "PYTHONPATH": str(HERE.parent)}
        done = subprocess.run(command, capture_output=True, env=environment, check=False)
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip().splitlines()
        return (SplitRow(name=name, error=said[-1] if said else f"ended with {done.returncode}"),)
    rows = []
    for component in json.loads(done.stdout)["components"]:
        if not component.get("chart"):
            continue
        values = component["values"]
        common, environments = values["common"], values["environments"]
        faults = faults_of(common, environments, component["environments"])
        rows.append(
            SplitRow(
                name=f"{name}: {component['id']}",
                twice=faults.twice,
                torn=faults.torn,
                values_set=sum(len(list(leaves(tree))) for tree in (common, *environments.values())),
                note=f"{component['decision']}, impact {component['impact']}, residual {len(component['residual'])}",
            )
        )
    return tuple(rows)
