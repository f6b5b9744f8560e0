"""All releases of a plan are rendered for one version of Kubernetes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from cli_support import FIXTURES

from migrator.charts import load_archive
from migrator.engines import Cache, Tool, Toolchain
from migrator.inference.types import Inference, InferenceRequest, SplitValues
from migrator.model import KUBE_VERSION, ReleaseContext
from migrator.workflow.steps import infer
from migrator.workflow.steps.inference_cache import Answer

TOOL = Tool(name="x", path=Path("x"), version="1")


def request(name: str) -> InferenceRequest:
    return InferenceRequest(chart=load_archive(FIXTURES / "charts" / "tiny-db"), targets={}, release=name)


def found(asked: InferenceRequest, version: str) -> Answer:
    return Answer(
        inference=Inference(
            context=ReleaseContext(release=asked.release or "", namespace="n", kube_version=version),
            values=SplitValues(),
            rendered={},
            differences={},
            residual=(),
            companions={},
            renders=1,
            seconds=0.0,
            engine={},
        )
    )


@pytest.mark.parametrize(
    ("old", "again", "versions"),
    [
        (("one", "two"), [], ["1.19", "1.19"]),
        (("one",), ["one"], [KUBE_VERSION, KUBE_VERSION]),
        ((), [], [KUBE_VERSION, KUBE_VERSION]),
    ],
)
def test_what_is_of_another_kubernetes_is_searched_again(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, old: tuple[str, ...], again: list[str], versions: list[str]
) -> None:
    asked: list[list[InferenceRequest]] = []

    def answers(requests: Sequence[InferenceRequest], **_: object) -> tuple[Answer, ...]:
        asked.append(list(requests))
        return tuple(
            found(each, "1.19" if each.release in old and not each.kube_is_given else each.kube_version)
            for each in requests
        )

    monkeypatch.setattr(infer, "infer_each", answers)
    got = infer.infer_for_one_cluster(
        [request("one"), request("two")], tools=Toolchain(kustomize=TOOL, helm=TOOL), cache=Cache(tmp_path)
    )
    assert [each.inference and each.inference.context.kube_version for each in got] == versions
    assert [each.release for each in asked[1]] == again if again else len(asked) == 1
    assert all(
        each == replace(request(str(each.release)), kube_is_given=True) for each in asked[1:][0:1] for each in each
    )
