from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from cli_support import FIXTURES

from migrator.charts import load_archive
from migrator.diagnostics import Diagnostic, Severity
from migrator.engines import Cache, Tool, Toolchain
from migrator.inference.types import (
    Attempt,
    FollowedImage,
    Inference,
    InferenceRequest,
    Residual,
    ResidualClass,
    SplitValues,
)
from migrator.model import Difference, DifferenceKind, Impact, ReleaseContext, RepoPath, ResId, SourceSpan, resource_of
from migrator.workflow.steps import infer
from migrator.workflow.steps.infer import Answer, infer_each
from migrator.workflow.steps.inference_cache import answer_key, decode, encode
from migrator.yamlio import ABSENT

TOOLS = Toolchain(
    kustomize=Tool(name="kustomize", path=Path("k"), version="v5.8.1"),
    helm=Tool(name="helm", path=Path("h"), version="v3.17.3"),
)
WEB = ResId(group="apps", kind="Deployment", namespace="ns", name="web")
BODY = {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web", "namespace": "ns"}, "n": 1.5}
INFERENCE = Inference(
    context=ReleaseContext(release="r", namespace="ns", api_versions=("a/v1",)),
    values=SplitValues(common={"a": None}, environments={"prod": {"b": ["x", 1]}}, notes={("a",): "why"}),
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


def test_an_answer_comes_back_as_it_was() -> None:
    assert decode(encode(INFERENCE, NOTES)) == (INFERENCE, NOTES)
    difference = decode(encode(INFERENCE, NOTES))[0].differences["prod"][0]
    assert difference.before is ABSENT
    assert difference.after is None


@pytest.mark.parametrize(
    "change",
    [
        {"release": "other"},
        {"budget": 1.0},
        {"as_dependency": True},
        {"kube_version": "1.20"},
        {"has_post_render": True},
        {"followed": (FollowedImage(image="web:1", environments=("prod",)),)},
        {"targets": {"prod": (resource_of({**BODY, "n": 2}),)}},
    ],
)
def test_whatever_decides_the_answer_is_in_its_key(request_: InferenceRequest, change: dict[str, object]) -> None:
    assert answer_key(request_, TOOLS, "s") == answer_key(request_, TOOLS, "s")
    assert answer_key(replace(request_, **change), TOOLS, "s") != answer_key(request_, TOOLS, "s")
    assert answer_key(request_, TOOLS, "other source") != answer_key(request_, TOOLS, "s")


def test_what_was_asked_before_is_not_asked_again(
    request_: InferenceRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def answer(request: InferenceRequest, **_: object) -> Answer:
        asked.append(request)
        return Answer(inference=INFERENCE, diagnostics=NOTES)

    monkeypatch.setattr(infer, "_answer", answer)
    cache = Cache(tmp_path)
    both = [request_, replace(request_, release="b")]
    first = infer_each(both, tools=TOOLS, cache=cache, workers=1)
    second = infer_each([*both, request_], tools=TOOLS, cache=cache, workers=1)
    assert len(asked) == 2
    assert second == (*first, first[0])


def test_a_failure_is_asked_again(request_: InferenceRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def fail(request: InferenceRequest, **_: object) -> Answer:
        asked.append(request)
        return Answer(inference=None, diagnostics=NOTES)

    monkeypatch.setattr(infer, "_answer", fail)
    for _ in range(2):
        assert infer_each([request_], tools=TOOLS, cache=Cache(tmp_path))[0].inference is None
    assert len(asked) == 2


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
