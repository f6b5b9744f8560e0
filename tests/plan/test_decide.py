"""One decision per component: what may differ, what is pinned, and what a person has to say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from migrator.charts.types import ChartArchive, ChartRef
from migrator.classify.types import ChartCandidate, Component, ComponentKind
from migrator.compare import Acceptance, Allowance, Scope, Terms, compare
from migrator.diagnostics import Diagnostic, Severity
from migrator.discover import Config, Index, parse_config
from migrator.inference.types import Inference, ReleaseOptions, Residual, ResidualClass, SplitValues
from migrator.load import Kustomizations
from migrator.load.tree import inclusion_of
from migrator.lock import Lock, LockedComponent
from migrator.model import DifferenceKind, Impact, Json, Origin, ReleaseContext, RepoPath, ResId, Resource, resource_of
from migrator.plan import Decision, Examined, Plan, Repository, make_plan
from migrator.plan.json_patch import DELETE, apply_operations
from migrator.plan.types import ComponentPlan
from migrator.render_roots import BUILT, FAILED, Build

LABELS = Allowance(
    id="chart-labels",
    description="",
    impact=Impact.ROLLOUT,
    reason="",
    scope=Scope(
        kinds=("*",),
        paths=(("**", "labels", "helm.sh/chart"),),
        differences=(DifferenceKind.ADDED, DifferenceKind.REMOVED),
    ),
)
ARCHIVE = ChartArchive(
    ref=ChartRef(name="redis", version="1.2.3", repository="https://charts.example.org"),
    digest="sha256:aa",
    path=Path("redis-1.2.3.tgz"),
    metadata={},
    files={"crds/x.yaml": b""},
)


def thing(kind: str, name: str, namespace: str = "data", file: str = "base/redis.yaml", **more: Json) -> Resource:
    version = "apps/v1" if kind in ("Deployment", "StatefulSet") else "v1"
    metadata: dict[str, Json] = {"name": name, **more.pop("metadata", {})}
    if namespace:
        metadata["namespace"] = namespace
    return resource_of({"apiVersion": version, "kind": kind, "metadata": metadata, **more}, Origin(path=RepoPath(file)))


def deployment(name: str, replicas: int = 1, pod_labels: Mapping[str, str] | None = None, **more: Any) -> Resource:
    template = {"metadata": {"labels": {"app": name, **(pod_labels or {})}}, "spec": {"containers": [{"name": "main"}]}}
    spec = {"replicas": replicas, "selector": {"matchLabels": {"app": name}}, "template": template}
    return thing("Deployment", name, spec=spec, **more)


def settings(number: int, **more: Any) -> Resource:
    return thing("ConfigMap", f"settings-{number}", data={"a": "b"}, **more)


def bare(resource: Resource) -> Resource:
    """As a chart renders it: no origin, the namespace left to the release."""
    metadata = {key: value for key, value in resource.body["metadata"].items() if key != "namespace"}
    return resource_of({**resource.body, "metadata": metadata})


def repository_of(*builds: Build, config: Config | None = None, lock: Lock | None = None) -> Repository:
    index = Index(root=Path("nowhere"), files={}, links={}, kustomization_files=())
    read = Kustomizations(index=index, by_path={}, inclusion=inclusion_of({}))
    return Repository(kustomizations=read, builds=builds, config=config or Config(), lock=lock)


def unexamined(component: Component) -> Examined:
    return Examined(component=component)


REDIS = (deployment("redis"), *(settings(number) for number in range(5)))


def case(
    target: Mapping[str, Sequence[Resource]],
    rendered: Mapping[str, Sequence[Resource]],
    *,
    others: Sequence[Resource] = (),
    config: str = "",
    max_impact: Impact = Impact.METADATA,
    accepted: Sequence[str] = (),
    kind: ComponentKind = ComponentKind.THIRD_PARTY,
    lock: Lock | None = None,
    failed: Sequence[Build] = (),
    components: Sequence[Component] = (),
    kube_versions: tuple[str, str] = ("", ""),
    residual: tuple[Residual, ...] = (),
    options: ReleaseOptions | None = None,
    left_out: Sequence[ResId] = (),
    allowances: tuple[Allowance, ...] = (LABELS,),
) -> Plan:
    """The plan for one component `redis` whose chart renders this."""
    builds = [
        Build(environment=name, root=RepoPath(f"overlays/{name}"), status=BUILT, resources=(*found, *others))
        for name, found in target.items()
    ]
    component = Component(
        id="redis",
        kind=kind,
        category="databases",
        members={name: tuple(each.id for each in found) for name, found in target.items()},
        candidates=(
            ChartCandidate(chart="redis", repository="", versions=("1.2.3",), app_versions=(), score=0.9, evidence=()),
        ),
    )
    differences = {name: compare(target[name], found, release_namespace="data") for name, found in rendered.items()}
    missing = {
        name: tuple(each.resource for each in found if not each.path and each.kind is DifferenceKind.REMOVED)
        for name, found in differences.items()
    }
    inference = Inference(
        context=ReleaseContext(release="cache", namespace="data", kube_version=kube_versions[0]),
        values=SplitValues(common={"a": 1}),
        rendered={name: tuple(found) for name, found in rendered.items()},
        differences={
            name: tuple(each for each in found if each.resource not in missing[name])
            for name, found in differences.items()
        },
        residual=residual,
        companions=missing,
        options=options or ReleaseOptions(),
        left_out=dict.fromkeys(target, tuple(left_out)),
        renders=1,
        seconds=0.0,
        engine={},
    )
    return make_plan(
        [Examined(component=component, archive=ARCHIVE, result=inference), *map(unexamined, components)],
        repository_of(*builds, *failed, config=parse_config(config.encode()) if config else Config(), lock=lock),
        Terms(
            allowances=allowances,
            accepted=tuple(Acceptance(only=(each,), reason="wanted") for each in accepted),
            max_impact=max_impact,
        ),
        kube_version=kube_versions[1],
    )


def one(*args: Any, **more: Any) -> ComponentPlan:
    return next(each for each in case(*args, **more).components if each.id == "redis")


def test_objects_of_another_kubernetes_than_the_plan_is_made_for_are_proposed() -> None:
    target, rendered = {"prod": REDIS}, {"prod": [bare(each) for each in REDIS]}
    found = one(target, rendered, kube_versions=("1.20", "1.32"))
    assert found.decision is Decision.PROPOSE
    assert 'kube_version: "1.20"' in found.reason
    plan = case(target, rendered, kube_versions=("1.20", "1.20"))
    assert (plan.kube_version, plan.components[0].decision) == ("1.20", Decision.ADOPT)
    assert plan.components[0].context.kube_version == "1.20"


def test_what_is_drawn_anew_and_stands_against_adoption_names_what_would_pin_it() -> None:
    runs = [{"name": "c", "image": "i", "args": ["a"]}]
    secret, twin = (thing("Pod", "s", spec={"containers": runs}, namespace=name) for name in ("data", "other"))
    drawn = bare(resource_of({**secret.body, "spec": {"containers": [{**runs[0], "args": ["Yg=="]}]}}))
    residual = Residual(
        environment="prod",
        resource=secret.id,
        path=("spec", "containers", 0, "args", 0),
        cls=ResidualClass.GENERATED,
        pins=((("auth", "password"),), (("tls", "cert"), ("tls", "key"))),
    )
    rendered = [*(bare(each) for each in REDIS), drawn, twin]  # no patch could tell the two
    found = one({"prod": (*REDIS, secret, twin)}, {"prod": rendered}, residual=(residual,))
    assert found.decision is Decision.PROPOSE
    assert "pinned by auth.password or tls.cert with tls.key" in found.reason
    assert "Yg==" not in found.reason


def test_a_chart_that_renders_the_same_is_adopted() -> None:
    found = one({"dev": REDIS, "prod": REDIS}, {key: [bare(each) for each in REDIS] for key in ("dev", "prod")})
    assert found.decision is Decision.ADOPT
    assert found.reason == "the chart renders what was there"
    assert found.impact is Impact.NONE
    assert found.members == {name: tuple(sorted(each.id for each in REDIS)) for name in ("dev", "prod")}
    assert (found.context.release, found.context.namespace, found.chart, found.chart_digest) == (
        "cache",
        "data",
        ARCHIVE.ref,
        "sha256:aa",
    )
    assert found.differences == {}
    assert found.options == ReleaseOptions()


def test_applications_and_unknown_charts_are_kept() -> None:
    same = [bare(each) for each in REDIS]
    assert one({"dev": REDIS}, {"dev": same}, kind=ComponentKind.APPLICATION).decision is Decision.KEEP
    found = make_plan([unexamined(component_of("x"))], repository_of(), Terms())
    assert (found.components[0].decision, found.components[0].reason) == (Decision.KEEP, "no chart was found for it")
    problem = Diagnostic(code="MIG420", severity=Severity.ERROR, summary="no such chart", remedy="name a mirror")
    found = make_plan([Examined(component=component_of("x"), result=problem)], repository_of(), Terms())
    assert found.components[0].reason == "no such chart (name a mirror)"
    assert not found.complete


def test_a_release_has_a_name_even_where_no_label_says_one_and_an_application_has_none() -> None:
    found = make_plan([unexamined(component_of("x"))], repository_of(), Terms())
    assert found.components[0].context.release == "x"
    application = one({"dev": REDIS}, {"dev": REDIS}, kind=ComponentKind.APPLICATION)
    assert application.context.release == ""


def test_what_stands_in_for_a_chart_is_part_of_any_reason() -> None:
    problem = Diagnostic(code="MIG404", severity=Severity.ERROR, summary="helm refuses")
    examined = Examined(component=component_of("x"), result=problem, note="chart 1.1.0 stands in for 1.2.0")
    found = make_plan([examined], repository_of(), Terms())
    assert found.components[0].reason == "helm refuses; chart 1.1.0 stands in for 1.2.0"


def component_of(name: str, members: Mapping[str, tuple[ResId, ...]] | None = None) -> Component:
    return Component(id=name, kind=ComponentKind.THIRD_PARTY, category="core", members=members or {})


def test_bookkeeping_of_objects_is_adopted_as_it_is_under_its_allowance() -> None:
    labelled = [settings(0, metadata={"labels": {"helm.sh/chart": "redis-1"}}), *REDIS[2:], REDIS[0]]
    found = one({"dev": REDIS}, {"dev": [bare(each) for each in labelled]})
    assert found.decision is Decision.ADOPT
    assert [(each.allowance, each.impact) for each in found.differences["dev"]] == [("chart-labels", Impact.METADATA)]
    assert found.impact is Impact.METADATA
    assert found.patches == {}
    assert found.reason == "the chart renders what was there, with 1 difference admitted by chart-labels"


def test_a_label_by_which_anything_of_the_environment_selects_is_more_than_bookkeeping() -> None:
    labelled = [settings(0, metadata={"labels": {"helm.sh/chart": "redis-1"}}), *REDIS[2:], REDIS[0]]
    monitor = thing("ServiceMonitor", "monitor", spec={"selector": {"matchLabels": {"helm.sh/chart": "redis-1"}}})
    found = one({"dev": REDIS}, {"dev": [bare(each) for each in labelled]}, others=[monitor])
    assert found.differences == {}
    (patch,) = found.patches["dev"]
    assert patch.target.name == "settings-0"


RESTART = [bare(each) for each in (deployment("redis", pod_labels={"helm.sh/chart": "redis-1"}), *REDIS[1:])]


def test_what_would_restart_a_pod_is_pinned() -> None:
    found = one({"dev": REDIS}, {"dev": RESTART})
    assert found.decision is Decision.ADOPT_WITH_PATCHES
    assert found.differences == {}
    (patch,) = found.patches["dev"]
    assert patch.target == ResId(group="apps", kind="Deployment", namespace="", name="redis")
    assert patch.operations == ({"op": "remove", "path": "/spec/template/metadata/labels/helm.sh~1chart"},)
    assert "1 patch operation" in found.reason


def test_with_a_higher_impact_it_is_adopted_without_patches() -> None:
    found = one({"dev": REDIS}, {"dev": RESTART}, max_impact=Impact.ROLLOUT)
    assert found.decision is Decision.ADOPT
    assert found.impact is Impact.ROLLOUT
    assert found.patches == {}


def test_what_a_person_approved_is_adopted_as_it_is() -> None:
    rendered = [bare(each) for each in (deployment("redis", replicas=3), *REDIS[1:])]
    accepted = ["Deployment.apps/data/redis#/spec/replicas"]
    found = one({"dev": REDIS}, {"dev": rendered}, accepted=accepted)
    assert found.decision is Decision.ADOPT
    assert [each.id for each in found.differences["dev"]] == accepted


def test_patches_give_exactly_what_was_there() -> None:
    changed = deployment("redis", replicas=3, pod_labels={"x": "y"}, metadata={"labels": {"a": "b"}})
    found = one({"dev": REDIS}, {"dev": [bare(changed), *(bare(each) for each in REDIS[1:])]})
    assert found.decision is Decision.ADOPT_WITH_PATCHES
    (patch,) = found.patches["dev"]
    after = resource_of(apply_operations(bare(changed).body, patch.operations))
    assert compare([REDIS[0]], [after], release_namespace="data") == ()


def test_patches_put_an_item_of_a_list_where_it_stood() -> None:
    def with_env(*names: str) -> Resource:
        body = deployment("redis").body
        containers = [{"name": "main", "env": [{"name": name, "value": "1"} for name in names]}]
        template = {**body["spec"]["template"], "spec": {"containers": containers}}
        return thing("Deployment", "redis", spec={**body["spec"], "template": template})

    target, rendered = with_env("A", "B", "C", "D"), bare(with_env("NEW", "A", "C", "D"))
    found = one({"dev": (target, *REDIS[1:])}, {"dev": [rendered, *(bare(each) for each in REDIS[1:])]})
    assert found.decision is Decision.ADOPT_WITH_PATCHES
    (patch,) = found.patches["dev"]
    assert compare([target], [resource_of(apply_operations(rendered.body, patch.operations))]) == compare(
        [target], [bare(target)]
    )
    kept = one(
        {"dev": (target, *REDIS[1:])},
        {"dev": [rendered, *(bare(each) for each in REDIS[1:])]},
        accepted=["Deployment.apps/data/redis#/spec/template/spec/containers/0/env/0"],
    )
    (patch,) = kept.patches["dev"]
    env = apply_operations(rendered.body, patch.operations)["spec"]["template"]["spec"]["containers"][0]["env"]
    assert [each["name"] for each in env] == ["NEW", "A", "B", "C", "D"]


def test_an_object_that_the_chart_adds_is_deleted() -> None:
    extra = thing("Service", "metrics")
    found = one({"dev": REDIS}, {"dev": [bare(each) for each in (*REDIS, extra)]})
    assert found.decision is Decision.ADOPT_WITH_PATCHES
    assert [(patch.target.name, patch.operations) for patch in found.patches["dev"]] == [("metrics", (DELETE,))]
    assert extra.id not in found.members["dev"]


def test_an_object_that_the_chart_lacks_is_a_companion() -> None:
    dashboard = thing("ConfigMap", "dashboard")
    found = one({"dev": (*REDIS, dashboard)}, {"dev": [bare(each) for each in REDIS]})
    assert found.decision is Decision.ADOPT
    assert found.companions == {"dev": (dashboard.id,)}
    assert dashboard.id not in found.members["dev"]


def test_what_stays_in_one_environment_stays_in_all_that_share_its_text() -> None:
    shared = thing("Service", "shared")
    found = one(
        {"dev": (*REDIS, shared), "prod": (*REDIS, shared)},
        {"dev": [bare(each) for each in (*REDIS, shared)], "prod": [bare(each) for each in REDIS]},
    )
    assert found.decision is Decision.ADOPT_WITH_PATCHES
    assert shared.id in found.companions["dev"]
    assert [patch.operations for patch in found.patches["dev"]] == [(DELETE,)]
    assert "prod" not in found.patches


def test_an_environment_whose_objects_all_stay_in_another_has_no_release() -> None:
    second = deployment("second")
    found = one(
        {"dev": (*REDIS, second), "second": (second,)},
        {"dev": [bare(each) for each in REDIS], "second": [bare(second)]},
    )
    assert (found.decision, found.environments) == (Decision.ADOPT, ("dev",))
    assert found.companions == {"dev": (second.id,), "second": (second.id,)}


def test_an_unowned_object_that_the_chart_renders_joins() -> None:
    stray = thing("Service", "stray")
    found = one({"dev": REDIS}, {"dev": [bare(each) for each in (*REDIS, stray)]}, others=[stray])
    assert found.decision is Decision.ADOPT
    assert stray.id in found.members["dev"]
    changed = thing("Service", "stray", spec={"type": "NodePort"})
    found = one({"dev": REDIS}, {"dev": [bare(each) for each in (*REDIS, changed)]}, others=[stray])
    assert [patch.operations[0]["path"] for patch in found.patches["dev"]] == ["/spec"]


def test_an_object_of_another_component_is_left_to_it() -> None:
    stray = thing("Service", "stray")
    other = component_of("other", {"dev": (stray.id,)})
    found = one({"dev": REDIS}, {"dev": [bare(each) for each in (*REDIS, stray)]}, others=[stray], components=[other])
    assert [(patch.target.name, patch.operations) for patch in found.patches["dev"]] == [("stray", (DELETE,))]


def test_what_no_patch_undoes_is_proposed_with_the_flag_that_would_adopt_it() -> None:
    """Every line of the pods' labels comes from the chart, and little else does."""
    labels = {f"helm.sh/{number}": "x" for number in range(20)}
    rule = replace(LABELS, scope=replace(LABELS.scope, paths=(("**", "labels", "helm.sh/*"),)))
    target, rendered = deployment("redis"), deployment("redis", pod_labels=labels)
    found = one({"dev": [target]}, {"dev": [bare(rendered)]}, allowances=(rule,))
    assert found.decision is Decision.PROPOSE
    assert found.reason.startswith(
        "20 pod labels on 1 Deployment cannot be undone by patches: patches would say 20 lines"
    )
    assert found.reason.endswith("`--max-impact rollout` would adopt it")
    assert found.impact is Impact.ROLLOUT
    assert len(found.differences["dev"]) == 20
    assert (
        one({"dev": [target]}, {"dev": [bare(rendered)]}, allowances=(rule,), max_impact=Impact.ROLLOUT).patches == {}
    )


