"""Verdicts: what holds, what does not, and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from migrator.compare import ALL, Acceptance, Allowance, Scope, Terms
from migrator.diagnostics import Diagnostic, Severity
from migrator.model import DifferenceKind, Impact, ReleaseContext, RepoPath, Resource, resource_of
from migrator.prove import Owner, Part, Proof, Rendering, Verdict, part_digests, prove, rendering_digest, rendering_of
from migrator.prove.proof_json import proof_document, read_proof

TERMS = Terms()
API = {
    "Deployment": "apps/v1",
    "ClusterRole": "rbac.authorization.k8s.io/v1",
    "CustomResourceDefinition": "apiextensions.k8s.io/v1",
}


def by_id(*ids: str) -> tuple[Acceptance, ...]:
    return tuple(Acceptance(only=(each,), reason="wanted") for each in ids)


def obj(kind: str, name: str, namespace: str = "", **body: Any) -> Resource:
    metadata = {"name": name, **({"namespace": namespace} if namespace else {}), **body.pop("metadata", {})}
    return resource_of({"apiVersion": API.get(kind, "v1"), "kind": kind, "metadata": metadata, **body})


def config(name: str = "a", namespace: str = "web", **data: str) -> Resource:
    return obj("ConfigMap", name, namespace, data=data or {"k": "v"})


def kustomize(*resources: Resource, path: str = "apps", problem: Diagnostic | None = None) -> Part:
    return Part(owner=Owner.KUSTOMIZE, path=RepoPath(path), resources=resources, problem=problem)


def helm(*resources: Resource, component: str = "tiny", namespace: str = "web", **more: Any) -> Part:
    path = RepoPath(f"infra/{component}")
    return Part(
        owner=Owner.HELM,
        path=path,
        resources=resources,
        component=component,
        context=ReleaseContext(release=component, namespace=namespace),
        **more,
    )


def side(*parts: Part) -> Mapping[str, Rendering]:
    return {"prod": Rendering(environment="prod", parts=parts)}


def before(*resources: Resource) -> Mapping[str, Rendering]:
    return {"prod": rendering_of("prod", resources)}


def codes(proof: Proof) -> list[str]:
    return [reason.code for each in proof.environments.values() for reason in each.reasons]


def failure() -> Diagnostic:
    return Diagnostic(code="MIG405", severity=Severity.ERROR, summary="the chart refuses")


def test_identical_whoever_owns() -> None:
    proof = prove(before(config("a"), config("b")), side(kustomize(config("a")), helm(config("b"))), terms=TERMS)
    assert proof.verdict is Verdict.IDENTICAL
    assert proof.environments["prod"].found == ()
    assert proof.components["tiny"].verdict is Verdict.IDENTICAL
    assert (proof.components["tiny"].resources, proof.environments["prod"].after) == (1, 2)


@pytest.mark.parametrize("kept_by", ["before", "after"])
def test_what_is_applied_as_it_is_and_what_helm_runs_are_not_the_same(kept_by: str) -> None:
    """kubectl and Flux apply a hook like any object; Helm deletes that before it runs its own (fact F7)."""
    hook = obj("ConfigMap", "init", "web", data={"k": "v"}, metadata={"annotations": {"helm.sh/hook": "pre-install"}})
    sides = side(kustomize(config(), hook)), side(kustomize(config()), helm(hook))
    proof = prove(*(sides if kept_by == "before" else sides[::-1]), terms=TERMS)
    (found,) = proof.environments["prod"].found
    assert proof.verdict is Verdict.DIFFERS
    assert (found.difference.kind, found.difference.impact) == (DifferenceKind.HOOK, Impact.RECREATE)
    verb = "becomes" if kept_by == "before" else "is no longer"
    assert verb in found.explanation[0]


def test_a_hook_is_a_hook_to_argo_cd_whatever_renders_it() -> None:
    hook = obj("ConfigMap", "init", "web", data={"k": "v"}, metadata={"annotations": {"helm.sh/hook": "pre-install"}})
    old = side(replace(kustomize(config(), hook), knows_hooks=True))
    assert prove(old, side(kustomize(config()), helm(hook)), terms=TERMS).verdict is Verdict.IDENTICAL


def test_a_hook_that_stays_plain_is_compared_as_it_is() -> None:
    def hook(event: str) -> Resource:
        return obj("ConfigMap", "init", "web", metadata={"annotations": {"helm.sh/hook": event}})

    assert prove(before(hook("pre-install")), before(hook("pre-install")), terms=TERMS).verdict is Verdict.IDENTICAL
    proof = prove(before(hook("pre-install")), before(hook("post-install")), terms=TERMS)
    assert proof.verdict is Verdict.DIFFERS


def test_changed_lost_and_new_objects_differ() -> None:
    changed = prove(before(config("a", x="1")), side(helm(config("a", x="2"))), terms=TERMS)
    assert changed.verdict is Verdict.DIFFERS
    assert [each.difference.id for each in changed.environments["prod"].found] == ["ConfigMap/web/a#/data/x"]
    assert changed.components["tiny"].verdict is Verdict.DIFFERS
    lost = prove(before(config("a"), config("b")), side(helm(config("a"))), terms=TERMS)
    assert lost.verdict is Verdict.DIFFERS
    new = prove(before(config("a")), side(helm(config("a"), config("b"))), terms=TERMS)
    assert new.verdict is Verdict.DIFFERS


def test_one_bad_environment_spoils_the_proof() -> None:
    good = rendering_of("dev", [config("a")])
    old = {"dev": good, "prod": rendering_of("prod", [config("a", x="1")])}
    new = {"dev": good, "prod": rendering_of("prod", [config("a", x="2")])}
    proof = prove(old, new, terms=TERMS)
    assert proof.verdict is Verdict.DIFFERS
    assert proof.environments["dev"].verdict is Verdict.IDENTICAL


def test_lost_object_is_laid_to_its_component_where_members_are_known() -> None:
    old, new = before(config("a"), config("b")), side(helm(config("a")))
    assert prove(old, new, terms=TERMS).components["tiny"].verdict is Verdict.IDENTICAL
    members = {"tiny": {"prod": [config("a").id, config("b").id]}}
    assert prove(old, new, terms=TERMS, members=members).components["tiny"].verdict is Verdict.DIFFERS


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ({}, {}),
        (before(), side(helm())),
        (before(), side(helm(config()))),
        (before(config()), side(helm())),
        (before(config()), {}),
        ({}, side(helm(config()))),
    ],
)
def test_empty_comparison_fails(old: Mapping[str, Rendering], new: Mapping[str, Rendering]) -> None:
    proof = prove(old, new, terms=TERMS)
    assert proof.verdict is Verdict.UNPROVED
    assert not proof.verdict.holds
    assert codes(proof) == ["MIG701"] * len(proof.environments)


def test_part_that_fails_is_unproved_and_the_rest_is_compared() -> None:
    old = before(config("a", x="1"), config("b"))
    new = side(kustomize(config("a", x="1")), helm(problem=failure()))
    proof = prove(old, new, terms=TERMS)
    assert proof.verdict is Verdict.UNPROVED
    assert codes(proof) == ["MIG405"]
    assert proof.environments["prod"].found == ()
    assert proof.components["tiny"].verdict is Verdict.UNPROVED
    differs = prove(old, side(kustomize(config("a", x="2")), helm(problem=failure())), terms=TERMS)
    assert differs.verdict is Verdict.DIFFERS


def test_baseline_that_fails_is_unproved() -> None:
    old = side(kustomize(config("a")), kustomize(path="other", problem=failure()))
    proof = prove(old, side(helm(config("a"), config("b"))), terms=TERMS)
    assert proof.verdict is Verdict.UNPROVED
    assert codes(proof) == ["MIG405"]


def test_object_of_both_tools_is_owned_twice() -> None:
    proof = prove(before(config("a")), side(kustomize(config("a")), helm(config("a"))), terms=TERMS)
    assert proof.verdict is Verdict.UNPROVED
    assert codes(proof) == ["MIG708"]
    assert proof.components["tiny"].verdict is Verdict.UNPROVED
    assert "apps" in proof.environments["prod"].reasons[0].summary


def test_object_of_two_releases_is_owned_twice_wherever_the_namespace_is_written() -> None:
    other = helm(config("a", namespace=""), component="other")
    proof = prove(before(config("a")), side(helm(config("a")), other), terms=TERMS)
    assert codes(proof) == ["MIG708"]


def test_namespace_that_two_roots_share_is_one_object() -> None:
    shared = obj("Namespace", "web")
    old = side(kustomize(shared, config("a"), path="x"), kustomize(shared, path="y"))
    proof = prove(old, side(kustomize(shared, path="x"), kustomize(shared, path="y"), helm(config("a"))), terms=TERMS)
    assert proof.verdict is Verdict.IDENTICAL
    assert proof.environments["prod"].before == 2


def test_two_roots_that_disagree_are_ambiguous_unless_they_did_so_before() -> None:
    two = (kustomize(config("a", x="1"), path="x"), kustomize(config("a", x="2"), path="y"))
    assert codes(prove(before(config("a", x="1")), side(*two), terms=TERMS)) == ["MIG709"]
    more = config("b")
    proof = prove(side(*two, kustomize(more, path="z")), side(*two, helm(more)), terms=TERMS)
    assert proof.verdict is Verdict.IDENTICAL


def test_release_namespace_is_filled_in() -> None:
    bare = config("a", namespace="")
    assert prove(before(config("a")), side(helm(bare)), terms=TERMS).verdict is Verdict.IDENTICAL
    assert prove(before(config("a")), side(helm(bare, namespace="other")), terms=TERMS).verdict is Verdict.DIFFERS
    # nobody knows where a kustomize root without a namespace deploys
    assert prove(before(bare), side(helm(bare)), terms=TERMS).verdict is Verdict.IDENTICAL
    assert prove(before(config("a")), side(kustomize(bare)), terms=TERMS).verdict is Verdict.DIFFERS


def test_cluster_scoped_objects_get_no_namespace() -> None:
    role = obj("ClusterRole", "r", rules=[])
    assert prove(before(role), side(helm(role)), terms=TERMS).verdict is Verdict.IDENTICAL
    crd = obj(
        "CustomResourceDefinition", "widgets.x", spec={"group": "x", "scope": "Cluster", "names": {"kind": "Widget"}}
    )
    widget = resource_of({"apiVersion": "x/v1", "kind": "Widget", "metadata": {"name": "w"}})
    rendering = side(helm(crd, widget))["prod"]
    assert rendering_digest(rendering) == rendering_digest(rendering_of("prod", [crd, widget]))


def test_namespace_on_a_cluster_scoped_object_does_not_hide_a_second_owner() -> None:
    plain, written = obj("ClusterRole", "r", rules=[]), obj("ClusterRole", "r", "web", rules=[])
    assert codes(prove(before(plain), side(kustomize(plain), helm(written)), terms=TERMS)) == ["MIG708"]


def secret(password: str, **more: str) -> Resource:
    return obj("Secret", "s", "web", stringData={"password": password, "fixed": "same", **more})


def test_generated_places_are_unproved_unless_pinned() -> None:
    place = (secret("x").id, ("stringData", "password"))
    proof = prove(before(secret("old")), side(helm(secret("random"), generated=(place,))), terms=TERMS)
    assert proof.verdict is Verdict.UNPROVED
    (reason,) = proof.environments["prod"].reasons
    assert reason.code == "MIG707"
    assert "unproved: generated" in reason.summary
    assert reason.evidence == ("/stringData/password",)
    assert proof.components["tiny"].verdict is Verdict.UNPROVED
    pinned = prove(before(secret("old")), side(helm(secret("old"))), terms=TERMS)
    assert pinned.verdict is Verdict.IDENTICAL


def test_a_generated_item_is_known_by_its_index_after() -> None:
    def pod(*env: tuple[str, str]) -> Resource:
        items = [{"name": name, "value": value} for name, value in env]
        return obj("Pod", "p", "web", spec={"containers": [{"name": "c", "env": items}]})

    old, new = pod(("A", "1"), ("TOKEN", "old")), pod(("NEW", "1"), ("A", "1"), ("TOKEN", "drawn"))
    drawn = (new.id, ("spec", "containers", 0, "env", 2, "value"))
    terms = Terms(accepted=by_id("Pod/web/p#/spec/containers/0/env/0"))
    proof = prove(before(old), side(helm(new, generated=(drawn,))), terms=terms)
    assert proof.verdict is Verdict.UNPROVED
    (reason,) = proof.environments["prod"].reasons
    assert reason.evidence == ("/spec/containers/0/env/1/value",)
    other = (new.id, ("spec", "containers", 0, "env", 1, "value"))
    assert prove(before(old), side(helm(new, generated=(other,))), terms=terms).verdict is Verdict.DIFFERS


def test_generated_object_that_differs_elsewhere_too_differs() -> None:
    place = (secret("x").id, ("stringData", "password"))
    new = side(helm(secret("random", extra="1"), generated=(place,)))
    assert prove(before(secret("old")), new, terms=TERMS).verdict is Verdict.DIFFERS


def test_generated_object_of_changing_name_is_unproved() -> None:
    named = config("job-x7k2")
    new = side(helm(config("a"), named, generated=((named.id, ()),)))
    assert prove(before(config("a")), new, terms=TERMS).verdict is Verdict.UNPROVED


def test_generated_place_can_be_accepted_by_name() -> None:
    place = (secret("x").id, ("stringData", "password"))
    terms = Terms(accepted=by_id("Secret/web/s#/stringData/password"))
    proof = prove(before(secret("old")), side(helm(secret("random"), generated=(place,))), terms=terms)
    assert proof.verdict is Verdict.ALLOWED


def test_accepted_difference_is_allowed_whatever_its_impact() -> None:
    terms = Terms(accepted=by_id("ConfigMap/web/a#/data/x"), max_impact=Impact.NONE)
    proof = prove(before(config("a", x="1")), side(helm(config("a", x="2"))), terms=terms)
    assert proof.verdict is Verdict.ALLOWED
    assert proof.verdict.holds
    assert proof.components["tiny"].verdict is Verdict.ALLOWED


def allowance(name: str, path: tuple[str, ...], impact: Impact = Impact.CONFIG) -> Allowance:
    scope = Scope(kinds=("*",), paths=(path,), differences=tuple(DifferenceKind))
    return Allowance(id=name, description="x", impact=impact, reason="x", scope=scope)


def test_allowance_admits_up_to_the_greatest_impact() -> None:
    old, new = before(config("a", x="1")), side(helm(config("a", x="2")))
    allowed = (allowance("data", ("data", "*")),)
    proof = prove(old, new, terms=Terms(allowances=allowed, max_impact=Impact.CONFIG))
    assert proof.verdict is Verdict.ALLOWED
    assert proof.stale == ()
    assert proof.components["tiny"].allowances == ("data",)
    beyond = prove(old, new, terms=Terms(allowances=allowed, max_impact=Impact.METADATA))
    assert beyond.verdict is Verdict.DIFFERS
    assert "above metadata" in beyond.environments["prod"].found[0].reason


def test_allowance_admits_nothing_outside_its_scope() -> None:
    old, new = before(config("a", x="1")), side(helm(config("a", x="2")))
    terms = Terms(allowances=(allowance("labels", ("metadata", "labels", "*")),), max_impact=Impact.DATA_LOSS)
    proof = prove(old, new, terms=terms)
    assert proof.verdict is Verdict.DIFFERS
    assert proof.stale == ("labels",)


def test_what_matches_in_one_environment_is_not_stale() -> None:
    old = {"dev": rendering_of("dev", [config("b")]), **before(config("a", x="1"))}
    new = {"dev": rendering_of("dev", [config("b")]), **side(helm(config("a", x="2")))}
    terms = Terms(
        allowances=(allowance("data", ("data", "*")), allowance("labels", ("metadata", "labels", "*"))),
        accepted=by_id("ConfigMap/web/gone#/data/x"),
        max_impact=Impact.CONFIG,
    )
    assert prove(old, new, terms=terms).stale == ("ConfigMap/web/gone#/data/x", "labels")


def test_privilege_is_never_admitted_but_by_name() -> None:
    rules = [{"apiGroups": [""], "resources": ["pods"], "verbs": ["get"]}]
    wider = [{"apiGroups": [""], "resources": ["*"], "verbs": ["get"]}]
    old, new = before(obj("ClusterRole", "r", rules=rules)), side(helm(obj("ClusterRole", "r", rules=wider)))
    allowed = (allowance("all", ("rules", "**"), Impact.DATA_LOSS),)
    refused = prove(old, new, terms=Terms(allowances=allowed, max_impact=Impact.DATA_LOSS))
    assert refused.verdict is Verdict.DIFFERS
    ids = tuple(each.difference.id for each in refused.environments["prod"].found)
    assert prove(old, new, terms=Terms(accepted=by_id(*ids))).verdict is Verdict.ALLOWED


def test_secret_values_are_shown_as_digests_that_tell_equal_from_unequal() -> None:
    old, new = before(secret("first")), side(helm(secret("second")))
    (found,) = prove(old, new, terms=TERMS).environments["prod"].found
    text = " ".join(found.explanation)
    assert "first" not in text
    assert "second" not in text
    assert text.count("<secret ") == 2


def test_secret_that_stands_elsewhere_is_hidden_too() -> None:
    encoded = obj("Secret", "s", "web", data={"password": "aHVudGVyMi1odW50ZXIy"})
    old = before(encoded, config("a", url="http://admin:hunter2-hunter2@db", b="x"))
    new = side(helm(encoded, config("a", url="http://db", b="y")))
    found = prove(old, new, terms=TERMS).environments["prod"].found
    text = " ".join(line for each in found for line in each.explanation)
    assert "hunter2" not in text
    assert "(hidden)" in text
    assert "http://db" in text


def test_digest_is_of_the_rendering_alone() -> None:
    def digest(new: Mapping[str, Rendering], old: Mapping[str, Rendering] | None = None) -> str:
        return prove(old or before(config("a")), new, terms=TERMS).digest

    same = digest(side(helm(config("a"), config("b"))))
    assert same == digest(side(kustomize(config("b")), helm(config("a"))))
    assert same == digest(side(helm(config("a"), config("b"))), before(config("z")))
    assert same == digest(side(helm(config("a", namespace=""), config("b"))))
    assert same != digest(side(helm(config("a", x="2"), config("b"))))
    assert same != digest({"dev": side(helm(config("a"), config("b")))["prod"]})
    assert same != digest(side(helm(config("a"))))


def test_digest_leaves_out_what_is_generated_and_nothing_else() -> None:
    def digest(password: str, **more: str) -> str:
        place = (secret("x").id, ("stringData", "password"))
        return rendering_digest(side(helm(secret(password, **more), generated=(place,)))["prod"])

    assert digest("a") == digest("b")
    assert digest("a") != digest("a", extra="1")


def test_what_is_the_same_by_a_rule_is_counted_and_is_no_difference() -> None:
    old = obj("Service", "a", "web", spec={"ports": [{"port": 80}]})
    new = obj("Service", "a", "web", spec={"ports": [{"port": 80, "protocol": "TCP"}], "type": "ClusterIP"})
    proof = prove(before(old), side(helm(new)), terms=TERMS)
    assert proof.verdict is Verdict.IDENTICAL
    assert proof.environments["prod"].equivalences == {"api-defaults": 2}
    assert proof_document(proof)["environments"]["prod"]["equivalences"] == {"api-defaults": 2}
    assert read_proof(proof_document(proof)).environments["prod"] == proof.environments["prod"]
    strict = prove(before(old), side(helm(new)), terms=Terms(equivalences=ALL - {"api-defaults"}))
    assert strict.verdict is Verdict.DIFFERS
    other = obj("Service", "a", "web", spec={"ports": [{"port": 80, "protocol": "UDP"}]})
    assert prove(before(old), side(helm(other)), terms=TERMS).verdict is Verdict.DIFFERS


def test_releases_of_one_name_are_two_parts() -> None:
    shared = ReleaseContext(release="stack", namespace="web")
    parts = [replace(helm(config(name), component=name), context=shared) for name in ("b", "a")]
    digests = part_digests(Rendering(environment="prod", parts=tuple(parts)))
    assert sorted(digests) == ["release:web/stack", "release:web/stack (infra/b)"]
    assert len(set(digests.values())) == 2
    found = prove(before(config("a"), config("b")), side(*parts), terms=TERMS)
    assert found.verdict is Verdict.IDENTICAL


@pytest.mark.parametrize("component", ["tiny", "other"])
def test_what_goes_because_a_release_makes_it_anew_is_laid_to_that_release(component: str) -> None:
    template = {"template": {"spec": {"containers": [{"name": "main", "image": "acme/x:1"}]}}}
    old, new = (obj("Deployment", name, "web", spec=template) for name in ("controller", "tiny-controller"))
    terms = Terms(accepted=(Acceptance(component=component, up_to=Impact.RECREATE, reason="tonight"),))
    proof = prove(before(old, config()), side(kustomize(config()), helm(new)), terms=terms)
    assert {str(each.difference.resource): each.component for each in proof.environments["prod"].found} == {
        "Deployment.apps web/controller": "tiny",
        "Deployment.apps web/tiny-controller": "tiny",
    }
    assert proof.verdict is (Verdict.ALLOWED if component == "tiny" else Verdict.DIFFERS)
