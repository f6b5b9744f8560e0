from __future__ import annotations

import pytest

from migrator.compare import apply_allowances, compare, load_allowances
from migrator.diagnostics import MigrateError
from migrator.model import DifferenceKind, Impact, resource_of
from migrator.yamlio import rules_directory

LABELS = {"helm.sh/chart": "a-1", "app.kubernetes.io/managed-by": "Helm", "chart": "a", "heritage": "Helm"}


def shipped():
    return load_allowances([rules_directory() / "allowances"])


def workload(kind="Deployment", labels=None, pod_labels=None, claim_labels=None, **spec):
    template = {"metadata": {"labels": {"app": "a", **(pod_labels or {})}}}
    claims = [{"metadata": {"name": "c", "labels": claim_labels}}] if claim_labels is not None else []
    body = {
        "template": template,
        "selector": {"matchLabels": {"app": "a"}},
        **({"volumeClaimTemplates": claims} if claims else {}),
    }
    metadata = {"name": "a", "labels": {"app": "a", **(labels or {})}}
    return resource_of({"apiVersion": "apps/v1", "kind": kind, "metadata": metadata, "spec": {**body, **spec}})


def judged(before, after, accepted=()):
    return apply_allowances(compare([before], [after]), shipped(), accepted)


def test_bookkeeping_labels_may_come_and_go_on_an_object():
    for before, after in ((workload(), workload(labels=LABELS)), (workload(labels=LABELS), workload())):
        found, stale = judged(before, after)
        assert len(found) == len(LABELS)
        assert {difference.allowance for difference in found} == {"helm-bookkeeping-labels"}
        assert {difference.impact for difference in found} == {Impact.METADATA}
        assert stale == ("empty-metadata",)


@pytest.mark.parametrize("label", LABELS)
def test_the_same_labels_in_pods_selectors_and_claims_are_never_admitted(label):
    places = {
        "pods": (workload(), workload(pod_labels={label: "x"})),
        "selector": (workload(), workload(selector={"matchLabels": {"app": "a", label: "x"}})),
        "claims": (workload("StatefulSet", claim_labels={}), workload("StatefulSet", claim_labels={label: "x"})),
    }
    for before, after in places.values():
        found, stale = judged(before, after)
        assert [difference.allowance for difference in found] == [None]
        assert stale == ("empty-metadata", "helm-bookkeeping-labels")


def test_other_labels_and_other_values_are_not_admitted():
    found, _ = judged(workload(), workload(labels={"app.kubernetes.io/part-of": "x"}))
    assert found[0].allowance is None
    found, _ = judged(workload(labels={"helm.sh/chart": "a-1"}), workload(labels={"helm.sh/chart": "a-2"}))
    assert (found[0].kind, found[0].allowance) == (DifferenceKind.CHANGED, None)


def test_what_matches_nothing_is_stale():
    found, stale = judged(workload(), workload(replicas=2), accepted=("Deployment.apps//a#/spec/replicas", "Gone//x#"))
    assert [difference.allowance for difference in found] == [None]
    assert stale == ("Gone//x#", "empty-metadata", "helm-bookkeeping-labels")


@pytest.mark.parametrize("empty", [None, {}])
@pytest.mark.parametrize("name", ["annotations", "labels"])
def test_a_map_of_metadata_that_holds_nothing_may_come_and_go(empty, name):
    thing = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "x"}}
    held = {**thing, "metadata": {"name": "x", name: empty}}
    full = {**thing, "metadata": {"name": "x", name: {"a": "b"}}}
    for before, after in ((thing, held), (held, thing)):
        found, _ = judged(resource_of(before), resource_of(after))
        assert [(each.allowance, each.impact) for each in found] == [("empty-metadata", Impact.NONE)]
        assert [each.allowance for each in judged(resource_of(before), resource_of(full))[0]] == [None]


ALLOWANCE = """\
id: scale
description: Replicas may differ
impact: {impact}
reason: the autoscaler owns them
scope:
  kinds: [Deployment.apps]
  paths: [[spec, replicas]]
  differences: [{kind}]
{more}"""