def test_however_many_objects_differ_patches_may_pin_them_while_the_chart_says_more() -> None:
    target = [deployment(f"redis-{number}") for number in range(5)]
    rendered = [bare(deployment(f"redis-{number}", pod_labels={"helm.sh/chart": "redis-1"})) for number in range(5)]
    found = one({"dev": target}, {"dev": rendered})
    assert found.decision is Decision.ADOPT_WITH_PATCHES
    assert len(found.patches["dev"]) == 5


def configured(count: int, text: str = "", value: Json = "x", kind: str = "ConfigMap") -> tuple[Resource, Resource]:
    """An object before and after, in which this many keys differ."""
    before, after = (dict.fromkeys([f"k{number}" for number in range(count)], each) for each in (f"{text}a", value))
    return thing(kind, "big", data=before), thing(kind, "big", data=after)


def test_more_patch_than_chart_is_no_release() -> None:
    kept = [settings(number) for number in range(5)]  # of four lines each, name and kind among them
    for count, is_adopted in ((22, True), (24, False)):
        before, after = configured(count)
        found = one({"dev": (*kept, before)}, {"dev": [bare(each) for each in (*kept, after)]})
        assert (found.companions == {}) == is_adopted
        assert found.decision is Decision.ADOPT_WITH_PATCHES
    assert "beside it stays in Kustomize: ConfigMap data/big" in found.reason
    before, after = configured(24, kind="StatefulSet")
    found = one({"dev": (*kept, before)}, {"dev": [bare(each) for each in (*kept, after)]})
    assert found.decision is Decision.PROPOSE
    assert "patches would say 24 lines, the chart no more than 23" in found.reason
    assert "24 differences in data on 1 StatefulSet cannot be undone by patches" in found.reason
    assert len(found.blocked_by) == 24
    assert found.patches == {}


