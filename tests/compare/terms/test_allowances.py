from __future__ import annotations

import pytest

from migrator.compare import Terms, compare, load_allowances, load_team_allowances
from migrator.diagnostics import MigrateError
from migrator.model import Impact, RepoPath, resource_of
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


def judged(before, after, max_impact=Impact.METADATA):
    return Terms(allowances=shipped(), max_impact=max_impact).judged(compare([before], [after]))


def admitting(differences):
    return [each.allowance for each in differences if each.admitted]


def test_labels_of_charts_and_recommended_ones_may_come_and_go_on_an_object():
    for before, after in ((workload(), workload(labels=LABELS)), (workload(labels=LABELS), workload())):
        found = judged(before, after)
        assert {(each.allowance, each.impact, each.admitted) for each in found} == {
            ("helm-bookkeeping-labels", Impact.METADATA, True)
        }
    versions = (workload(labels={"app.kubernetes.io/version": each}) for each in "12")
    assert admitting(judged(*versions)) == ["recommended-labels"]
    assert admitting(judged(workload(), workload(labels={"team": "x"}))) == []


def test_what_is_no_label_of_an_object_is_never_admitted_by_the_default():
    chart = {"helm.sh/chart": "x"}
    cases = {
        "pods": (workload(), workload(pod_labels=chart)),
        "selector": (workload(), workload(selector={"matchLabels": {"app": "a", **chart}})),
        "claims": (workload("StatefulSet", claim_labels={}), workload("StatefulSet", claim_labels=chart)),
        "selected": (workload(labels={"app.kubernetes.io/name": "a"}), workload()),
    }
    for before, after in cases.values():
        monitor = {"matchLabels": {"app.kubernetes.io/name": "a"}}
        monitor = resource_of({"kind": "ServiceMonitor", "metadata": {"name": "m"}, "spec": {"selector": monitor}})
        found = compare([before, monitor], [after, monitor])
        assert admitting(Terms(allowances=shipped()).judged(found)) == []


def template(labels=None, annotations=None, **spec):
    metadata = {"labels": {"app": "a"} if labels is None else labels, "annotations": annotations or {}}
    return workload(template={"metadata": metadata, "spec": {"containers": [], **spec}})


CHECKSUM = {"checksum/config": "x"}
TWO, OTHER = ([{"name": each} for each in names] for names in ("ab", "ba"))
FAMILIES = {
    "pod-labels": (template(), template({"app": "a", "helm.sh/chart": "x"}), Impact.ROLLOUT),
    "pod-labels of a selector": (template(), template({"app.kubernetes.io/name": "a"}), Impact.RECREATE),
    "pod-annotations": (template(), template(annotations=CHECKSUM), Impact.ROLLOUT),
    "order-in-pods": (template(volumes=TWO), template(volumes=OTHER), Impact.ROLLOUT),
    "selectors": (workload(), workload(selector={"matchLabels": {"b": "c"}}), Impact.RECREATE),
    "replicas": (workload(), workload(replicas=2), Impact.ROLLOUT),
    "rollout-history": (workload(), workload(revisionHistoryLimit=2), Impact.CONFIG),
}


@pytest.mark.parametrize("family", FAMILIES)
def test_a_family_is_admitted_as_far_as_the_greatest_impact_allows(family):
    before, after, needed = FAMILIES[family]
    lower = Impact(needed - 1)
    assert set(admitting(judged(before, after, needed))) == {family.split(" ", maxsplit=1)[0]}
    assert len(admitting(judged(before, after, lower))) < len(judged(before, after))
    if " " not in family:
        assert admitting(judged(before, after, lower)) == []
        assert f"its impact {needed} is above {lower}" in judged(before, after, lower)[0].why


def test_the_order_of_what_means_something_by_it_is_no_family():
    assert admitting(judged(template(initContainers=TWO), template(initContainers=OTHER), Impact.RECREATE)) == []
    assert admitting(judged(template(volumes=TWO), template(volumes=TWO[:1]), Impact.RECREATE)) == []


def thing(kind, **metadata):
    return resource_of({"apiVersion": "v1", "kind": kind, "metadata": {"name": "a", **metadata}})


def test_an_object_that_becomes_a_hook_is_deleted_and_made_anew():
    hook = {"annotations": {"helm.sh/hook": "pre-install", "helm.sh/hook-weight": "1"}}
    found = judged(thing("ServiceAccount"), thing("ServiceAccount", **hook), Impact.RECREATE)
    assert [(each.allowance, each.impact) for each in found] == [("hooks", Impact.RECREATE), ("hooks", Impact.METADATA)]
    assert all(each.admitted for each in found)
    assert [each.admitted for each in judged(thing("Role"), thing("Role", **hook), Impact.ROLLOUT)] == [False, True]
    lost = judged(thing("PersistentVolumeClaim"), thing("PersistentVolumeClaim", **hook), Impact.DATA_LOSS)
    assert [(each.impact, each.admitted) for each in lost] == [(Impact.DATA_LOSS, False), (Impact.METADATA, True)]


