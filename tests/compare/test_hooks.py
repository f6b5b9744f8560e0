"""What Helm runs instead of installing it."""

from __future__ import annotations

import pytest

from migrator.compare import is_hook, is_test_hook
from migrator.model import resource_of


@pytest.mark.parametrize(
    ("annotations", "hook", "test"),
    [
        ({"helm.sh/hook": "test"}, True, True),
        ({"helm.sh/hook": "test-success, test-failure"}, True, True),
        ({"helm.sh/hook": "pre-install,test"}, True, False),
        ({"helm.sh/hook": "post-upgrade"}, True, False),
        ({"helm.sh/hook": ""}, False, False),
        ({"helm.sh/hook-weight": "1"}, False, False),
        (None, False, False),
    ],
)
def test_an_annotation_says_what_helm_runs(annotations: object, *, hook: bool, test: bool) -> None:
    pod = resource_of({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a", "annotations": annotations}})
    assert (is_hook(pod), is_test_hook(pod.body)) == (hook, test)
