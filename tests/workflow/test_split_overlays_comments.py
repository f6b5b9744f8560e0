"""Comments of what only led on: no unit needs the list any more, and what stands in it is not lost."""

from __future__ import annotations

from pathlib import Path

from divided_tree import SMALL, divide, workload, written


def test_comments_of_a_list_that_goes_stand_where_what_they_speak_of_went(tmp_path: Path) -> None:
    base = "# all that we have\nresources:\n- api # of the billing team\n# nobody knows why\n- web\n"
    outcome = divide(written(tmp_path / "repository", {**SMALL, "base/kustomization.yaml": base}))
    api = outcome.text("applications/api/base/kustomization.yaml")
    assert api == "# of the billing team\n# ours\nresources:\n- api.yaml # by hand\n"
    assert outcome.text("applications/web/base/kustomization.yaml").startswith("# nobody knows why\n")
    assert outcome.text("overlays/dev/kustomization.yaml").startswith("# all that we have\n")
    assert not outcome.notes


def test_a_comment_that_stands_elsewhere_already_is_not_told_twice(tmp_path: Path) -> None:
    files = {**SMALL, "base/kustomization.yaml": "# ours\nresources: [api, web]\n"}
    outcome = divide(written(tmp_path / "repository", files))
    assert outcome.text("applications/api/base/kustomization.yaml").count("# ours") == 1
    assert "# ours" not in outcome.text("overlays/dev/kustomization.yaml")


def test_what_stays_together_is_told_once_for_each_folder(tmp_path: Path) -> None:
    files = {
        **SMALL,
        "base/kustomization.yaml": "resources: [api, web, cart]\n",
        "base/cart/kustomization.yaml": "resources: [cart.yaml]\n",
        "base/cart/cart.yaml": workload("cart"),
        "base/pay/kustomization.yaml": "resources: [pay.yaml]\n",
        "base/pay/pay.yaml": workload("pay"),
    }
    files["base/kustomization.yaml"] = "resources: [api, web, cart, pay]\n"
    carry = "".join(
        f"- source: {{kind: Deployment, name: {one}, fieldPath: metadata.name}}\n"
        f"  targets: [{{select: {{kind: Deployment, name: {other}}}, fieldPaths: [metadata.labels.peer], options: {{create: true}}}}]\n"
        for one, other in (("api", "web"), ("web", "cart"))
    )
    files["overlays/dev/kustomization.yaml"] = f"resources: [../../base]\nnamespace: dev\nreplacements:\n{carry}"
    outcome = divide(written(tmp_path / "repository", files))
    (note,) = outcome.notes
    assert note.code == "MIG640"
    assert note.severity.value == "warning"
    assert note.summary.startswith("api, cart, web stay together in applications/api-cart-web: ")
    assert "overlays/dev/kustomization.yaml" in note.summary
