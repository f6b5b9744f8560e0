"""Rules of Prometheus that tell when Argo CD or Flux cannot bring a cluster to what the repository says."""

from __future__ import annotations

from collections.abc import Mapping

from migrator.pipelines.templates import filled
from migrator.yamlio import flow


def prometheus_rule(tool: str, namespace: str, labels: Mapping[str, str]) -> str:
    """The PrometheusRule for a tool: `argocd` or `flux`."""
    words = {"namespace": flow(namespace), "labels": flow(dict(labels)) if labels else "{}"}
    return filled(f"monitoring/{tool}.yaml", words)
