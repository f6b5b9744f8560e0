from __future__ import annotations

from pathlib import Path

import pytest

from migrator.compare import ALL, Acceptance
from migrator.diagnostics import MigrateError
from migrator.discover import ComponentOverride, Config, GitOps, parse_config, read_config
from migrator.model import Impact

FULL = b"""\
environments:
  prod: [overlays/prod, ./apps/api/overlays/prod/]
  dev: overlays/dev
layout: growing
gitops: flux
max_impact: data-loss
accept:
- id: Deployment.apps/a/b#/spec/replicas
  reason: scaled by hand
chart_mirrors: [../charts]
url_mirrors: {https://a.example: https://b.example}
offline: true
kube_version: "1.31"
api_versions: [monitoring.coreos.com/v1]
categories: {redis: databases}
ignore: ["vendor/", "*.bak"]
components:
  redis: keep
  db: {chart: postgresql, version: 12.1.9, repository: https://a.example}
"""


def test_every_key_is_read() -> None:
    config = parse_config(FULL)
    assert config.environments == {
        "dev": ("overlays/dev",),
        "prod": ("overlays/prod", "apps/api/overlays/prod"),
    }
    assert (config.layout, config.gitops, config.max_impact) == ("growing", GitOps(tool="flux"), Impact.DATA_LOSS)
    assert config.accept == (Acceptance(only=("Deployment.apps/a/b#/spec/replicas",), reason="scaled by hand"),)
    assert config.chart_mirrors == ("../charts",)
    assert config.url_mirrors == {"https://a.example": "https://b.example"}
    assert config.offline is True
    assert (config.kube_version, config.api_versions) == ("1.31", ("monitoring.coreos.com/v1",))
    assert config.categories == {"redis": "databases"}
    assert config.ignore == ("vendor/", "*.bak")
    assert config.components == {
        "db": ComponentOverride(chart="postgresql", version="12.1.9", repository="https://a.example"),
        "redis": ComponentOverride(decision="keep"),
    }


def test_roots_may_be_a_list_or_name_their_environment() -> None:
    assert parse_config(b"roots: [a/b, c]\n").roots == ("a/b", "c")
    named = parse_config(b"roots:\n  a/b: prod\n  c: prod\n")
    assert named.roots == ("a/b", "c")
    assert named.environments == {"prod": ("a/b", "c")}
    assert named.environment_of_root(named.roots[1]) == "prod"


