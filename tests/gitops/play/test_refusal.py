from __future__ import annotations

import handover_shapes as shapes
from handover_shapes import Argo
from handover_tables import Table, application, each, marked, moving, staying

from migrator.gitops.play.play import violations
from migrator.gitops.play.refusal import refusals
from migrator.model import RepoPath, SourceSpan


def test_a_refusal_says_what_happens_to_which_objects_by_whom_and_how() -> None:
    found = refusals(violations(shapes.app_of_apps().without(1).history(), count=2, troubled=0))
    first = next(each for each in found if "ConfigMap" in each.summary)
    assert first.code == "MIG668"
    assert "A2: ConfigMap shop/db and 3 more: deleted by Application shop at switch" in first.summary
    assert "Argo CD deletes what leaves an Application" in first.remedy
    assert "docs/" not in first.remedy
    assert first.evidence[-1] == "Application shop syncs switch"


def test_a_refusal_names_the_place_of_who_does_it_and_how_to_see_what_was_changed_there() -> None:
    found = violations(shapes.app_of_apps().without(1).history(), count=2, troubled=0)
    place = SourceSpan(path=RepoPath("deploy/shop.yaml"), line=3)
    first = refusals(found, lambda each: place if each.deployer is not None else None)[0]
    assert first.span == place
    assert "`git log -p -- deploy/shop.yaml`" in first.remedy


def test_safe_commits_are_not_refused() -> None:
    assert refusals(violations(shapes.no_controller().history(), count=2, troubled=1)) == ()


def in_two_clusters(how: Argo, *, both: bool) -> Table:
    """One Argo CD for two clusters with objects of the same names; the second is protected only if `both`."""
    table, names = Table(), ("dev", "prod")
    for name in names:
        is_protected = both or name == "dev"
        held = [*(marked(moving(), shapes.ARGO_MARK) if is_protected else moving()), *staying()]
        table.put(f"overlays/{name}", [*moving(), *staying()], held, staying(), staying())
        table.put(f"charts/{name}", None, None, moving(), moving())

    def applications(stage: int) -> list[shapes.Body]:
        found = []
        for name in names:
            to = {"server": f"https://{name}.example.org", "namespace": "shop"}
            at = stage if both or name == "dev" else min(stage, shapes.BEFORE)
            old = how.old_application(at, path=f"overlays/{name}", name=f"shop-{name}")
            old["spec"]["destination"] = to
            new = application(f"db-{name}", f"charts/{name}", automated=shapes.OFF, destination=to)
            found += [old, *([new] if stage >= shapes.SWITCH else [])]
        return found

    table.put("apps", *each(applications))
    return table.hand(*[[application("root", "apps", finalizer=True)]] * 4)


def test_objects_of_one_name_in_two_clusters_are_two() -> None:
    assert violations(in_two_clusters(Argo(), both=True).history(), troubled=1) == ()
    found = violations(in_two_clusters(Argo(), both=False).history(), count=3, troubled=0)
    assert {each.object.cluster for each in found} == {"https://prod.example.org"}
