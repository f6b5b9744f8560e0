"""Each audit rule firing, and silent."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from migrator.audit import RULES, Subject, audit, is_finding, load_texts, umbrellas_of
from migrator.charts.types import ChartRef
from migrator.classify import ChartCandidate, Component, ComponentKind
from migrator.diagnostics import Diagnostic, Diagnostics, MigrateError, Severity
from migrator.discover import Config, Index, discover
from migrator.load import load
from migrator.lock import Handover, Lock, LockedComponent, LockedEnvironment, LockedRelease
from migrator.model import Origin, ReleaseContext, RepoPath, Resource, SourceSpan, resource_of
from migrator.prove import Owner, Part, Rendering, all_part_digests, part_digests, rendered_digest, rendering_digest
from migrator.render_roots import Build
from migrator.rewrite.umbrella.chart_files import chart_lock
from migrator.signatures.manifests import Upstream, load_manifests

URL = "https://charts.example.org"
CHART = f"""\
apiVersion: v2
name: tiny
version: 0.1.0
dependencies:
- name: tiny
  version: 1.2.3
  repository: {URL}
"""
FILES = {
    "apps/kustomization.yaml": "resources: [app.yaml]\n",
    "apps/app.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: app, namespace: web}\n",
    "infra/tiny/Chart.yaml": CHART,
    "infra/tiny/values.yaml": "tiny: {}\n",
}
RELEASE = LockedRelease(
    component="tiny",
    context=ReleaseContext(release="small", namespace="infra"),
    path=RepoPath("infra/tiny"),
    name="tiny",
    version="1.2.3",
    repository=URL,
    digest="sha256:00",
    values=("values.yaml",),
)


def obj(kind: str, name: str, namespace: str = "", origin: str = "", **body: Any) -> Resource:
    metadata = {"name": name, **({"namespace": namespace} if namespace else {})}
    value = {"apiVersion": "apps/v1" if kind == "Deployment" else "v1", "kind": kind, "metadata": metadata, **body}
    return resource_of(value, Origin(path=RepoPath(origin)) if origin else None)


APP = obj("ConfigMap", "app", "web", origin="apps/app.yaml")
SERVER = obj("Deployment", "small", "infra")


def lock_of(*releases: LockedRelease, **changes: Any) -> Lock:
    prod = LockedEnvironment(before=(RepoPath("x"),), kustomize=(RepoPath("apps"),), helm=releases or (RELEASE,))
    lock = Lock(
        commit=None,
        tree="",
        engines={"helm": "v3.17.3"},
        environments={"prod": prod},
        components={"tiny": LockedComponent(decision="adopt", resources=1)},
    )
    return replace(lock, **changes)


def renders_of(kustomize: Sequence[Resource] = (APP,), helm: Sequence[Resource] = (SERVER,)) -> Mapping[str, Rendering]:
    parts = (
        Part(owner=Owner.KUSTOMIZE, path=RepoPath("apps"), resources=tuple(kustomize)),
        Part(
            owner=Owner.HELM,
            path=RepoPath("infra/tiny"),
            resources=tuple(helm),
            component="tiny",
            context=ReleaseContext(release="small", namespace="infra"),
        ),
    )
    return {"prod": Rendering(environment="prod", parts=parts)}


def proved(lock: Lock, renders: Mapping[str, Rendering]) -> Lock:
    return replace(lock, proof_digest=rendered_digest({name: rendering_digest(each) for name, each in renders.items()}))


Audit = Callable[..., Diagnostics]


@pytest.fixture
def audited(tree: Callable[..., Path], tmp_path: Path) -> Audit:
    """Audits a repository that is in order, but for what the arguments change."""

    def run(
        files: Mapping[str, str | None] | None = None,
        *,
        lock: Lock | None = lock_of(),  # noqa: B008 - a frozen value
        renders: Mapping[str, Rendering] | None = None,
        builds: Sequence[Build] | None = None,
        components: Sequence[Component] = (),
        kept: Sequence[str] = (),
        **more: Any,
    ) -> Diagnostics:
        written = {path: text for path, text in {**FILES, **(files or {})}.items() if text is not None}
        root = tmp_path / str(len(list(tmp_path.iterdir())))
        index: Index = discover(tree(written, root), Config())
        renders = renders_of() if renders is None else renders
        if lock is not None and not lock.proof_digest:
            lock = proved(lock, renders)
        if builds is None:
            builds = [Build(environment="prod", root=RepoPath("apps"), status="built", resources=(APP,))]
        subject = Subject(
            kustomizations=load(index)[0],
            builds=tuple(builds),
            lock=lock,
            components=tuple(components),
            renders=renders,
            umbrellas=umbrellas_of(index, lock),
            kept=frozenset(kept),
            **more,
        )
        return audit(subject)

    return run


def codes(diagnostics: Diagnostics) -> list[str]:
    return [each.code for each in diagnostics]


def only(diagnostics: Diagnostics) -> Diagnostic:
    (single,) = diagnostics
    return single


def test_repository_in_order_has_no_findings(audited: Audit) -> None:
    assert audited() == ()


# MIG801


def test_object_in_root_and_release_is_found_where_it_is_written(audited: Audit) -> None:
    again = obj("Deployment", "small", "infra", origin="apps/app.yaml")
    text = FILES["apps/app.yaml"] + "---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: small}\n"
    builds = [Build(environment="prod", root=RepoPath("apps"), status="built", resources=(APP, again))]
    found = only(audited({"apps/app.yaml": text}, renders=renders_of(kustomize=(APP, again)), builds=builds))
    assert (found.code, found.severity) == ("MIG801", Severity.ERROR)
    assert found.span == SourceSpan(path=RepoPath("apps/app.yaml"), line=5)
    assert "apps and by release small" in found.summary


def test_object_of_a_root_that_the_lock_does_not_know_counts_too(audited: Audit) -> None:
    again = Build(environment="prod", root=RepoPath("extra"), status="built", resources=(SERVER,))
    assert codes(audited(builds=[again])) == ["MIG801"]
    assert audited(builds=[replace(again, environment="dev")]) == ()


def test_release_object_without_namespace_is_in_the_release_namespace(audited: Audit) -> None:
    bare = obj("Deployment", "small")
    assert codes(audited(renders=renders_of(kustomize=(APP, SERVER), helm=(bare,)))) == ["MIG801"]


def test_object_that_two_roots_share_is_no_finding(audited: Audit) -> None:
    shared = Build(environment="prod", root=RepoPath("extra"), status="built", resources=(APP,))
    assert audited(builds=[shared]) == ()


# MIG802


def component(name: str = "redis", score: float = 0.9, kind: str = "StatefulSet", **changes: Any) -> Component:
    candidate = ChartCandidate(
        chart=name, repository=URL, versions=("17.0.0",), app_versions=(), score=score, evidence=()
    )
    made = Component(
        id=name,
        kind=ComponentKind.THIRD_PARTY,
        category="databases",
        members={"prod": (obj(kind, "redis", "infra").id,)},
        candidates=(candidate,),
    )
    return replace(made, **changes)


def test_recognised_infrastructure_is_found_at_its_file(audited: Audit) -> None:
    redis = obj("StatefulSet", "redis", "infra", origin="apps/redis.yaml")
    builds = [Build(environment="prod", root=RepoPath("apps"), status="built", resources=(APP, redis))]
    files = {"apps/redis.yaml": "\n\napiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: redis}\n"}
    found = only(audited(files, builds=builds, components=[component()]))
    assert (found.code, found.severity) == ("MIG802", Severity.ERROR)
    assert found.span == SourceSpan(path=RepoPath("apps/redis.yaml"), line=3)
    assert "redis 17.0.0" in found.summary
    assert found.evidence == ("StatefulSet infra/redis",)


def test_adopted_component_that_runs_from_kustomize_is_found(audited: Audit) -> None:
    found = only(audited(components=[component("tiny")]))
    assert is_finding(found)
    assert "although a release of the lock owns" in found.summary


def test_what_is_vendored_where_nothing_was_migrated_is_a_note(audited: Audit) -> None:
    found = audited({"infra/tiny/Chart.yaml": None}, lock=None, renders={}, components=[component()])
    assert codes(found) == ["MIG802", "MIG814"]
    assert not any(is_finding(each) for each in found)


def test_what_was_a_proposal_when_the_lock_was_written_is_a_note(audited: Audit) -> None:
    found = only(audited(lock=lock_of(staying={"redis": "propose"}), components=[component()]))
    assert (found.code, found.severity) == ("MIG802", Severity.INFO)
    assert "a proposal since the repository was migrated" in found.summary
    assert is_finding(only(audited(lock=lock_of(staying={"other": "propose"}), components=[component()])))


def test_what_a_later_stage_of_a_handover_moves_is_a_note_until_then(audited: Audit) -> None:
    def told(stage: int) -> Diagnostic:
        handover = Handover(tool="flux", stage=stage, stages=("protect", "switch", "clean-up"))
        return next(
            each for each in audited(lock=lock_of(handover=handover), components=[component()]) if each.code == "MIG802"
        )

    assert not is_finding(told(1))
    assert "a later stage of the handover" in told(1).summary
    assert is_finding(told(2))


def test_companions_that_the_lock_knows_are_silent(audited: Audit) -> None:
    test_pod = component("tiny", kind="Pod")
    listed = LockedComponent(decision="adopt", resources=1, companions={"prod": ("Pod infra/redis",)})
    assert audited(lock=lock_of(components={"tiny": listed}), components=[test_pod]) == ()
    elsewhere = replace(listed, companions={"dev": ("Pod infra/redis",)})
    assert codes(audited(lock=lock_of(components={"tiny": elsewhere}), components=[test_pod])) == ["MIG802"]


BOOTSTRAP = "---\n# This manifest was generated by flux. DO NOT EDIT.\n# Flux Version: v2.3.0\nkind: Deployment\n"


@pytest.mark.parametrize(
    ("text", "severity"),
    [
        (BOOTSTRAP, Severity.INFO),
        (BOOTSTRAP.replace("by flux", "by Flux"), Severity.INFO),
        (BOOTSTRAP[89:], Severity.ERROR),
    ],
)
def test_what_a_bootstrap_wrote_is_a_note(audited: Audit, text: str, severity: Severity) -> None:
    manifest = next(each for each in load_manifests() if each.bootstrap)
    upstream = Upstream(manifest=manifest, version="v2.3.0", source="", kind="header")
    controller = obj("StatefulSet", "redis", "infra", origin="apps/gotk.yaml")
    builds = [Build(environment="prod", root=RepoPath("apps"), status="built", resources=(APP, controller))]
    found = audited({"apps/gotk.yaml": text}, builds=builds, components=[component(upstream=upstream)])
    assert only(found).severity is severity


def test_companions_of_an_adopted_component_are_silent(audited: Audit) -> None:
    assert audited(components=[component("tiny", kind="ConfigMap")]) == ()
    assert audited(components=[component("tiny", kind="CustomResourceDefinition")]) == ()


def test_applications_are_silent(audited: Audit) -> None:
    assert audited(components=[replace(component(), kind=ComponentKind.APPLICATION)]) == ()


def test_what_was_decided_or_is_doubtful_is_a_note(audited: Audit) -> None:
    kept = lock_of(components={"redis": LockedComponent(decision="propose", resources=1)})
    found = only(audited(lock=kept, components=[component()]))
    assert (found.code, found.severity) == ("MIG802", Severity.INFO)
    assert not is_finding(found)
    assert only(audited(components=[component(score=0.3)])).severity is Severity.INFO
    named = only(audited(components=[component()], kept=["redis"]))
    assert (named.severity, "migrate.yaml" in named.summary) == (Severity.INFO, True)
    assert not is_finding(only(audited(components=[component("tiny")], kept=["tiny"])))


# MIG803


@pytest.mark.parametrize("version", ["1.2", "^1.2.3", "~1.2.3", ">=1.0.0", "1.x.x", "*", "'*'", "1.2.3 - 1.4.0", "''"])
def test_version_that_is_no_exact_one_is_found_with_its_line(audited: Audit, version: str) -> None:
    chart = CHART.replace("1.2.3", f'"{version.strip(chr(39))}"')
    found = [each for each in audited({"infra/tiny/Chart.yaml": chart}) if each.code == "MIG803"]
    assert only(tuple(found)).span == SourceSpan(path=RepoPath("infra/tiny/Chart.yaml"), line=6, column=3)


def test_missing_version_is_found(audited: Audit) -> None:
    chart = CHART.replace("  version: 1.2.3\n", "")
    assert "MIG803" in codes(audited({"infra/tiny/Chart.yaml": chart}))


@pytest.mark.parametrize("version", ["1.2.3", "v1.2.3", "1.2.3-rc.1", "1.2.3+build.5", "=1.2.3"])
def test_exact_version_is_silent(audited: Audit, version: str) -> None:
    chart = CHART.replace("1.2.3", version)
    assert "MIG803" not in codes(audited({"infra/tiny/Chart.yaml": chart}))


def test_chart_beside_the_umbrella_needs_no_pin(audited: Audit) -> None:
    chart = f"{CHART}- name: own\n  version: '*'\n  repository: file://../own\n"
    assert audited({"infra/tiny/Chart.yaml": chart}) == ()


# MIG804


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [("1.2.3", "1.2.4", 6), (URL, "https://other.example.org", 7), ("- name: tiny", "- name: big", 4)],
)
def test_chart_file_that_disagrees_with_the_lock_is_found(audited: Audit, old: str, new: str, line: int) -> None:
    found = only(audited({"infra/tiny/Chart.yaml": CHART.replace(old, new)}))
    assert (found.code, found.span and found.span.line) == ("MIG804", line)
    assert f"tiny 1.2.3 {URL}" in found.summary


def test_missing_chart_file_is_found(audited: Audit) -> None:
    found = only(audited({"infra/tiny/Chart.yaml": None}))
    assert (found.code, str(found.span)) == ("MIG804", "infra/tiny/Chart.yaml")


def test_chart_lock_out_of_step_is_found_and_one_in_step_is_not(audited: Audit) -> None:
    lock = chart_lock(ChartRef(name="tiny", version="1.2.3", repository=URL))
    assert audited({"infra/tiny/Chart.lock": lock}) == ()
    found = only(audited({"infra/tiny/Chart.lock": lock.replace("1.2.3", "1.2.2")}))
    assert found.code == "MIG804"
    assert "Chart.lock has tiny 1.2.2 where Chart.yaml has 1.2.3" in found.summary


# MIG805


def test_missing_values_file_is_found(audited: Audit) -> None:
    found = only(audited({"infra/tiny/values.yaml": None}))
    assert (found.code, str(found.span)) == ("MIG805", "infra/tiny/values.yaml")


def test_missing_post_render_folder_is_found_and_a_present_one_is_not(audited: Audit) -> None:
    lock = lock_of(replace(RELEASE, post_render="post/prod"))
    assert codes(audited(lock=lock)) == ["MIG805"]
    assert audited({"infra/tiny/post/prod/kustomization.yaml": "resources: [rendered.yaml]\n"}, lock=lock) == ()


# MIG806


def test_umbrella_chart_that_the_lock_does_not_know_is_found(audited: Audit) -> None:
    found = only(audited({"infra/redis/Chart.yaml": CHART}))
    assert (found.code, found.severity) == ("MIG806", Severity.WARNING)
    assert str(found.span).startswith("infra/redis/Chart.yaml")


def test_chart_that_something_else_deploys_is_a_note(audited: Audit) -> None:
    found = only(audited({"infra/redis/Chart.yaml": CHART}, deployed=frozenset({RepoPath("infra/redis")})))
    assert (found.code, found.severity) == ("MIG806", Severity.INFO)
    beside = only(audited({"apps/redis/Chart.yaml": CHART}))
    assert (beside.code, beside.severity) == ("MIG806", Severity.INFO)
    assert is_finding(only(audited({"apps/redis/Chart.yaml": OURS})))


def test_charts_of_ones_own_and_vendored_ones_are_silent(audited: Audit) -> None:
    own = {"charts/own/Chart.yaml": CHART, "charts/own/templates/x.yaml": "a: b\n"}
    plain = {"charts/plain/Chart.yaml": "apiVersion: v2\nname: plain\nversion: 1.0.0\n"}
    vendored = {"infra/tiny/charts/tiny/Chart.yaml": CHART}
    assert audited({**own, **plain, **vendored}) == ()


# MIG807


def test_lock_that_cannot_be_used_is_found_at_its_line(audited: Audit) -> None:
    span = SourceSpan(path=RepoPath(".migrate/lock.yaml"), line=7)
    problem = Diagnostic(code="MIG602", severity=Severity.ERROR, summary="the lock is migrate/v0", span=span)
    found = [each for each in audited(lock=None, lock_problem=problem, renders={}) if each.code == "MIG807"]
    assert only(tuple(found)).span == span
    assert "migrate/v0" in found[0].summary


# MIG808


def failing(code: str, path: str) -> Mapping[str, Rendering]:
    problem = Diagnostic(
        code=code, severity=Severity.ERROR, summary="it refuses", span=SourceSpan(path=RepoPath(path)), remedy="mend it"
    )
    rendering = renders_of()["prod"]
    broken = replace(rendering.parts[1], resources=(), problem=problem)
    return {"prod": replace(rendering, parts=(rendering.parts[0], broken))}


def test_release_that_does_not_render_is_found(audited: Audit) -> None:
    found = only(audited(renders=failing("MIG405", "infra/tiny")))
    assert (found.code, str(found.span), found.remedy) == ("MIG808", "infra/tiny", "mend it")
    assert "prod does not render: it refuses" in found.summary


def test_release_that_does_not_render_for_a_reason_found_already_is_silent(audited: Audit) -> None:
    missing = {"infra/tiny/values.yaml": None}
    assert codes(audited(missing, renders=failing("MIG702", "infra/tiny/values.yaml"))) == ["MIG805"]


# MIG809


def test_tree_that_renders_something_else_is_found(audited: Audit) -> None:
    lock = proved(lock_of(), renders_of())
    found = only(audited(lock=lock, renders=renders_of(helm=(obj("Deployment", "small", "infra", spec={}),))))
    assert (found.code, found.severity) == ("MIG809", Severity.WARNING)
    assert is_finding(found)
    assert lock.proof_digest in found.evidence[0]


def test_part_that_changed_is_named(audited: Audit) -> None:
    now = renders_of(helm=(obj("Deployment", "small", "infra", spec={}),))
    then = {name: part_digests(each) for name, each in renders_of().items()}
    found = only(audited(lock=proved(lock_of(rendered=then), renders_of()), renders=now))
    assert found.evidence[2:] == ("prod: release:infra/small",)


def test_what_stays_beside_a_release_and_changes_is_found(audited: Audit) -> None:
    stays = LockedComponent(decision="adopt", resources=1, companions={"prod": (str(APP.id),)})
    lock = lock_of(components={"tiny": stays})
    lock = proved(replace(lock, rendered=all_part_digests(lock, renders_of())), renders_of())
    now = renders_of(kustomize=(obj("ConfigMap", "app", "web", data={"a": "b"}),))
    found = only(audited(lock=lock, renders=now))
    assert (found.code, found.severity) == ("MIG809", Severity.WARNING)
    assert found.summary.endswith(": prod: companions:tiny")
    also = renders_of(kustomize=(APP, obj("ConfigMap", "more", "shop")))
    assert only(audited(lock=lock, renders=also)).severity is Severity.INFO
    older = replace(lock, rendered={name: part_digests(each) for name, each in renders_of().items()})
    assert only(audited(lock=older, renders=now)).severity is Severity.INFO, "a lock of before knows no companions"


def test_applications_that_change_are_a_note(audited: Audit) -> None:
    then = {name: part_digests(each) for name, each in renders_of().items()}
    now = renders_of(kustomize=(obj("Deployment", "web", "shop", spec={"replicas": 9}),))
    found = only(audited(lock=proved(lock_of(rendered=then), renders_of()), renders=now))
    assert (found.code, found.severity) == ("MIG809", Severity.INFO)
    assert not is_finding(found)


def test_other_engines_are_named_beside_the_digests(audited: Audit) -> None:
    found = only(audited(lock=lock_of(proof_digest="sha256:x"), engines={"helm": "v4.0.0", "kustomize": "v5.8.1"}))
    assert found.evidence[2:] == ("helm v3.17.3 then, v4.0.0 now",)


def test_tree_that_cannot_be_rendered_is_not_called_stale(audited: Audit) -> None:
    assert audited(lock=lock_of(proof_digest="sha256:x"), renders={}) == ()
    assert "MIG809" not in codes(
        audited(lock=lock_of(proof_digest="sha256:x"), renders=failing("MIG405", "infra/tiny"))
    )


# MIG810


def test_large_crd_is_a_note_once(audited: Audit) -> None:
    def crd(size: int) -> Resource:
        return obj("CustomResourceDefinition", "things.example.org", spec={"text": "x" * size})

    found = only(audited(renders=renders_of(helm=(crd(262_144),))))
    assert (found.code, found.severity) == ("MIG810", Severity.INFO)
    assert not is_finding(found)
    assert audited(renders=renders_of(helm=(crd(262_144 - 500),))) == ()


# MIG811


OURS = CHART.replace("name: tiny\n", "name: tiny\ndescription: tiny as this repository deploys it\n", 1)


def test_charts_of_a_migration_without_its_lock_are_found(audited: Audit) -> None:
    marked = audited({"infra/tiny/Chart.yaml": OURS}, lock=None, renders={})
    assert [(each.code, is_finding(each)) for each in marked] == [("MIG811", True)]
    assert codes(audited(lock=None, renders={}, was_migrated=True)) == ["MIG811"]


def test_other_charts_without_a_lock_are_those_of_a_repository_that_was_never_migrated(audited: Audit) -> None:
    ranged = audited({"infra/tiny/Chart.yaml": CHART.replace("1.2.3", "1.x")}, lock=None, renders={})
    assert codes(ranged) == ["MIG814", "MIG803"]
    assert not any(is_finding(each) for each in ranged)
    assert codes(audited({"infra/tiny/Chart.yaml": None}, lock=None, renders={})) == ["MIG814"]


# MIG813


def mounting(secret: str, **more: Any) -> Resource:
    volume = {"name": "login", "secret": {"secretName": secret, **more}}
    spec = {"template": {"spec": {"containers": [{"name": "main"}], "volumes": [volume]}}}
    return obj("Deployment", "small", "infra", spec=spec)


LOGIN = obj("Secret", "login-6b7t7228bm", "infra", data={"mode": "ZmFzdA=="}, type="Opaque")
"""As kustomize generates it: the hash is that of the content."""


@pytest.mark.parametrize("name", ["login", "login-ggdgg26dkf"])
def test_name_that_has_another_hash_now_is_found_in_its_values(audited: Audit, name: str) -> None:
    values = f"tiny:\n  existing: {name}\n"
    renders = renders_of(kustomize=(APP, LOGIN), helm=(mounting(name),))
    found = only(audited({"infra/tiny/values.yaml": values}, renders=renders))
    assert (found.code, found.severity) == ("MIG813", Severity.ERROR)
    assert found.span == SourceSpan(path=RepoPath("infra/tiny/values.yaml"), line=2)
    assert "as it is Secret infra/login-6b7t7228bm since its content changed" in found.summary


def test_name_that_was_there_when_the_lock_was_proved_is_found(audited: Audit) -> None:
    known = LockedComponent(decision="adopt", resources=1, references=("Secret infra/login",))
    renders = renders_of(helm=(mounting("login"),))
    found = only(audited(lock=lock_of(components={"tiny": known}), renders=renders))
    assert "did when the lock was proved" in found.summary
    assert audited(renders=renders) == ()


def test_object_of_kustomize_that_names_one_the_chart_no_longer_makes_is_found(audited: Audit) -> None:
    subjects = [{"kind": "ServiceAccount", "name": "small"}]
    binding = {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "RoleBinding", "subjects": subjects}
    binding |= {"metadata": {"name": "read", "namespace": "infra"}, "roleRef": {"kind": "ClusterRole", "name": "view"}}
    known = LockedComponent(decision="adopt", resources=1, references=("ServiceAccount infra/small",))
    lock = lock_of(components={"tiny": known})
    account = obj("ServiceAccount", "small", "infra")
    here = (APP, resource_of(binding))
    assert audited(lock=lock, renders=renders_of(kustomize=here, helm=(account,))) == ()
    found = only(audited(lock=lock, renders=renders_of(kustomize=here)))
    assert (found.code, "names ServiceAccount infra/small in subjects" in found.summary) == ("MIG813", True)


def test_names_that_are_rendered_optional_or_never_were_there_are_silent(audited: Audit) -> None:
    assert audited(renders=renders_of(kustomize=(APP, LOGIN), helm=(mounting("login-6b7t7228bm"),))) == ()
    assert audited(renders=renders_of(kustomize=(APP, LOGIN), helm=(mounting("login", optional=True),))) == ()
    assert audited(renders=renders_of(kustomize=(APP, LOGIN), helm=(mounting("other"),))) == ()
    broken = failing("MIG405", "infra/tiny")
    broken = {
        "prod": replace(
            broken["prod"],
            parts=(
                *renders_of(helm=(mounting("login"),))["prod"].parts[1:],
                replace(broken["prod"].parts[0], resources=(APP, LOGIN)),
                broken["prod"].parts[1],
            ),
        )
    }
    assert codes(audited(renders=broken)) == ["MIG808"]


# the texts


def test_every_rule_has_a_text_that_uses_its_words() -> None:
    texts = load_texts()
    assert sorted(texts) == [rule.code for rule in RULES]
    for rule in RULES:
        assert texts[rule.code].words <= rule.words, rule.code
        assert texts[rule.code].remedy
        assert texts[rule.code].why.endswith(".")
    assert len({text.name for text in texts.values()}) == len(RULES)


def test_team_can_switch_a_rule_off_or_soften_it(audited: Audit) -> None:
    stale = lock_of(proof_digest="sha256:x")
    assert codes(audited(lock=stale)) == ["MIG809"]
    rule = ".migrate/rules/audit/proof.yaml"
    assert audited({rule: "code: MIG809\nseverity: off\n"}, lock=stale) == ()
    softer = only(audited({rule: "code: MIG809\nseverity: info\nremedy: ask the platform team\n"}, lock=stale))
    assert (softer.severity, softer.remedy) == (Severity.INFO, "ask the platform team")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("code: MIG899\nseverity: off\n", 1),
        ("code: MIG809\nseverity: loud\n", 2),
        ("code: MIG809\nlevel: error\n", 2),
        ("code: MIG809\nsummary: '{nothing} fits'\n", 2),
        ("code: MIG809\nremedy: 7\n", 2),
        ("- MIG809\n", 1),
    ],
)
def test_team_file_that_is_no_rule_text_is_an_error_with_its_line(audited: Audit, text: str, line: int) -> None:
    with pytest.raises(MigrateError) as refused:
        audited({".migrate/rules/audit/x.yaml": text})
    assert refused.value.diagnostic.code == "MIG812"
    assert refused.value.diagnostic.span is not None
    assert refused.value.diagnostic.span.line == line


def test_findings_are_sorted_by_place(audited: Audit) -> None:
    found = audited({"infra/tiny/values.yaml": None, "infra/a/Chart.yaml": CHART, "zoo/Chart.yaml": CHART})
    places = [str(each.span.path) for each in found if each.span]
    assert places == sorted(places)
    assert len(places) == len(found) == 3
