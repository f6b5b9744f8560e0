"""What is said of a component that no chart is known for."""

from __future__ import annotations

from migrator.lock import Lock, LockedComponent
from migrator.model import ResId
from migrator.plan.reasons import without_chart

CRD = ResId(group="apiextensions.k8s.io", kind="CustomResourceDefinition", namespace="", name="a")
ROLE = ResId(group="rbac.authorization.k8s.io", kind="Role", namespace="infra", name="a")
WEB = ResId(group="apps", kind="Deployment", namespace="shop", name="web")
COMPANIONS = LockedComponent(decision="adopt", resources=1, companions={"prod": (str(ROLE),)})
LOCK = Lock(commit=None, tree="", engines={}, environments={}, components={"cache": COMPANIONS})


def test_what_an_application_is_and_what_is_none() -> None:
    assert without_chart({"prod": (WEB, CRD)}, LOCK) == "it is an application"
    assert without_chart({"prod": (ROLE,)}, None) == "it is an application"
    assert without_chart({"dev": (ROLE,)}, LOCK) == "it is an application", "it stayed in prod"
    assert without_chart({"prod": (CRD,)}, LOCK) == "CRDs alone: nothing says which chart they are of"
    assert without_chart({"prod": (ROLE,)}, LOCK) == "what stays beside the release of cache"
    assert without_chart({"prod": (ROLE, CRD)}, LOCK) == "what stays beside the release of cache, and CRDs"
