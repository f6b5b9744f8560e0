"""Pods that a controller makes anew when what they read changes."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from migrator.model import ResId, resource_of
from migrator.plan.notes.restarts import restarting

AUTO = "reloader.stakater.com/auto"
SETTINGS = ResId(group="", kind="ConfigMap", namespace="web", name="settings")


@pytest.mark.parametrize(
    ("own", "of_pods", "by"),
    [
        ({AUTO: "true"}, {}, AUTO),
        ({}, {AUTO: "true"}, AUTO),
        ({AUTO: "false"}, {AUTO: "true"}, ""),
        ({f"configmap.{AUTO}": "true"}, {}, f"configmap.{AUTO}"),
        ({f"secret.{AUTO}": "true"}, {}, ""),
        ({"configmap.reloader.stakater.com/reload": "others, settings"}, {}, "configmap.reloader.stakater.com/reload"),
        ({"configmap.reloader.stakater.com/reload": "others"}, {}, ""),
        ({"secret.reloader.stakater.com/reload": "settings"}, {}, ""),
        ({}, {}, ""),
    ],
)
def test_an_annotation_says_who_restarts_it(own: Mapping[str, str], of_pods: Mapping[str, str], by: str) -> None:
    body = {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "web", "annotations": dict(own)},
        "spec": {"template": {"metadata": {"annotations": dict(of_pods)}}},
    }
    assert restarting(resource_of(body), {SETTINGS}) == by


def test_an_object_that_is_not_there_is_restarted_by_nobody() -> None:
    assert restarting(None, {SETTINGS}) == ""
