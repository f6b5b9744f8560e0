"""Rules of Prometheus that tell when Argo CD or Flux cannot bring a cluster to what the repository says."""

from __future__ import annotations

from collections.abc import Mapping

from migrator.lock import Lock
from migrator.pipelines.templates import filled, load_tools
from migrator.yamlio import flow


def prometheus_rule(tool: str, namespace: str, labels: Mapping[str, str]) -> str:
    """The PrometheusRule for a tool: `argocd` or `flux`."""
    words = {"namespace": flow(namespace), "labels": flow(dict(labels)) if labels else "{}"}
    return filled(f"monitoring/{tool}.yaml", words)


def known_labels(lock: Lock) -> Mapping[str, str]:
    """The label by which the Prometheus of a release knows its rules; none where no chart is known for that."""
    known = load_tools().rule_labels
    for _, held in sorted(lock.environments.items()):
        for each in held.helm:
            if each.name in known:
                return {known[each.name]: each.context.release}
    return {}
