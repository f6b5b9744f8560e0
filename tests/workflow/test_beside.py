"""Objects that cannot be taken out of the files: they stay in Kustomize beside the release, if that is enough."""

from __future__ import annotations

import json
import textwrap
from pathlib import Path
from typing import Any

import pytest
from cli_support import Migrate, app, committed, migrate, mirror  # noqa: F401 - fixtures

from migrator.model import RepoPath, ResId, resource_of
from migrator.plan.beside import joined
from migrator.rewrite.kustomize.beside import could_stay
from migrator.rewrite.kustomize.blockers import Blocker
from migrator.rewrite.kustomize.ownership import Placed

CONF = "max_connections = 200\nshared_buffers = 128MB\n"
REPLACED = """\
resources: [db.yaml]
configMapGenerator:
- name: shop-db
  namespace: shop
  behavior: replace
  files: [db.conf]
  options: {disableNameSuffixHash: true}
"""


def planned(migrate: Migrate, root: Path, mirror: Path) -> dict[str, Any]:  # noqa: F811
    run = migrate("plan", root, "--offline", "--chart-mirror", mirror, "--format", "json")
    assert run.code == 0, run.err
    found: dict[str, Any] = next(each for each in json.loads(run.out)["components"] if each["id"] == "tiny-db")
    return found


def in_a_list(root: Path, kind: str, name: str) -> None:
    """One document of the database in a List with an object of somebody else."""
    file = root / "base/database/db.yaml"
    documents = file.read_text().split("---\n")
    moved = next(each for each in documents if f"kind: {kind}\n" in each and f"  name: {name}\n" in each)
    documents.remove(moved)
    file.write_text("---\n".join(documents))
    other = "- {apiVersion: v1, kind: ConfigMap, metadata: {name: other, namespace: shop}, data: {a: b}}\n"
    item = "- " + textwrap.indent(moved, "  ").lstrip()
    (root / "base/database/list.yaml").write_text(f"apiVersion: v1\nkind: List\nitems:\n{other}{item}")
    (root / "base/database/kustomization.yaml").write_text("resources: [db.yaml, list.yaml]\n")


def test_what_a_generator_replaces_stays_and_the_rest_becomes_the_release(
    migrate: Migrate,  # noqa: F811
    app: Path,  # noqa: F811
    mirror: Path,  # noqa: F811
) -> None:
    (app / "base/database/kustomization.yaml").write_text(REPLACED)
    (app / "base/database/db.conf").write_text(CONF)
    found = planned(migrate, app, mirror)
    assert found["decision"] == "adopt-with-patches"
    assert found["reason"].endswith("beside it stays in Kustomize: ConfigMap shop/shop-db")
    run = migrate("apply", committed(app), "--offline", "--chart-mirror", mirror, "--only", "tiny-db")
    assert run.code == 0, run.err
    assert (app / "base/database/kustomization.yaml").read_text() == REPLACED
    left = (app / "base/database/db.yaml").read_text()
    assert "kind: ConfigMap" in left
    assert "kind: StatefulSet" not in left
    assert "stays in Kustomize: a generator" not in run.err


def test_an_item_of_a_list_stays_with_the_list(
    migrate: Migrate,  # noqa: F811
    app: Path,  # noqa: F811
    mirror: Path,  # noqa: F811
) -> None:
    in_a_list(app, "Service", "shop-db-headless")
    found = planned(migrate, app, mirror)
    assert found["decision"] == "adopt-with-patches"
    assert found["reason"].endswith("beside it stays in Kustomize: Service shop/shop-db-headless")


def test_what_runs_stays_with_all_of_its_component(
    migrate: Migrate,  # noqa: F811
    app: Path,  # noqa: F811
    mirror: Path,  # noqa: F811
) -> None:
    in_a_list(app, "StatefulSet", "shop-db")
    found = planned(migrate, app, mirror)
    assert found["decision"] == "propose"
    assert "StatefulSet.apps shop/shop-db is an item of a List" in found["reason"]


def placed(kind: str, name: str) -> Placed:
    body = {"apiVersion": "v1", "kind": kind, "metadata": {"name": name}}
    return Placed(
        root=RepoPath("."),
        environment="prod",
        resource=resource_of(body),
        component="db",
        file=None,
        written=None,
        names=frozenset({name}),
        namespaces=frozenset({""}),
    )


@pytest.mark.parametrize(
    ("others", "stays"),
    [
        ((), {"prod": {"a"}}),
        ((Blocker(component="db", reason="r", objects=(placed("Secret", "b"),)),), {"prod": {"a", "b"}}),
        ((Blocker(component="db", reason="of the whole"),), {}),
        ((Blocker(component="db", reason="r", objects=(placed("Job", "b"),)),), {}),
    ],
)
def test_what_could_stay(others: tuple[Blocker, ...], stays: dict[str, set[str]]) -> None:
    found = could_stay((Blocker(component="db", reason="r", objects=(placed("ConfigMap", "a"),)), *others))
    assert {name: {each.name for each in held} for name, held in found.get("db", {}).items()} == stays


def test_what_could_stay_adds_up() -> None:
    one, two = (frozenset({ResId(group="", kind="ConfigMap", namespace="", name=name)}) for name in ("one", "two"))
    assert joined({"db": {"prod": one}}, {"db": {"prod": two, "dev": one}, "web": {"dev": two}}) == {
        "db": {"dev": one, "prod": one | two},
        "web": {"dev": two},
    }
