"""`migrate infer` on what `kubectl get -o yaml` prints: what the cluster added is no target, and is told."""

from __future__ import annotations

import json
from pathlib import Path

from cli_support import Migrate

LIVE = """apiVersion: v1
kind: List
items:
- apiVersion: v1
  kind: ConfigMap
  metadata: {name: kube-root-ca.crt, namespace: shop, uid: a}
  data: {ca.crt: x}
- apiVersion: v1
  kind: Service
  metadata:
    name: web
    namespace: shop
    uid: b
    resourceVersion: "17"
    creationTimestamp: "2024-01-01T00:00:00Z"
    annotations: {meta.helm.sh/release-name: web, meta.helm.sh/release-namespace: shop}
  spec:
    type: ClusterIP
    clusterIP: 10.0.0.9
    clusterIPs: [10.0.0.9]
    ipFamilies: [IPv4]
    ipFamilyPolicy: SingleStack
    internalTrafficPolicy: Cluster
    sessionAffinity: None
    selector: {app: web}
    ports: [{name: http, port: 8081, protocol: TCP, targetPort: 8081}]
  status: {loadBalancer: {}}
"""
TEMPLATE = """apiVersion: v1
kind: Service
metadata: {name: {{ .Release.Name }}, namespace: {{ .Release.Namespace }}}
spec:
  selector: {app: web}
  ports: [{name: http, port: {{ .Values.port }}}]
"""


def test_a_dump_is_read_as_what_was_written(migrate: Migrate, tmp_path: Path) -> None:
    home = tmp_path / "web"
    (home / "templates").mkdir(parents=True)
    (home / "Chart.yaml").write_text("apiVersion: v2\nname: web\nversion: 1.0.0\n")
    (home / "values.yaml").write_text("port: 80\n")
    (home / "templates" / "all.yaml").write_text(TEMPLATE)
    (tmp_path / "live.yaml").write_text(LIVE)
    shown = migrate("infer", "--chart", home, "--target", tmp_path / "live.yaml", "--format", "json")
    assert shown.code == 0, shown.err
    found = json.loads(shown.out)
    assert found["values"]["common"] == {"port": 8081}
    (note,) = [each for each in found["diagnostics"] if each["code"] == "MIG924"]
    assert note["severity"] == "info"
    assert "10 fields, 1 object" in note["summary"]
    assert "metadata.uid of 1 object" in note["evidence"]
