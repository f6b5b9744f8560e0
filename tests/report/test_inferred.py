"""What `migrate infer` shows a person: a verdict in figures, values as files, and each difference once."""

from __future__ import annotations

import io
from dataclasses import replace

from migrator.charts.types import ChartRef
from migrator.inference.types import Inference, Residual, ResidualClass, SplitValues
from migrator.model import Difference, DifferenceKind, Impact, Json, KeyPath, ReleaseContext, ResId, resource_of
from migrator.report.inferred import show_inference, show_next
from migrator.report.json import infer_document
from migrator.yamlio import ABSENT

WEB = ResId(group="apps", kind="Deployment", namespace="shop", name="web")
ROLE = ResId(group="", kind="Role", namespace="shop", name="web")
RENDERED = (
    resource_of({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web", "namespace": "shop"}}),
    resource_of({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "web", "namespace": "shop"}}),
)


def difference(path: KeyPath, before: Json, after: Json) -> Difference:
    kind = DifferenceKind.REMOVED if after is ABSENT else DifferenceKind.CHANGED
    return Difference(resource=WEB, path=path, kind=kind, before=before, after=after, impact=Impact.ROLLOUT)


def inference(
    *environments: str, differences: tuple[Difference, ...] = (), missing: bool = False, refusal: str = ""
) -> Inference:
    names = environments or ("default",)
    missing_class = ResidualClass.NOT_IN_CHART
    return Inference(
        context=ReleaseContext(release="web", namespace="shop"),
        values=SplitValues(common={"size": 1}, environments={names[0]: {"big": True}}),
        rendered=dict.fromkeys(names, RENDERED),
        differences=dict.fromkeys(names, differences),
        companions={name: (ROLE,) for name in names if missing},
        refusals={name: refusal for name in names if refusal},
        residual=tuple(
            [
                Residual(environment=name, resource=each.resource, path=each.path, cls=ResidualClass.NOT_FOUND)
                for name in names
                for each in differences
            ]
            + [Residual(environment=name, resource=ROLE, path=(), cls=missing_class) for name in names if missing]
        ),
        renders=3,
        seconds=1.0,
        engine={},
    )


def shown(found: Inference, *, verbose: bool = False) -> str:
    stream = io.StringIO()
    show_inference(found, stream, chart="web 1.0.0", verbose=verbose)
    return stream.getvalue()


def test_identical_is_one_line_and_the_files() -> None:
    text = shown(inference("dev", "prod"))
    assert text.startswith("web 1.0.0, release web in shop\n  dev   identical: all 2 objects of the target")
    assert "\nvalues.yaml\n  size: 1\n" in text
    assert "\nvalues-dev.yaml\n  big: true\n" in text
    assert "What differs" not in text


def test_each_difference_stands_once_with_both_sides_and_its_impact() -> None:
    changed = difference(("spec", "replicas"), 2, 1)
    gone = difference(("spec", "paused"), True, ABSENT)
    text = shown(inference(differences=(changed, gone), missing=True))
    assert "differs: 1 of 3 objects are equal, 1 changed, 1 missing" in text
    assert "no value was found for (1 object)" in text
    assert "    Deployment.apps shop/web   rollout\n      /spec/paused: true -> nothing\n" in text
    assert "      /spec/replicas: 2 -> 1\n" in text
    assert "keep them beside the release (1 object)\n    Role shop/web   missing" in text
    assert text.count("/spec/replicas") == 1
    assert "default:" not in text


def test_items_of_lists_are_named_by_their_keys() -> None:
    added = replace(difference(("spec", "volumes", 3), ABSENT, {"name": "x"}), place="volumes[x]")
    moved = replace(difference(("spec", "volumes"), [1, 2], [2, 1]), is_order=True)
    text = shown(inference(differences=(added, moved)))
    assert "      volumes[x]: nothing -> {name: x}\n" in text
    assert "      /spec/volumes: in another order\n" in text


def test_what_is_the_same_in_all_environments_stands_once_and_else_where_it_is() -> None:
    both = inference("dev", "prod", differences=(difference(("spec", "replicas"), 2, 1),))
    assert "/spec/replicas: 2 -> 1\n" in shown(both)
    one = Inference(**{**{name: getattr(both, name) for name in both.__slots__}, "residual": both.residual[:1]})
    assert "/spec/replicas: 2 -> 1   in dev\n" in shown(one)


def test_of_a_long_text_the_first_line_that_differs_is_shown() -> None:
    text = shown(inference(differences=(difference(("data", "conf"), "a\nb\nc\n", "a\nB\nc\n"),)))
    assert "/data/conf: line 2, b -> B\n" in text
    longer = shown(inference(differences=(difference(("data", "conf"), "a\nb", "a\nb\n"),)))
    assert '/data/conf: line 3, nothing -> ""' in longer


def test_many_places_are_counted_unless_all_are_asked_for() -> None:
    found = inference(differences=tuple(difference(("data", f"k{number}"), 1, 2) for number in range(9)))
    assert "... 3 more places (--verbose)" in shown(found)
    assert "/data/k8: 1 -> 2" in shown(found, verbose=True)


def test_a_refusal_is_no_verdict_on_objects() -> None:
    assert "differs: helm refuses these values" in shown(inference(refusal="set the cluster's name"))


def test_next_steps_are_lines() -> None:
    stream = io.StringIO()
    show_next([("--output DIR", "write the values files")], stream)
    assert stream.getvalue() == "\nNext\n  write the values files: --output DIR\n"


def test_what_is_only_written_differently_is_not_called_identical_and_its_places_are_named() -> None:
    found = replace(inference("dev", "prod"), written_differently={"prod": ((WEB, ("spec", "paused")),)})
    text = shown(found)
    assert "  dev   identical: all 2 objects of the target, nothing else\n" in text
    assert (
        "  prod  the same to a cluster: all 2 objects of the target, nothing else; 1 of them written differently"
        in text
    )
    assert "Written differently, the same to a cluster (1 object)\n    Deployment.apps shop/web\n" in text
    assert "      /spec/paused   in prod\n" in text
    document = infer_document(found, (), ChartRef(name="web", version="1.0.0", repository=""))
    assert (document["verdict"], document["equivalent"]) == ("differs", True)
    places = [{"environment": "prod", "resource": "Deployment.apps shop/web", "path": "/spec/paused"}]
    assert document["written_differently"] == places
