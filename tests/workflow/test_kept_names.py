"""What a chart calls otherwise is adopted under the name that it has, and keeps it when other patches go."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cli_support import Migrate, committed, git

from migrator.model import ResId
from migrator.plan.types import PostRenderPatch
from migrator.rewrite import naming_patches, post_render_yaml
from migrator.yamlio import Dialect, read_value

CACHE = "base/api/cache.yaml"
PATCHES = "helm-charts/databases/tiny-cache/post-render/common/kustomization.yaml"


@pytest.fixture
def adopted(migrate: Migrate, app: Path, mirror: Path) -> Path:
    """A repository with a cache by hand, of the chart's kind and under another name, as a release."""
    path = app / CACHE
    text = path.read_text().replace("StatefulSet", "Deployment", 1).replace("  serviceName: api-cache\n", "")
    path.write_text(text)
    committed(app)
    shown = migrate("apply", app, "--offline", "--chart-mirror", mirror, "--only", "tiny-cache")
    assert shown.code == 0, shown.err + shown.out
    git(app, "add", "-A")
    git(app, "commit", "-q", "-m", "x")
    return app


def test_it_is_proved_and_an_audit_finds_nothing(migrate: Migrate, adopted: Path, mirror: Path) -> None:
    given = (adopted, "--offline", "--chart-mirror", mirror)
    assert not (adopted / CACHE).exists()
    assert "# keeps the name that it has" in (adopted / PATCHES).read_text()
    assert migrate("verify", *given).code == 0
    audited = migrate("audit", *given)
    assert audited.code == 0, audited.out + audited.err


def test_without_the_name_it_is_another_object(migrate: Migrate, adopted: Path, mirror: Path) -> None:
    path = adopted / PATCHES
    path.write_text(path.read_text().replace("value: api-cache\n", "value: other\n", 1))
    shown = migrate("verify", adopted, "--offline", "--chart-mirror", mirror)
    assert shown.code == 3
    assert "api-cache" in shown.out


def test_names_stay_when_other_patches_are_dropped(migrate: Migrate, adopted: Path, mirror: Path) -> None:
    given = ("--offline", "--chart-mirror", mirror)
    shown = migrate(
        "accept", adopted, "tiny-cache", "--up-to", "recreate", "--reason", "tonight", *given, "--format", "json"
    )
    assert shown.code == 0, shown.err
    document = json.loads(shown.out)
    assert document["decision"] == "adopt-with-patches"
    assert "under another name" not in shown.out
    names = naming_patches(read_value((adopted / PATCHES).read_bytes(), dialect=Dialect.KUSTOMIZE)["patches"])
    assert [str(each.target) for each in names] == [
        "Service api-cache-tiny-cache",
        "Deployment.apps api-cache-tiny-cache",
    ]
    assert (adopted / PATCHES).read_text().count("patch:") == len(names)
    shown = migrate("verify", adopted, *given)
    assert (shown.code, "only before" in shown.out) == (0, False)


def test_the_patches_that_name_are_read_as_they_are_written() -> None:
    step = {"op": "replace", "path": "/metadata/name", "value": "b"}
    named = PostRenderPatch(
        target=ResId(group="", kind="Service", namespace="x", name="a.b"), version="v1", operations=(step,)
    )
    more = PostRenderPatch(target=named.target, version="v1", operations=(step, {"op": "remove", "path": "/spec"}))
    text = post_render_yaml("a", ["dev"], [named, more], {})
    entries = read_value(text, dialect=Dialect.KUSTOMIZE)["patches"]
    assert naming_patches(entries) == (named,)
    by_hand = [{"target": {"kind": "Service", "name": "a.*"}, "patch": entries[0]["patch"]}, {"path": "x.yaml"}, "x"]
    assert (naming_patches(by_hand), naming_patches(None)) == ((), ())
