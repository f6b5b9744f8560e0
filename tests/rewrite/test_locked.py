"""What the lock remembers for later audits: what stayed, and what names cross the border."""

from __future__ import annotations

from dataclasses import replace

from small_repository import Make, manifest, named

from migrator.model import ResId
from migrator.plan.types import ComponentPlan, Decision
from migrator.rewrite import load_layout, rewrite
from migrator.yamlio import dump

POD = {"containers": [{"name": "main", "image": "redis:7", "envFrom": [{"secretRef": {"name": "login"}}]}]}
INGRESS = {
    "apiVersion": "networking.k8s.io/v1",
    "kind": "Ingress",
    "metadata": {"name": "web", "namespace": "data"},
    "spec": {"defaultBackend": {"service": {"name": "redis-web"}}},
}
FILES = {
    "kustomization.yaml": "resources: [redis.yaml, other.yaml]\n",
    "redis.yaml": "---\n".join(
        [
            manifest("Deployment", "redis", "data", spec={"template": {"spec": POD}}),
            manifest("Service", "redis-web", "data"),
        ]
    ),
    "other.yaml": "---\n".join([manifest("Secret", "login", "data"), manifest("Pod", "test", "data"), dump(INGRESS)]),
}


def test_what_the_lock_remembers(make: Make) -> None:
    repository = make(FILES)
    plan = repository.plan(redis=named("redis", "redis-web"))
    companions = {"default": (ResId(group="", kind="Pod", namespace="data", name="test"),)}
    redis = replace(plan.components[0], companions=companions)
    others = [
        replace(redis, id="vpa", decision=Decision.PROPOSE),
        replace(redis, id="web", decision=Decision.KEEP, category=""),
    ]
    lock = rewrite(replace(plan, components=(redis, *others)), repository.view, load_layout("growing")).lock
    assert lock.components["redis"].companions == {"default": ("Pod data/test",)}
    assert lock.components["redis"].references == ("Secret data/login", "Service data/redis-web")
    assert lock.staying == {"vpa": "propose"}


def test_what_one_environment_names_and_does_not_render_is_no_reference(make: Make) -> None:
    """Else an audit would miss it there at once, though nobody has taken anything away."""
    folders = {f"overlays/{name}/{path}": text for name in ("dev", "prod") for path, text in FILES.items()}
    folders["overlays/dev/other.yaml"] = manifest("Pod", "test", "data")
    plan = (repository := make(folders)).plan(redis=named("redis", "redis-web"))
    lock = rewrite(plan, repository.view, load_layout("growing")).lock
    assert lock.components["redis"].references == ("Service data/redis-web",)


def test_what_is_adopted_later_stays_no_longer(make: Make) -> None:
    repository = make(FILES)
    plan = repository.plan(redis=named("redis", "redis-web"))
    proposed: ComponentPlan = replace(plan.components[0], id="vpa", decision=Decision.PROPOSE)
    made = rewrite(replace(plan, components=(*plan.components, proposed)), repository.view, load_layout("growing"))
    path = repository.root / ".migrate/lock.yaml"
    path.parent.mkdir()
    path.write_bytes(next(edit.after or b"" for edit in made.edits if edit.path == ".migrate/lock.yaml"))
    later = repository.plan(vpa=named("login"))
    lock = rewrite(later, repository.view, load_layout("growing")).lock
    assert (sorted(lock.components), dict(lock.staying)) == (["redis", "vpa"], {})