def test_the_lines_of_a_text_count() -> None:
    before, after = configured(1, text="line\n" * 40, kind="StatefulSet")
    found = one({"dev": (*REDIS, before)}, {"dev": [bare(each) for each in (*REDIS, after)]})
    assert "patches would say 41 lines" in found.reason


def test_an_object_that_is_deleted_costs_one_line_and_is_none_of_the_chart() -> None:
    extra = [settings(number) for number in range(5, 25)]
    rendered = [bare(each) for each in (*REDIS, *extra)]
    assert one({"dev": REDIS}, {"dev": rendered}).decision is Decision.ADOPT_WITH_PATCHES
    rendered = [bare(each) for each in (*REDIS, *extra, *(settings(number) for number in range(25, 40)))]
    assert "patches would say 35 lines, the chart no more than 27" in one({"dev": REDIS}, {"dev": rendered}).reason


def test_what_stands_on_every_object_is_one_field_and_no_patches() -> None:
    target = [
        thing("ConfigMap", f"c{number}", metadata={"labels": {"team": "blue"}, "annotations": {"by": "argo"}})
        for number in range(8)
    ]
    rendered = [thing("ConfigMap", f"c{number}") for number in range(8)]
    found = one({"dev": target}, {"dev": [bare(each) for each in rendered]})
    assert found.decision is Decision.ADOPT_WITH_PATCHES
    assert found.patches == {}
    assert found.transforms == {
        "dev": {"labels": [{"pairs": {"team": "blue"}}], "commonAnnotations": {"by": "argo"}},
    }
    assert "team" in found.reason
    alone = one({"dev": [*target[:7], rendered[7]]}, {"dev": [bare(each) for each in rendered]})
    assert (alone.decision, alone.transforms) == (Decision.ADOPT_WITH_PATCHES, {})


