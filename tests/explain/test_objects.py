"""Which object a person means."""

from __future__ import annotations

import pytest

from migrator.diagnostics import MigrateError
from migrator.explain.objects import object_called
from migrator.model import ResId


def obj(kind: str, name: str, namespace: str = "", group: str = "") -> ResId:
    return ResId(group=group, kind=kind, namespace=namespace, name=name)


WEB = obj("Deployment", "web", "shop", "apps")
OTHER = obj("Deployment", "web", "lab", "apps")
SERVICE = obj("Service", "web", "shop")
ISSUER = obj("ClusterIssuer", "own", group="cert-manager.io")
ALL = (WEB, OTHER, SERVICE, ISSUER, SERVICE)


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("Deployment/shop/web", WEB),
        ("deployment.apps/lab/web", OTHER),
        ("service/web", SERVICE),
        ("clusterissuer/OWN", ISSUER),
    ],
)
def test_the_object_that_is_called_so(asked: str, found: ResId) -> None:
    assert object_called(asked, ALL) == found


@pytest.mark.parametrize(
    ("asked", "said", "remedy"),
    [
        ("Deployment/web", "more than one object is called Deployment/web", "Deployment/lab/web, Deployment/shop/web"),
        ("StatefulSet/shop/web", "no object is called StatefulSet/shop/web", "Service/shop/web"),
        ("ClusterIssuer/other", "no object is called ClusterIssuer/other", "ClusterIssuer/own"),
        ("Ingress/other", "no object is called Ingress/other", "Service/shop/web"),
    ],
)
def test_what_is_not_called_so_is_told_what_is(asked: str, said: str, remedy: str) -> None:
    with pytest.raises(MigrateError) as error:
        object_called(asked, ALL)
    assert error.value.diagnostic.code == "MIG920"
    assert error.value.diagnostic.summary == said
    assert remedy in (error.value.diagnostic.remedy or "")


def test_nothing_to_name_where_nothing_is_deployed() -> None:
    with pytest.raises(MigrateError) as error:
        object_called("Deployment/web", ())
    assert error.value.diagnostic.remedy == "nothing is deployed here"
