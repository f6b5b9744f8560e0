"""Small charts written in a test, rendered by the interpreter and by the helm binary."""

from __future__ import annotations

import tempfile
from pathlib import Path

from migrator.engines import HelmRender, find_helm, helm_template, rendered_resources
from migrator.model import ReleaseContext
from migrator.templates.chart import Chart, load_chart
from migrator.templates.interpreter.render import Interpreter, Run
from migrator.templates.output.split import plain_documents, split_documents
from migrator.yamlio import dump

SETTING = ReleaseContext(release="rel", namespace="space")


def files_of(templates: dict[str, str], values: str = "", extra: dict[str, str] | None = None) -> dict[str, bytes]:
    """The files of a chart named `tiny`."""
    files = {"Chart.yaml": "apiVersion: v2\nname: tiny\nversion: 1.2.3\nappVersion: '9'\n", "values.yaml": values}
    files |= {f"templates/{name}": text for name, text in templates.items()}
    return {path: text.encode() for path, text in (files | (extra or {})).items()}


def chart_of(templates: dict[str, str], values: str = "", extra: dict[str, str] | None = None) -> Chart:
    return load_chart(files_of(templates, values, extra))


def run_of(chart: Chart, values: dict | None = None) -> Run:
    return Interpreter(chart).run(values or {}, SETTING)


def bodies(run: Run) -> list[dict]:
    """What the run prints, by kind and name."""
    found = [d.resource.body for t in run.templates.values() for d in split_documents(t) if d.resource]
    found += [body for data in run.crds.values() for body in plain_documents(data)]
    return sorted(found, key=lambda body: (body["kind"], body["metadata"]["name"]))


def helm_bodies(files: dict[str, bytes], values: dict | None = None) -> list[dict]:
    """What the helm binary prints for the same chart."""
    with tempfile.TemporaryDirectory() as folder:
        for path, data in files.items():
            file = Path(folder) / "tiny" / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(data)
        request = HelmRender(
            context=SETTING,
            chart=Path(folder) / "tiny",
            values=(dump(values or {}).encode(),),
        )
        resources = rendered_resources(helm_template(find_helm(), request))
    return sorted((dict(r.body) for r in resources), key=lambda body: (body["kind"], body["metadata"]["name"]))
