"""What is asked of helm before a search is remembered only where helm has answered."""

from __future__ import annotations

from pathlib import Path

import pytest
from infer_support import archive_of, rendered

from migrator.engines import Cache, Cause, EngineError, Failure, find_helm
from migrator.inference import InferenceRequest
from migrator.inference.trusted_search import answer_to
from migrator.inference.verdict.judge import Judge

TEMPLATE = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {size: {{ .Values.size | quote }}}\n"


@pytest.mark.parametrize(("failure", "asked"), [(Failure.TIMEOUT, 2), (Failure.TEMPLATE, 1)])
def test_a_render_that_timed_out_is_not_an_answer(tmp_path: Path, failure: Failure, asked: int) -> None:
    archive = archive_of(tmp_path, {"templates/a.yaml": TEMPLATE, "values.yaml": "size: 1\n"})
    request = InferenceRequest(chart=archive, targets={"prod": rendered(archive, {"size": 2})}, budget=5.0)
    questions = []

    class Failing(Judge):
        def ask(self, *question: object) -> bytes:
            questions.append(question)
            raise EngineError.because("MIG403", Cause(failure=failure, message="helm did not finish"))

    for _ in range(2):
        answer = answer_to(Failing(request, find_helm(), Cache(tmp_path / "cache")))
        assert answer.values == {"prod": {"size": 2}}
    assert len(questions) == asked
