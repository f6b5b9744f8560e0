"""Secrets stand outside of Secrets too: behind keys, variables and flags, and in URLs."""

from __future__ import annotations

from typing import Any

import pytest

from migrator.compare import Terms
from migrator.compare.redaction import secret_texts
from migrator.compare.secrets import secrets_of
from migrator.model import Json, resource_of
from migrator.prove import prove, rendering_of

VALUE = "Zx7-q9Lm2"


def holding(kind: str, **fields: Json) -> Any:
    return resource_of({"apiVersion": "v1", "kind": kind, "metadata": {"name": "a", "namespace": "web"}, **fields})


def pod(**container: Json) -> Any:
    return holding("Pod", spec={"containers": [{"name": "a", "image": "a", **container}]})


PLACES = {
    "a key": lambda text: holding("ConfigMap", data={"db.password": text}),
    "a key of another kind": lambda text: holding("Widget", spec={"auth": {"clientSecret": text}}),
    "a variable": lambda text: pod(env=[{"name": "API_TOKEN", "value": text}]),
    "a flag": lambda text: pod(args=[f"--web.password={text}"]),
    "the word behind a flag": lambda text: pod(command=["run", "--api-key", text]),
    "a URL": lambda text: pod(env=[{"name": "DATABASE", "value": f"postgres://u:{text}@db:5432/a"}]),
    "a line of a file": lambda text: holding("ConfigMap", data={"app.ini": f"[db]\nuser = a\npassword = {text}\n"}),
    "a line of YAML": lambda text: holding("ConfigMap", data={"app.yaml": f"db:\n  password: '{text}'\n"}),
    "a connection string": lambda text: holding("ConfigMap", data={"dsn": f"Server=db;User=a;Password={text};"}),
}


@pytest.mark.parametrize("name", sorted(PLACES))
def test_what_stands_where_secrets_do_is_hidden(name: str) -> None:
    resource = PLACES[name](VALUE)
    assert VALUE in set(secret_texts(resource))
    hidden = secrets_of([resource], "salt")
    assert VALUE not in str(hidden.redact(resource.body))
    assert VALUE not in hidden.redact_line(f"set to {VALUE} in prod")


@pytest.mark.parametrize("name", sorted(PLACES))
def test_a_proof_tells_that_it_differs_and_not_how(name: str) -> None:
    before, after = (rendering_of("prod", [PLACES[name](text)]) for text in (VALUE, "Kp3-w8Rt5"))
    proof = prove({"prod": before}, {"prod": after}, terms=Terms())
    assert proof.environments["prod"].found
    shown = str(proof)
    assert VALUE not in shown
    assert "Kp3-w8Rt5" not in shown


ORDINARY = {
    "a reference": holding("ConfigMap", data={"secretName": "db-Credentials1"}),
    "a path": holding("ConfigMap", data={"token": "/var/run/token"}),
    "a number": holding("ConfigMap", data={"tokenSeconds": "360000"}),
    "a word": holding("ConfigMap", data={"secret": "shop-database"}),
    "an address": pod(env=[{"name": "TOKEN_URL", "value": "https://auth.example.org/A1b2"}]),
    "a variable of another": pod(env=[{"name": "PASSWORD", "value": "$(OTHER_1)"}]),
}


@pytest.mark.parametrize("name", sorted(ORDINARY))
def test_what_is_no_secret_stays_readable(name: str) -> None:
    assert not set(secret_texts(ORDINARY[name]))
