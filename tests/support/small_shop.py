"""A small repository that has a bit of everything, to be made odd by one thing at a time.

One third-party component (`tiny-queue`, of which there is a chart), two applications, two overlays that hold all of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

QUEUE = """\
# the queue of the shop
apiVersion: v1
kind: Service
metadata:
  name: queue-tiny-queue
  labels: &labels
    helm.sh/chart: tiny-queue-1.2.0
    app.kubernetes.io/name: tiny-queue
    app.kubernetes.io/instance: queue
    app.kubernetes.io/managed-by: Helm
spec:
  selector: {app.kubernetes.io/name: tiny-queue, app.kubernetes.io/instance: queue}
  ports:
  - {name: queue, port: 5672}
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: queue-tiny-queue
  labels:
    helm.sh/chart: tiny-queue-1.2.0
    app.kubernetes.io/name: tiny-queue
    app.kubernetes.io/instance: queue
    app.kubernetes.io/managed-by: Helm
spec:
  replicas: 1
  selector:
    matchLabels: {app.kubernetes.io/name: tiny-queue, app.kubernetes.io/instance: queue}
  template:
    metadata:
      labels: {app.kubernetes.io/name: tiny-queue, app.kubernetes.io/instance: queue}
    spec:
      containers:
      - name: queue
        image: registry.example.org/tiny/queue:3.1
        ports:
        - {name: queue, containerPort: 5672}
"""

SIGNATURE = """\
apiVersion: migrate/v1
kind: Signature
chart: tiny-queue
repository: https://tiny.example.org/charts
category: messaging
learnedFrom: ["1.2.0"]
fullname: "{release}-tiny-queue"
images:
  tiny/queue: {weight: 1, tag: appVersion}
labels:
  app.kubernetes.io/name: [tiny-queue]
containers:
  queue: {ports: [5672]}
core:
  Deployment: ["{fullname}"]
objects:
  Service: ["{fullname}"]
"""

_LABELS = """\
    helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
    app.kubernetes.io/name: tiny-queue
    app.kubernetes.io/instance: {{ .Release.Name }}
    app.kubernetes.io/managed-by: {{ .Release.Service }}
"""

CHART: Mapping[str, str] = {
    "Chart.yaml": 'apiVersion: v2\nname: tiny-queue\nversion: 1.2.0\nappVersion: "3.1"\n',
    "values.yaml": "replicas: 1\nimage:\n  repository: registry.example.org/tiny/queue\n  tag: ''\n",
    "templates/queue.yaml": f"""\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{{{ .Release.Name }}}}-tiny-queue
  labels:
{_LABELS}spec:
  replicas: {{{{ .Values.replicas }}}}
  selector:
    matchLabels: {{app.kubernetes.io/name: tiny-queue, app.kubernetes.io/instance: {{{{ .Release.Name }}}}}}
  template:
    metadata:
      labels: {{app.kubernetes.io/name: tiny-queue, app.kubernetes.io/instance: {{{{ .Release.Name }}}}}}
    spec:
      containers:
      - name: queue
        image: {{{{ .Values.image.repository }}}}:{{{{ .Values.image.tag | default .Chart.AppVersion }}}}
        ports:
        - {{name: queue, containerPort: 5672}}
---
apiVersion: v1
kind: Service
metadata:
  name: {{{{ .Release.Name }}}}-tiny-queue
  labels:
{_LABELS}spec:
  selector: {{app.kubernetes.io/name: tiny-queue, app.kubernetes.io/instance: {{{{ .Release.Name }}}}}}
  ports:
  - {{name: queue, port: 5672}}
""",
}


def application(name: str) -> str:
    """A Deployment of the shop's own."""
    return (
        f"# made by hand\napiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: {name}\n  labels: {{app: {name}}}\n"
        f"spec:\n  selector: {{matchLabels: {{app: {name}}}}}\n  template:\n    metadata: {{labels: {{app: {name}}}}}\n"
        f"    spec:\n      containers:\n      - name: main\n        image: shop.example/{name}:1\n"
    )


SHOP: Mapping[str, str] = {
    ".migrate/rules/signatures/messaging/tiny-queue.yaml": SIGNATURE,
    "base/kustomization.yaml": "resources:\n- queue\n- api\n- web\n",
    "base/queue/kustomization.yaml": "# third-party\nresources:\n- queue.yaml\n",
    "base/queue/queue.yaml": QUEUE,
    "base/api/kustomization.yaml": "# ours\nresources:\n- api.yaml # by hand\n",
    "base/api/api.yaml": application("api"),
    "base/web/kustomization.yaml": "resources:\n- web.yaml\n",
    "base/web/web.yaml": application("web"),
    "overlays/dev/kustomization.yaml": "resources:\n- ../../base\nnamespace: shop\n",
    "overlays/prod/kustomization.yaml": """\
# production
resources:
- ../../base
namespace: shop
patches:
- path: queue.yaml # more of them
- path: api.yaml
images:
- name: shop.example/web
  newTag: "3"
""",
    "overlays/prod/queue.yaml": """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: queue-tiny-queue}
spec: {replicas: 3}
""",
    "overlays/prod/api.yaml": "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: api}\nspec: {replicas: 2}\n",
}


def written(root: Path, files: Mapping[str, str | bytes]) -> Path:
    """The folder with these files in it, byte for byte."""
    for path, content in files.items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content if isinstance(content, bytes) else content.encode())
    return root
