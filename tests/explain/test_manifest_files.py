"""Where files that somebody named show a place of an object."""

from __future__ import annotations

from migrator.explain.manifest_files import ManifestFiles
from migrator.model import RepoPath, ResId

BASE = """\
apiVersion: v1
kind: Service
metadata:
  name: web
spec:
  type: ClusterIP
---
# the web
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  replicas: 1
  template:
    spec:
      containers:
      - name: side
        image: side:1
      - name: main
        image: nginx:1
        args: [--one]
        env:
        - name: A
          value: base
"""
WEB = ResId(group="apps", kind="Deployment", namespace="shop", name="web")
SERVICE = ResId(group="", kind="Service", namespace="shop", name="web")


def test_files_given_by_hand_are_searched_by_line() -> None:
    listed = "kind: List\napiVersion: v1\nitems:\n- apiVersion: v1\n  kind: Secret\n  metadata: {name: s}\n"
    files = ManifestFiles({"x": (RepoPath("a.yaml"), f"{BASE}---\n{listed}".encode())})
    assert str(files.of("x", WEB, ("spec", "template", "spec", "containers", 1, "args")).span) == "a.yaml:22:9"
    absent = files.of("x", WEB, ("spec", "strategy"))
    assert (absent.kind, absent.span.line) == ("absent", 13)
    secret = ResId(group="", kind="Secret", namespace="n", name="s")
    assert files.of("x", secret, ("kind",)).span.line == 31
    assert files.of("x", SERVICE, ("spec", "type")).span.line == 6
    assert files.of("x", ResId(group="", kind="Secret", namespace="", name="t"), ()) is None
