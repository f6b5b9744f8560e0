"""Values that a team keeps beside its manifests are where the search begins, if they fit."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from migrator.charts import ChartArchive, load_archive
from migrator.engines import Cache, Toolchain, find_helm, find_kustomize, rendered_resources
from migrator.inference import InferenceRequest, infer
from migrator.inference.types import Inference
from migrator.inference.verdict.judge import Judge
from migrator.model import Json, ReleaseContext

PHRASE = hashlib.sha256(b"open sesame").hexdigest()
TEMPLATE = f"""
apiVersion: v1
kind: ConfigMap
metadata: {{name: "{{{{ .Release.Name }}}}"}}
data:
  replicas: "{{{{ .Values.replicas }}}}"
  {{{{- if eq (sha256sum .Values.phrase) "{PHRASE}" }}}}
  cave: open
  {{{{- end }}}}
"""


@pytest.fixture(scope="module")
def chart(tmp_path_factory: pytest.TempPathFactory) -> ChartArchive:
    home: Path = tmp_path_factory.mktemp("charts") / "cave"
    (home / "templates").mkdir(parents=True)
    (home / "Chart.yaml").write_text("apiVersion: v2\nname: cave\nversion: 1.0.0\n")
    (home / "values.yaml").write_text("replicas: 1\nphrase: none\n")
    (home / "templates" / "all.yaml").write_text(TEMPLATE)
    return load_archive(home)


def found(
    chart: ChartArchive, environments: Mapping[str, Mapping[str, Json]], first: Sequence[Mapping[str, Json]]
) -> Inference:
    judge = Judge(InferenceRequest(chart=chart, targets={}), find_helm(), Cache(None))
    setting = ReleaseContext(release="cave", namespace="hills")
    targets = {name: rendered_resources(judge.ask(values, setting)) for name, values in environments.items()}
    request = InferenceRequest(
        chart=chart, targets=targets, release="cave", namespace="hills", budget=5, first_values=tuple(first)
    )
    return infer(request, tools=Toolchain(kustomize=find_kustomize(), helm=find_helm()), cache=Cache(None))[0]


SECRET: Mapping[str, Json] = {"phrase": "open sesame"}


def test_what_no_search_would_find_is_found_where_the_team_has_written_it(chart: ChartArchive) -> None:
    assert not found(chart, {"prod": SECRET}, []).identical
    answer = found(chart, {"prod": SECRET}, [{"phrase": "shut"}, {**SECRET, "replicas": 1, "unread": True}])
    assert answer.identical
    assert answer.values.common == SECRET


def test_values_that_do_not_fit_leave_the_answer_as_it_is(chart: ChartArchive) -> None:
    answer = found(chart, {"prod": {"replicas": 3}}, [{"replicas": {"min": 1}, "phrase": ["a"]}, {"phrase": "b"}])
    assert answer.identical
    assert answer.values.common == {"replicas": 3}


def test_each_environment_begins_with_what_fits_it_best(chart: ChartArchive) -> None:
    answer = found(chart, {"dev": {}, "prod": SECRET}, [SECRET])
    assert answer.identical
    assert answer.values.environments == {"prod": SECRET}