def test_too_long_patches_are_refused() -> None:
    before, after = (thing("ConfigMap", "big", data={"a": text * 70000}) for text in "ab")
    found = one({"dev": (*REDIS, before)}, {"dev": [bare(each) for each in (*REDIS, after)]})
    assert (found.decision, "too large" in found.reason) == (Decision.PROPOSE, True)


def test_a_secrets_data_never_stands_in_a_patch() -> None:
    before, after = (thing("Secret", "password", data={"p": text}) for text in ("c2VjcmV0", "b3RoZXI="))
    found = one({"dev": (*REDIS, before)}, {"dev": [bare(each) for each in (*REDIS, after)]})
    assert found.decision is Decision.ADOPT_WITH_PATCHES
    assert found.companions == {"dev": (before.id,)}
    assert found.reason.endswith("beside it stays in Kustomize: Secret data/password")
    assert [each.operations for each in found.patches["dev"]] == [({"$patch": "delete"},)]


@pytest.mark.parametrize(
    ("before", "after", "is_adopted"),
    [
        (["/adapter", "-v"], ["/webhooks", "-v"], False),
        (["/adapter", "-v"], ["/usr/bin/adapter"], True),
        (["/bin/sh", "-c", "x"], ["/webhooks"], True),
        (None, ["/webhooks"], True),
    ],
)
def test_a_chart_that_starts_another_program_is_not_patched_into_it(
    before: list[str] | None, after: list[str], is_adopted: bool
) -> None:
    def running(command: list[str] | None) -> Resource:
        container = {"name": "main", "image": "acme/x"} | ({"command": command} if command else {})
        return thing("Deployment", "web", spec={"template": {"spec": {"containers": [container]}}})

    found = one({"dev": (*REDIS, running(before))}, {"dev": [bare(each) for each in (*REDIS, running(after))]})
    assert (found.decision is Decision.ADOPT_WITH_PATCHES) == is_adopted
    assert (
        is_adopted or found.reason == "the chart starts webhooks in Deployment.apps data/web, where adapter is started"
    )