def test_no_shipped_family_reaches_the_loss_of_data():
    assert max(each.impact for each in shipped()) == Impact.RECREATE


def test_what_matches_nothing_is_stale():
    assert "hooks" in Terms(allowances=shipped()).stale(compare([workload()], [workload(replicas=2)]))
    assert "replicas" not in Terms(allowances=shipped()).stale(compare([workload()], [workload(replicas=2)]))


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


def team(tmp_path, impact="rollout", kind="changed", more=""):
    tmp_path.mkdir(exist_ok=True)
    (tmp_path / "scale.yaml").write_text(ALLOWANCE.format(impact=impact, kind=kind, more=more))
    return load_allowances([tmp_path, tmp_path / "nothing-here"])


def test_an_allowance_reaches_to_its_impact_and_its_scope_and_no_further(tmp_path):
    differences = compare([workload()], [workload(replicas=2)])

    def admitted(**given):
        return Terms(allowances=team(tmp_path, **given)).judged(differences)[0].allowance

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
    assert Terms(allowances=load_allowances([tmp_path])).judged(differences)[0].allowance is None


def test_no_allowance_admits_a_widened_privilege(tmp_path):
    (tmp_path / "x.yaml").write_text(
        "id: all\ndescription: d\nimpact: data-loss\nreason: r\n"
        "scope: {kinds: ['*'], paths: [[spec, '**']], differences: [added, removed, changed]}\n"
    )
    pod = {"spec": {"containers": [], "hostNetwork": True}}
    differences = compare([workload(template={"spec": {"containers": []}})], [workload(template=pod)])
    terms = Terms(allowances=load_allowances([tmp_path]))
    assert [(each.privilege, each.allowance) for each in terms.judged(differences)] == [(True, None)]
    assert terms.stale(differences) == ("all",)


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


WIDE = {
    "any key": ("['*']", "[['*', '**']]"),
    "any key, otherwise": ("['*']", "[['?*', '**']]"),
    "any key by letters": ("[Service]", "[['[a-z]*', '**']]"),
    "any path": ("[Service]", "[['**', '*']]"),
    "whole objects": ("['*']", "[[]]"),
    "whole objects of all groups": ("['*.?*', '*']", "[[]]"),
    "whole objects by vowels": ("['*a*', '*e*', '*i*', '*o*']", "[[]]"),
    "whole specs": ("['?*']", "[[spec, '**']]"),
    "whole specs, otherwise": ("['[A-Z]*']", "[[spec, '*', '**']]"),
    "a good one before": ("['*']", "[[metadata, labels, chart], [data, '**']]"),
}


def held_by_a_team(tmp_path, kinds="[Deployment.apps]", paths="[[spec, replicas]]", name="scale"):
    folder = tmp_path / "repository/exceptions"
    folder.mkdir(parents=True, exist_ok=True)
    text = ALLOWANCE.format(impact="rollout", kind="changed", more="").replace("id: scale", f"id: {name}")
    (folder / "x.yaml").write_text(text.replace("[Deployment.apps]", kinds).replace("[[spec, replicas]]", paths))
    return load_team_allowances(tmp_path / "repository", RepoPath("exceptions"), shipped())


@pytest.mark.parametrize("name", WIDE)
def test_a_scope_of_everything_is_refused_however_it_is_spelled(name, tmp_path):
    with pytest.raises(MigrateError, match="MIG790"):
        held_by_a_team(tmp_path, *WIDE[name])
    assert held_by_a_team(tmp_path, "[ConfigMap, Secret]", "[[data, '**']]")
    assert held_by_a_team(tmp_path, "['*']", "[[metadata, labels, '**']]")


@pytest.mark.parametrize("name", ["replicas", "rep1icas", "re-plicas", "Replicas", "pod-1abels", "a b", "p\u043eds"])
def test_a_team_takes_no_id_that_is_ours_or_looks_like_it(name, tmp_path):
    with pytest.raises(MigrateError, match="MIG790"):
        held_by_a_team(tmp_path, name=name)
    assert held_by_a_team(tmp_path)[0].file == "exceptions/x.yaml"


def test_who_admits_is_told_with_the_file(tmp_path):
    differences = compare([workload()], [workload(replicas=2)])
    terms = Terms(allowances=held_by_a_team(tmp_path), max_impact=Impact.ROLLOUT)
    assert terms.judged(differences)[0].why == "allowance scale (exceptions/x.yaml)"
