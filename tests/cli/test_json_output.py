"""What each command prints as JSON on the fixture answers its schema (the `migrate` fixture looks at every output)."""

from __future__ import annotations

import json
from pathlib import Path

from cli_support import Migrate, committed
from json_schemas import problems, schema_for, schemas


def test_every_command_is_looked_at(migrate: Migrate, app: Path, mirror: Path, tmp_path: Path) -> None:
    charts = ("--offline", "--chart-mirror", mirror)
    monitor = app / "base" / "monitoring" / "monitor.yaml"
    before = [
        ("plan", app, *charts, "--timings", tmp_path / "timings.json"),
        ("infer", "--chart", mirror / "tiny-monitor", "--target", monitor, "--explain"),
        ("explain", "tiny-db", "--repo", app, *charts),
        ("explain", "StatefulSet/shop/shop-db", "--repo", app),
        ("graph", app),
        ("rules", "list", app),
        ("charts", app, *charts),
        ("accept", app, "tiny-db", "--up-to", "metadata", "--reason", "r", "--max-impact", "none", *charts),
        ("apply", app, "--gitops", "argocd", *charts),
    ]
    after = [
        ("verify", app, *charts),
        ("audit", app, *charts),
        ("handover", app),
        ("apply", app, "--relock", *charts),
    ]
    committed(app)
    shown = {schema_for([*map(str, each)]): migrate(*each, "--format", "json") for each in before}
    committed(app)
    shown |= {schema_for([*map(str, each)]): migrate(*each, "--format", "json") for each in after}

    parts = {"common", "proof", "explanation", "timings"}
    assert set(shown) == {name.removesuffix("-1.0.json") for name in schemas()} - parts
    assert {name for name, each in shown.items() if not each.out} == set()
    assert problems(json.loads((tmp_path / "timings.json").read_text()), "timings") == []