def test_an_environment_that_has_nothing_else_needs_no_release() -> None:
    before, after = (thing("Secret", "password", data={"p": text}) for text in ("c2VjcmV0", "b3RoZXI="))
    rendered = [bare(each) for each in (*REDIS, after)]
    found = one({"dev": (*REDIS, before), "vault": (before,)}, {"dev": rendered, "vault": [bare(after)]})
    assert found.decision is Decision.ADOPT_WITH_PATCHES
    assert (found.environments, set(found.members)) == (("dev",), {"dev"})


def test_a_hook_that_nobody_has_is_deleted_where_it_cannot_be_left_out() -> None:
    hook = thing("Pod", "migrate", metadata={"annotations": {"helm.sh/hook": "post-install"}})
    found = one({"dev": REDIS}, {"dev": [bare(each) for each in (*REDIS, hook)]})
    assert found.decision is Decision.ADOPT_WITH_PATCHES
    ((patch,),) = found.patches.values()
    assert (patch.target.name, patch.operations) == ("migrate", (DELETE,))


def test_options_of_the_release_are_those_that_were_found() -> None:
    options = ReleaseOptions(include_crds=False, hooks="skip", reasons=("because",))
    found = one({"dev": REDIS}, {"dev": [bare(each) for each in REDIS]}, options=options)
    assert (found.decision, found.options) == (Decision.ADOPT, options)


