from __future__ import annotations

import base64
from dataclasses import replace

import pytest

from migrator.compare.secrets import Secrets, secrets_of
from migrator.inference.types import SplitValues
from migrator.model import Difference, DifferenceKind, Impact, ResId, Resource, resource_of
from migrator.plan.types import Plan, PostRenderPatch
from migrator.report.json import dumps, plan_document
from migrator.report.redact import redact_plan


def secret(**data: str) -> Resource:
    encoded = {key: base64.b64encode(value.encode()).decode() for key, value in data.items()}
    return resource_of({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s"}, "data": encoded})


@pytest.fixture
def secrets() -> Secrets:
    payload = "route:\n  receiver: slack\nreceivers:\n- url: https://hooks.example.org/T0/B0\n"
    return secrets_of([secret(password="hunter2!", config=payload, enabled="true", pin="4711")], "salt")


@pytest.mark.parametrize(
    "value",
    [
        "hunter2!",
        base64.b64encode(b"hunter2!").decode(),
        "hunter2!\n",
        "postgres://app:hunter2!@db/app",
        "https://hooks.example.org/T0/B0",
        4711,
        "4711",
    ],
)
def test_what_derives_from_a_secret_is_not_shown(secrets: Secrets, value: object) -> None:
    shown = secrets.redact({"deep": [{"leaf": value}]})["deep"][0]["leaf"]
    assert shown.startswith("<redacted sha256:")
    assert len(shown) == len("<redacted sha256:01234567>")


@pytest.mark.parametrize("value", ["hunter", "true", True, 1, 1.5, None, "", "info"])
def test_ordinary_words_are_shown(secrets: Secrets, value: object) -> None:
    assert secrets.redact(value) == value


def test_the_digest_depends_on_the_salt_alone(secrets: Secrets) -> None:
    resources = [secret(password="hunter2!")]
    again, other = secrets_of(resources, "salt"), secrets_of(resources, "pepper")
    assert again.redact("hunter2!") == secrets.redact("hunter2!") != other.redact("hunter2!")


def test_string_data_counts_too() -> None:
    resource = resource_of(
        {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s"}, "stringData": {"token": "abcDEF123"}}
    )
    assert secrets_of([resource], "").redact("abcDEF123") != "abcDEF123"


def test_a_configmap_is_no_secret() -> None:
    resource = resource_of({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "s"}, "data": {"a": "abcde"}})
    assert secrets_of([resource], "").redact("abcde") == "abcde"


def test_nothing_of_a_secret_is_left_in_a_plan(plan: Plan, secrets: Secrets) -> None:
    identity = ResId(group="", kind="Secret", namespace="ns", name="s")
    component = replace(
        plan.components[0],
        values=SplitValues(common={"auth": "hunter2!"}, environments={"prod": {"auth": ["hunter2!"]}}),
        differences={
            "prod": (
                Difference(
                    resource=identity,
                    path=("data", "other"),
                    kind=DifferenceKind.CHANGED,
                    before="c29tZXRoaW5n",
                    after={"new": "ZWxzZQ=="},
                    impact=Impact.CONFIG,
                ),
                Difference(
                    resource=identity,
                    path=(),
                    kind=DifferenceKind.ADDED,
                    before=None,
                    after={"kind": "Secret", "data": {"a": "c29tZXRoaW5n"}},
                    impact=Impact.CONFIG,
                ),
            )
        },
        patches={
            "prod": (
                PostRenderPatch(
                    target=identity,
                    version="v1",
                    operations=({"op": "replace", "path": "/data/a", "value": "c29tZXRoaW5n"},),
                ),
            )
        },
    )
    shown = dumps(plan_document(redact_plan(replace(plan, components=(component,)), secrets)))

    assert "hunter2" not in shown
    assert "c29tZXRoaW5n" not in shown
    assert "ZWxzZQ" not in shown
    assert shown.count("<redacted sha256:") == 5


@pytest.mark.parametrize(
    ("line", "is_hidden"),
    [
        ('"hunter2!" -> "other"', True),
        ("+ url is postgres://app:hunter2!@db", True),
        ('"4711" -> 1', True),
        ('"info" -> "debug"', False),
    ],
)
def test_lines_of_a_proof_are_searched(secrets: Secrets, line: str, is_hidden: bool) -> None:
    assert ("<redacted" in secrets.redact_line(line)) is is_hidden