def test_no_file_and_an_empty_file_are_the_defaults(tmp_path: Path) -> None:
    assert read_config(tmp_path) == Config()
    assert parse_config(b"# nothing yet\n") == Config()


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        (
            "layout: growing\nenviroments: {}\n",
            "migrate.yaml:2:1",
            "unknown field 'enviroments', did you mean 'environments'? known are accept, api_versions",
        ),
        (
            "components:\n  redis:\n    chrat: x\n",
            "migrate.yaml:3:5",
            "components.redis.chrat: unknown field 'chrat', did you mean 'chart'? known are",
        ),
        (
            "accept:\n- id: x\n  why: y\n",
            "migrate.yaml:3:3",
            "accept.0.why: unknown field 'why'; known are component, id",
        ),
        ("layout: [growing]\n", "migrate.yaml:1:1", "text"),
        ("max_impact: huge\n", "migrate.yaml:1:1", "'huge' is not an impact"),
        ("offline: 'yes'\n", "migrate.yaml:1:1", "true or false"),
        ("\nkube_version: 1.32\n", "migrate.yaml:2:1", "quote it"),
        ("accept:\n- id: x\n", "migrate.yaml:2:3", "needs 'reason'"),
        ("ignore: vendor\n", "migrate.yaml:1:1", "ignore: must be a list"),
        ("environments:\n  prod: [ok, ../out]\n", "migrate.yaml:2:3", "outside the repository"),
        ("environments:\n  'a/b': [ok]\n", "migrate.yaml:2:3", "not an environment name"),
        ("environments:\n  a: [x]\n  b: [x]\n", "migrate.yaml:1:1", "root x is given to two environments, a and b"),
        ("components: {redis: maybe}\n", "migrate.yaml:1:14", "one of adopt, propose, keep"),
        (
            "components: {redis: {repository: https://u:p@e.org}}\n",
            "migrate.yaml:1:22",
            "repository: holds a login; leave",
        ),
        ("[]\n", "migrate.yaml:1:1", "the configuration: must be a mapping"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(text: str, place: str, message: str) -> None:
    with pytest.raises(MigrateError) as caught:
        parse_config(text.encode())
    assert caught.value.diagnostic.code == "MIG104"
    assert message in caught.value.diagnostic.summary
    assert str(caught.value.diagnostic.span).startswith(place)


def test_yaml_that_does_not_parse_names_file_and_line() -> None:
    with pytest.raises(MigrateError, match=r"migrate\.yaml:2:\d+: error: .* \[MIG101\]"):
        parse_config(b"a: [\n}\n")


def test_where_a_root_was_configured_is_known() -> None:
    config = parse_config(b"layout: growing\nenvironments:\n  prod:\n  - x\n  - gone\n")
    assert str(config.spans["gone"]) == "migrate.yaml:5:5"


def test_entries_of_accept_and_refuse() -> None:
    text = b"""\
accept:
- {component: web, up_to: rollout, reason: in the window of May}
- {component: web, only: "Service/**", privilege: true, reason: r}
- {id: "Role.rbac.authorization.k8s.io/a/*#/rules/**", reason: r}
- {only: [a, b], up_to: data-loss, reason: r}
refuse:
- {component: web, only: ["**#/spec/replicas"], reason: owned by hand}
"""
    config = parse_config(text)
    assert config.accept == (
        Acceptance(component="web", up_to=Impact.ROLLOUT, reason="in the window of May"),
        Acceptance(component="web", only=("Service/**",), privilege=True, reason="r"),
        Acceptance(only=("Role.rbac.authorization.k8s.io/a/*#/rules/**",), reason="r"),
        Acceptance(only=("a", "b"), up_to=Impact.DATA_LOSS, reason="r"),
    )
    assert config.refuse == (
        Acceptance(
            component="web", only=("**#/spec/replicas",), up_to=Impact.DATA_LOSS, privilege=True, reason="owned by hand"
        ),
    )
    assert [each.span.line for each in (*config.accept, *config.refuse) if each.span] == [2, 3, 4, 5, 7]


@pytest.mark.parametrize(
    ("entry", "problem"),
    [
        ("{reason: r}", "accept.0: needs an 'id' or 'only'"),
        ("{component: web, reason: r}", "accept.0: needs 'up_to'"),
        ("{component: web, up_to: rollout}", "accept.0: needs 'reason'"),
        ("{component: web, up_to: rolout, reason: r}", "accept.0.up_to: 'rolout' is not an impact"),
        ("{id: a, upto: rollout, reason: r}", "did you mean 'up_to'?"),
        ("{id: a, privilege: yes please, reason: r}", "accept.0.privilege: must be true or false"),
        ("", "accept.0: is missing"),
    ],
)
def test_an_entry_that_says_too_little_or_nonsense_is_an_error(entry: str, problem: str) -> None:
    with pytest.raises(MigrateError) as caught:
        parse_config(f"accept:\n- {entry}\n".encode())
    assert problem in caught.value.diagnostic.summary
    assert caught.value.diagnostic.span is not None
    assert caught.value.diagnostic.span.line == 2


def test_a_refusal_does_not_reach_only_so_far() -> None:
    with pytest.raises(MigrateError, match="unknown field 'up_to'"):
        parse_config(b"refuse: [{component: a, up_to: rollout, reason: r}]")


def test_what_is_the_same_is_switched_off_rule_by_rule() -> None:
    assert parse_config(b"offline: true").equivalences == ALL
    found = parse_config(b"equivalences: {api-defaults: off, list-order: on}").equivalences
    assert found == ALL - {"api-defaults"}
    with pytest.raises(MigrateError, match="unknown field 'api-default'"):
        parse_config(b"equivalences: {api-default: off}")
    with pytest.raises(MigrateError, match="must be true or false"):
        parse_config(b"equivalences: {api-defaults: never}")
