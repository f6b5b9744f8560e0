"""Variables that Flux fills in after the build."""

from __future__ import annotations

import pytest

from migrator.gitops.substitution import substituted


def body(value: object, **metadata: object) -> dict[str, object]:
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "x", **metadata}, "data": {"key": value}}


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("${ENV}", "prod"),
        ("./overlays/${ENV}/x", "./overlays/prod/x"),
        ("${COUNT}", 3),  # it is read as YAML again
        ("${OTHER:-default}", "default"),
        ("${OTHER:=default}", "default"),
        ("${OTHER}", None),
        ("a${OTHER}b", "ab"),
        ("$${ENV}", "${ENV}"),
        ("$ENV", "$ENV"),
        ("${ENV^^}", "${ENV^^}"),
    ],
)
def test_what_is_put_in_their_place(text: str, filled: object) -> None:
    found = substituted(body(text), {"ENV": "prod", "COUNT": "3"}, is_complete=True)
    assert found == body(filled)


def test_what_the_cluster_may_know_stays() -> None:
    found = substituted(body("${ENV} ${OTHER}"), {"ENV": "prod"}, is_complete=False)
    assert found == body("prod ${OTHER}")


@pytest.mark.parametrize("key", ["labels", "annotations"])
def test_an_object_may_be_left_alone(key: str) -> None:
    left = body("${ENV}", **{key: {"kustomize.toolkit.fluxcd.io/substitute": "disabled"}})
    assert substituted(left, {"ENV": "prod"}, is_complete=True) is left
    assert substituted(body("${ENV}"), {}, is_complete=True) == body("${ENV}")
    broken = body("${ENV}")
    assert substituted(broken, {"ENV": "'\n- ["}, is_complete=True) is broken
