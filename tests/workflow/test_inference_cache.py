from __future__ import annotations

from dataclasses import fields, replace
from itertools import permutations
from pathlib import Path

import pytest
from cli_support import FIXTURES

from migrator.charts import load_archive
from migrator.compare import ALL
from migrator.diagnostics import Diagnostic, MigrateError, Severity
from migrator.engines import Cache, Cause, EngineError, Failure, Tool, Toolchain
from migrator.inference.types import (
    Attempt,
    FollowedImage,
    Inference,
    InferenceRequest,
    Residual,
    ResidualClass,
    SplitValues,
    Start,
)
from migrator.model import Difference, DifferenceKind, Impact, ReleaseContext, RepoPath, ResId, SourceSpan, resource_of
from migrator.workflow.steps.infer import infer_each, infer_once
from migrator.workflow.steps.inference_cache import Answer, answer_key, keep, stored
from migrator.yamlio import ABSENT

TOOLS = Toolchain(
    kustomize=Tool(name="kustomize", path=Path("k"), version="v5.8.1"),
    helm=Tool(name="helm", path=Path("h"), version="v3.17.3"),
)
WEB = ResId(group="apps", kind="Deployment", namespace="ns", name="web")
BODY = {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web", "namespace": "ns"}, "n": 1.5}
INFERENCE = Inference(
    context=ReleaseContext(release="r", namespace="ns", api_versions=("a/v1",)),
    values=SplitValues(common={"a": None}, environments={"prod": {"b": ["x", 1]}}, notes=((("a",), "why"),)),
    rendered={"prod": (resource_of(BODY),)},
    differences={
        "prod": (
            Difference(
                resource=WEB,
                path=("spec", 0),
                kind=DifferenceKind.ADDED,
                before=ABSENT,
                after=None,
                impact=Impact.ROLLOUT,
                privilege=True,
            ),
        )
    },
    residual=(
        Residual(
            environment="prod",
            resource=WEB,
            path=("a", 1),
            cls=ResidualClass.GENERATED,
            tried=(Attempt(values=((("b", 0), [1]),), farther=0.5),),
            pins=((("p", 0), ("q",)),),
        ),
    ),
    companions={"prod": (WEB,)},
    renders=3,
    seconds=1.25,
    engine={"helm": "v3.17.3"},
)
NOTES = (
    Diagnostic(
        code="MIG501",
        severity=Severity.INFO,
        summary="stopped",
        span=SourceSpan(path=RepoPath("x"), line=2, column=1),
        remedy="wait",
        evidence=("e",),
    ),
)


@pytest.fixture
def request_() -> InferenceRequest:
    return InferenceRequest(
        chart=load_archive(FIXTURES / "charts" / "tiny-cache"), targets={"prod": (resource_of(BODY),)}
    )


def test_an_answer_comes_back_as_it_was(tmp_path: Path) -> None:
    cache, answer = Cache(tmp_path), Answer(inference=INFERENCE, diagnostics=NOTES)
    assert stored("k", cache) is None
    keep("k", answer, cache)
    found = stored("k", cache)
    assert found == answer
    assert found.inference is not None
    difference = found.inference.differences["prod"][0]
    assert difference.before is ABSENT
    assert difference.after is None


@pytest.mark.parametrize(
    "data", [b"", b"{", b"[]", b"{}", b'{"inference": {}}', b'{"inference": 3}', b"\xff", b"[" * 99999]
)
def test_what_is_not_an_answer_counts_as_nothing(tmp_path: Path, data: bytes) -> None:
    cache = Cache(tmp_path)
    cache.put("k", data)
    assert stored("k", cache) is None


@pytest.mark.parametrize(
    "change",
    [
        {"release": "other"},
        {"budget": 1.0},
        {"as_dependency": True},
        {"kube_version": "1.20"},
        {"kube_is_given": True},
        {"api_versions": ("a/v1",)},
        {"namespace": "other"},
        {"targets": {"prod": (resource_of({**BODY, "n": 2}),)}},
        {"targets": {"dev": (resource_of(BODY),)}},
        {"start": Start(context=ReleaseContext(release="r", namespace="n"), values={})},
        {"has_post_render": True},
        {"include_crds": False},
        {"can_skip_hooks": False},
        {"knows_hooks": False},
        {"holds_objects": False},
        {"are_stand_ins": True},
        {"first_values": ({"size": 2},)},
        {"equivalences": ALL - {"api-defaults"}},
        {"followed": (FollowedImage(image="web:1", environments=("prod",)),)},
        {"chart": load_archive(FIXTURES / "charts" / "tiny-db")},
        {"others": (load_archive(FIXTURES / "charts" / "tiny-db"),)},
    ],
)
def test_whatever_decides_the_answer_is_in_its_key(request_: InferenceRequest, change: dict[str, object]) -> None:
    assert answer_key(request_, TOOLS, "s") == answer_key(request_, TOOLS, "s")
    assert answer_key(replace(request_, **change), TOOLS, "s") != answer_key(request_, TOOLS, "s")
    assert answer_key(request_, TOOLS, "other source") != answer_key(request_, TOOLS, "s")


def test_the_key_does_not_hang_on_the_order_of_a_set(request_: InferenceRequest) -> None:
    keys = {
        answer_key(replace(request_, equivalences=frozenset(each)), TOOLS, "s")
        for each in permutations(sorted(ALL)[:4])
    }
    assert len(keys) == 1


def test_every_field_of_a_request_is_in_the_key(request_: InferenceRequest) -> None:
    tested = {"release", "budget", "as_dependency", "kube_version", "kube_is_given", "api_versions", "namespace"}
    tested |= {"has_post_render", "followed", "equivalences", "include_crds", "first_values"}
    tested |= {"can_skip_hooks", "knows_hooks", "holds_objects", "are_stand_ins"}
    assert {each.name for each in fields(InferenceRequest)} == tested | {"targets", "start", "chart", "others"}


def test_the_order_of_environments_is_in_the_key(request_: InferenceRequest) -> None:
    one, two = (resource_of(BODY),), (resource_of({**BODY, "n": 2}),)
    first, second = replace(request_, targets={"a": one, "b": two}), replace(request_, targets={"b": two, "a": one})
    assert answer_key(first, TOOLS, "s") != answer_key(second, TOOLS, "s")


def test_other_engines_are_in_the_key(request_: InferenceRequest) -> None:
    other = replace(TOOLS, helm=Tool(name="helm", path=Path("h"), version="v3.18.0"))
    assert answer_key(request_, other, "s") != answer_key(request_, TOOLS, "s")


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[InferenceRequest]:
    """The requests that reach the search; those for the release `refused` are refused by helm, of `late` in passing."""
    found: list[InferenceRequest] = []

    def infer(request: InferenceRequest, **_: object) -> tuple[Inference, tuple[Diagnostic, ...]]:
        found.append(request)
        if request.release in ("refused", "late"):
            failure = Failure.TEMPLATE if request.release == "refused" else Failure.TIMEOUT
            raise EngineError.because("MIG405", Cause(failure=failure, message="no"), remedy="give values")
        if request.release == "partly":
            refused = Diagnostic(code="MIG510", severity=Severity.WARNING, summary="helm refuses it")
            return replace(INFERENCE, refusals={"prod": "no"}), (*NOTES, refused)
        return INFERENCE, NOTES

    monkeypatch.setattr("migrator.inference.infer", infer)
    return found


def test_what_was_asked_before_is_not_asked_again(
    request_: InferenceRequest, tmp_path: Path, asked: list[InferenceRequest]
) -> None:
    cache = Cache(tmp_path)
    both = [request_, replace(request_, release="b")]
    first = infer_each(both, tools=TOOLS, cache=cache, workers=1)
    second = infer_each([*both, request_], tools=TOOLS, cache=cache, workers=1)
    assert infer_once(request_, TOOLS, cache) == (INFERENCE, NOTES)
    assert asked == both
    assert second == (*first, first[0])


def test_the_same_request_twice_is_asked_once(request_: InferenceRequest, asked: list[InferenceRequest]) -> None:
    first, second = infer_each([request_, request_], tools=TOOLS, cache=Cache(None), workers=1)
    assert (first, len(asked)) == (second, 1)


def test_what_helm_refuses_for_good_is_not_asked_again(
    request_: InferenceRequest, tmp_path: Path, asked: list[InferenceRequest]
) -> None:
    cache, refused = Cache(tmp_path), replace(request_, release="refused")
    for _ in range(2):
        (answer,) = infer_each([refused], tools=TOOLS, cache=cache)
        assert (answer.inference, [each.code for each in answer.diagnostics]) == (None, ["MIG405"])
        with pytest.raises(MigrateError, match="MIG405"):
            infer_once(refused, TOOLS, cache)
    assert asked == [refused]


def test_values_that_helm_refuses_are_shown_and_never_planned_with(
    request_: InferenceRequest, tmp_path: Path, asked: list[InferenceRequest]
) -> None:
    cache, partly = Cache(tmp_path), replace(request_, release="partly")
    for _ in range(2):
        (answer,) = infer_each([partly], tools=TOOLS, cache=cache)
        assert (answer.inference, [each.code for each in answer.diagnostics]) == (None, ["MIG510"])
        assert infer_once(partly, TOOLS, cache)[0].refusals == {"prod": "no"}
    assert asked == [partly]


def test_a_failure_in_passing_is_asked_again(
    request_: InferenceRequest, tmp_path: Path, asked: list[InferenceRequest]
) -> None:
    late = replace(request_, release="late")
    for _ in range(2):
        assert infer_each([late], tools=TOOLS, cache=Cache(tmp_path))[0].inference is None
    assert asked == [late, late]


@pytest.mark.parametrize("fault", [TypeError, KeyError, RecursionError])
def test_a_fault_of_the_search_leaves_the_other_components_alone(
    request_: InferenceRequest, monkeypatch: pytest.MonkeyPatch, fault: type[Exception]
) -> None:
    def infer(request: InferenceRequest, **_: object) -> tuple[Inference, tuple[Diagnostic, ...]]:
        if request.release == "bad":
            raise fault("hole")
        return INFERENCE, NOTES

    monkeypatch.delenv("MIGRATE_DEBUG", raising=False)
    monkeypatch.setattr("migrator.inference.infer", infer)
    asked = [replace(request_, release="bad"), request_]
    bad, good = infer_each(asked, tools=TOOLS, cache=Cache(None), workers=1)
    assert good.inference == INFERENCE
    assert bad.inference is None
    assert [each.code for each in bad.diagnostics] == ["MIG502"]
    assert fault.__name__ in bad.diagnostics[0].summary
    monkeypatch.setenv("MIGRATE_DEBUG", "1")
    with pytest.raises(fault):
        infer_each(asked, tools=TOOLS, cache=Cache(None), workers=1)