def test_what_is_left_out_on_purpose_is_no_measure_of_the_chart() -> None:
    crds = [thing("CustomResourceDefinition", f"crd-{number}", "") for number in range(9)]
    jobs = [thing("Job", f"admission-{number}") for number in range(3)]
    target, rendered = {"dev": (*REDIS, *crds, *jobs)}, {"dev": [bare(each) for each in REDIS]}
    ids = [each.id for each in (*crds, *jobs)]
    found = one(target, rendered, left_out=ids)
    assert (found.decision, found.companions["dev"], found.left_out["dev"]) == (
        Decision.ADOPT,
        tuple(sorted(ids)),
        tuple(sorted(ids)),
    )
    assert one(target, rendered).decision is Decision.PROPOSE


def test_hooks_and_tests_are_no_measure_of_the_chart() -> None:
    def pods(event: str) -> list[Resource]:
        more = {"annotations": {"helm.sh/hook": event}} if event else {}
        return [thing("Pod", f"pod-{number}", metadata=more) for number in range(7)]

    rendered = {"dev": [bare(each) for each in REDIS]}
    for event in ("test", "pre-install"):
        assert one({"dev": (*REDIS, *pods(event))}, rendered).decision is Decision.ADOPT
    assert one({"dev": (*REDIS, *pods(""))}, rendered).decision is Decision.PROPOSE