def team(tmp_path, impact="rollout", kind="added", more=""):
    tmp_path.mkdir(exist_ok=True)
    (tmp_path / "scale.yaml").write_text(ALLOWANCE.format(impact=impact, kind=kind, more=more))
    return load_allowances([tmp_path, tmp_path / "nothing-here"])


def test_an_allowance_reaches_to_its_impact_and_its_scope_and_no_further(tmp_path):
    differences = compare([workload()], [workload(replicas=2)])

    def admitted(**given):
        found, _ = apply_allowances(differences, team(tmp_path, **given))
        return found[0].allowance

    assert admitted() == "scale"
    assert admitted(impact="config") is None
    assert admitted(impact="data-loss") == "scale"
    assert admitted(kind="removed") is None
    assert admitted(more="  namespaces: [other]\n") is None
    assert admitted(more="  names: ['?']\n") == "scale"
    assert admitted(more="  names: [b]\n") is None
    (tmp_path / "scale.yaml").write_text(
        ALLOWANCE.format(impact="rollout", kind="added", more="").replace(".apps", ".x")
    )
    found, _ = apply_allowances(differences, load_allowances([tmp_path]))
    assert found[0].allowance is None


def test_no_allowance_admits_a_widened_privilege(tmp_path):
    (tmp_path / "x.yaml").write_text(
        "id: all\ndescription: d\nimpact: data-loss\nreason: r\n"
        "scope: {kinds: ['*'], paths: [[spec, '**']], differences: [added, removed, changed]}\n"
    )
    pod = {"spec": {"containers": [], "hostNetwork": True}}
    differences = compare([workload(template={"spec": {"containers": []}})], [workload(template=pod)])
    found, stale = apply_allowances(differences, load_allowances([tmp_path]))
    assert [(difference.privilege, difference.allowance) for difference in found] == [(True, None)]
    assert stale == ("all",)


BROKEN = {
    "no mapping": ("- a\n", 1, "the file: must be a mapping"),
    "unknown field": (ALLOWANCE.format(impact="config", kind="added", more="reasons: x\n"), 9, "reasons: unknown field"),
    "missing field": ("id: a\nscope: {kinds: ['*'], paths: [[a]]}\n", 1, "description: is missing"),
    "missing scope": (ALLOWANCE.format(impact="config", kind="added", more="").replace("  kinds: [Deployment.apps]\n", ""), 5, "scope.kinds: is missing"),
    "impact": (ALLOWANCE.format(impact="harmless", kind="added", more=""), 3, "'harmless' is not an impact"),
    "kind": (ALLOWANCE.format(impact="config", kind="gained", more=""), 8, "scope.differences.0: must be one of added, removed, changed"),
    "path": (ALLOWANCE.format(impact="config", kind="added", more="").replace("[[spec, replicas]]", "[spec]"), 7, "scope.paths.0: must be a list of keys"),
    "boundless": (ALLOWANCE.format(impact="config", kind="added", more="").replace("[[spec, replicas]]", "[['**', x]]"), 7, "must begin with a key"),
    "empty": (ALLOWANCE.format(impact="config", kind="added", more="").replace("[[spec, replicas]]", "[]"), 7, "at least one item"),
    "no reason": (ALLOWANCE.format(impact="config", kind="added", more="").replace("the autoscaler owns them", "''"), 4, "reason: must be a text that is not empty"),
    "no yaml": ("id: [\n", 2, "cannot read YAML"),
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_file_is_an_error_with_file_line_and_field(name, tmp_path):
    text, line, words = BROKEN[name]
    (tmp_path / "broken.yaml").write_text(text)
    with pytest.raises(MigrateError) as caught:
        load_allowances([tmp_path])
    span = caught.value.diagnostic.span
    assert span.path.endswith("broken.yaml")
    assert span.line == line
    assert words in caught.value.diagnostic.summary


def test_an_id_that_occurs_twice_is_an_error(tmp_path):
    team(tmp_path / "a")
    team(tmp_path / "b")
    with pytest.raises(MigrateError, match="scale is there already"):
        load_allowances([tmp_path / "a", tmp_path / "b"])
