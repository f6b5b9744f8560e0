"""The two programs that settle what YAML means (facts Y1 to Y9): kubectl kustomize, and what kubectl would send."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest


def kubectl() -> str:
    beside = Path(sys.executable).parent / "kubectl"
    found = str(beside) if beside.exists() else shutil.which("kubectl")
    if not found:
        pytest.skip("no kubectl beside the interpreter or on PATH")
    return found


def kustomize_says(folder: Path, text: str) -> dict:
    """The object that `kubectl kustomize` makes of a resource, as JSON."""
    (folder / "r.yaml").write_text(text)
    (folder / "kustomization.yaml").write_text("resources: [r.yaml]\n")
    built = subprocess.run([kubectl(), "kustomize", str(folder)], capture_output=True, check=False)
    assert built.returncode == 0, built.stderr.decode()[-300:]
    (folder / "built.yaml").write_bytes(built.stdout)
    return _sent(folder / "built.yaml")


def kubectl_says(folder: Path, text: str) -> dict:
    """The object that kubectl would send for a file, as JSON."""
    (folder / "r.yaml").write_text(text)
    return _sent(folder / "r.yaml")


def _sent(path: Path) -> dict:
    command = [kubectl(), "annotate", "--local", "--overwrite", "-f", str(path), "x=y", "-o", "json"]
    sent = subprocess.run(command, capture_output=True, check=False)
    assert sent.returncode == 0, sent.stderr.decode()[-300:]
    return json.loads(sent.stdout)