def test_a_plain_object_that_is_a_hook_of_the_chart_stays_plain_by_a_patch() -> None:
    hook = settings(0, metadata={"annotations": {"helm.sh/hook": "pre-install"}})
    found = one({"dev": REDIS}, {"dev": [bare(each) for each in (hook, REDIS[0], *REDIS[2:])]})
    assert found.decision is Decision.ADOPT_WITH_PATCHES
    ((patch,),) = found.patches.values()
    (operation,) = patch.operations
    assert (operation["op"], str(operation["path"])[:21]) == ("remove", "/metadata/annotations")


def test_a_patch_means_one_object_only() -> None:
    here, there = (thing("ConfigMap", "twin", namespace=name) for name in ("data", "other"))
    changed = bare(thing("ConfigMap", "twin", data={"x": "y"}))
    found = one({"dev": (*REDIS, here, there)}, {"dev": [*(bare(each) for each in REDIS), changed, there]})
    assert found.decision is Decision.PROPOSE
    assert "cannot tell" in found.reason


def test_objects_without_a_name_cannot_pass_kustomize() -> None:
    nameless = resource_of({"apiVersion": "v1", "kind": "Pod", "metadata": {"generateName": "x-"}})
    rendered = [*RESTART, nameless]
    assert "without a name" in one({"dev": REDIS}, {"dev": rendered}).reason


def test_a_chart_that_makes_the_lesser_part_is_doubted() -> None:
    resting = [each for each in REDIS if each.id.kind != "Deployment"]
    found = one({"dev": resting}, {"dev": [bare(each) for each in resting[:2]]})
    assert found.decision is Decision.PROPOSE
    there = ", ".join(f"ConfigMap data/settings-{number}" for number in (2, 3, 4))
    few = "the chart renders only 2 of the component's 5 objects"
    assert found.reason == f"{few} (there is {there}; the chart makes nothing else) in dev"


def test_what_a_team_has_beside_what_runs_is_no_doubt() -> None:
    found = one({"dev": REDIS}, {"dev": [bare(each) for each in REDIS[:1]]})
    assert found.decision is Decision.ADOPT
    assert found.companions == {"dev": tuple(each.id for each in REDIS[1:])}


def test_a_chart_that_runs_something_else_is_doubted() -> None:
    service = thing("Service", "redis", spec={"ports": [{"port": 6379}]})
    stateful = bare(thing("StatefulSet", "redis", spec={"serviceName": "redis"}))
    found = one({"dev": (REDIS[0], service)}, {"dev": [bare(service), stateful]})
    assert found.decision is Decision.PROPOSE
    few = "the chart renders only 0 of the component's 1 workloads"
    assert found.reason == f"{few} (there is Deployment.apps data/redis; the chart makes StatefulSet.apps redis) in dev"


def test_the_configuration_has_the_last_word() -> None:
    same = {"dev": [bare(each) for each in REDIS]}
    assert one({"dev": REDIS}, same, config="components: {redis: keep}").decision is Decision.KEEP
    assert one({"dev": REDIS}, same, config="components: {redis: propose}").decision is Decision.PROPOSE


def test_a_release_of_the_lock_is_not_adopted_again() -> None:
    lock = Lock(
        commit=None,
        tree="",
        engines={},
        environments={},
        components={"redis": LockedComponent(decision="adopt", resources=1)},
    )
    found = one({"dev": REDIS}, {"dev": [bare(each) for each in REDIS]}, lock=lock)
    assert found.decision is Decision.KEEP
    assert "companions" in found.reason


def test_a_root_that_does_not_build_makes_the_plan_incomplete() -> None:
    reason = Diagnostic(code="MIG210", severity=Severity.ERROR, summary="no such file")
    broken = Build(environment="dr", root=RepoPath("overlays/dr"), status=FAILED, reason=reason)
    plan = case({"dev": REDIS}, {"dev": [bare(each) for each in REDIS]}, failed=[broken])
    assert not plan.complete
    assert (plan.environments["dr"].status, plan.environments["dr"].reason) == ("failed", "overlays/dr: no such file")
    assert plan.environments["dev"].status == "built"


def test_components_that_share_a_release_name_are_adopted_and_it_is_said() -> None:
    same = [bare(each) for each in REDIS]
    second = settings(9)
    builds = [Build(environment="dev", root=RepoPath("dev"), status=BUILT, resources=(*REDIS, second))]
    components = [
        Component(id=name, kind=ComponentKind.THIRD_PARTY, category="x", members={"dev": ids})
        for name, ids in (("a", tuple(each.id for each in REDIS)), ("b", (second.id,)))
    ]
    inferences: dict[str, Inference | Diagnostic] = {
        name: Inference(
            context=ReleaseContext(release="cache", namespace="data"),
            values=SplitValues(),
            rendered={"dev": rendered},
            differences={},
            residual=(),
            companions={},
            renders=1,
            seconds=0.0,
            engine={},
        )
        for name, rendered in (("a", tuple(same)), ("b", (bare(second),)))
    }
    examined = [Examined(component=each, archive=ARCHIVE, result=inferences[each.id]) for each in components]
    plan = make_plan(examined, repository_of(*builds), Terms())
    assert [each.decision for each in plan.components] == [Decision.ADOPT, Decision.ADOPT]
    (note,) = plan.diagnostics
    assert (note.code, note.severity) == ("MIG603", Severity.WARNING)
    assert note.summary.startswith("a, b are all release cache in namespace data")
    assert "storageNamespace" in note.remedy


def test_crds_that_helm_never_upgrades_are_said() -> None:
    crd = resource_of(
        {
            "apiVersion": "apiextensions.k8s.io/v1",
            "kind": "CustomResourceDefinition",
            "metadata": {"name": "x.example.org"},
        }
    )
    plan = case({"dev": (*REDIS, crd)}, {"dev": [*(bare(each) for each in REDIS), crd]})
    assert [note.code for note in plan.diagnostics] == ["MIG604"]


@pytest.mark.parametrize("order", [1, -1])
def test_the_order_of_what_comes_in_is_no_matter(order: int) -> None:
    found = one({"dev": REDIS[::order], "prod": REDIS}, {"dev": RESTART[::order], "prod": RESTART})
    assert list(found.patches) == ["dev", "prod"]
    assert found == one({"prod": REDIS, "dev": REDIS}, {"prod": RESTART, "dev": RESTART})


def test_a_namespace_outlives_the_release() -> None:
    space = thing("Namespace", "data", namespace="")
    for others, target in (((space,), REDIS), ((), (*REDIS, space))):
        found = one({"dev": target}, {"dev": [bare(each) for each in (*REDIS, space)]}, others=others)
        assert found.decision is Decision.ADOPT_WITH_PATCHES
        assert [(patch.target.kind, patch.operations) for patch in found.patches["dev"]] == [("Namespace", (DELETE,))]
        assert space.id not in found.members["dev"]
