from __future__ import annotations

from pathlib import Path

from migrator.charts.types import ChartArchive, ChartRef
from migrator.diagnostics import Severity
from migrator.inference.types import Inference, SplitValues
from migrator.inference.values.files import values_texts
from migrator.model import ReleaseContext, RepoPath
from migrator.workflow.team_values import TeamValues, unfitting, with_comments

ARCHIVE = ChartArchive(
    ref=ChartRef(name="web", version="1.0.0"),
    digest="sha256:0",
    path=Path("web"),
    metadata={},
    files={
        "Chart.yaml": b"apiVersion: v2\nname: web\nversion: 1.0.0\n",
        "values.yaml": b"replicas: 1\nimage: {tag: a}\n",
    },
)


def answer() -> Inference:
    values = SplitValues(
        common={"image": {"tag": "b"}},
        environments={"prod": {"replicas": 3}},
        notes=((("replicas",), "not in the chart's values.yaml"),),
    )
    return Inference(
        context=ReleaseContext(release="web", namespace="web"),
        values=values,
        rendered={},
        differences={"prod": ()},
        residual=(),
        companions={},
        renders=0,
        seconds=0,
        engine={},
    )


def kept(values: dict[str, object], **more: object) -> TeamValues:
    return TeamValues(path=RepoPath("apps/web/values.yaml"), values=values, **more)  # type: ignore[arg-type]


def test_the_teams_comments_stand_where_the_same_keys_remain() -> None:
    comments = {("image",): "pinned\nby hand", ("replicas",): "for the fair", ("gone",): "lost"}
    texts = values_texts(with_comments(answer(), [kept({}, comments=comments)]).values)
    assert texts[""] == "# pinned\n# by hand\nimage:\n  tag: b\n"
    assert texts["prod"] == "# for the fair\n# not in the chart's values.yaml\nreplicas: 3\n"


def test_of_two_files_the_likelier_one_has_the_word() -> None:
    files = [kept({}, comments={("image",): "first"}), kept({}, comments={("image",): "second"})]
    assert values_texts(with_comments(answer(), files).values)[""].startswith("# first\n")


def test_values_of_which_nothing_fits_are_said_with_their_line() -> None:
    lines = {("replicas",): 7}
    found = unfitting(
        answer(), ARCHIVE, [kept({"image": {"tag": "a"}, "replicas": 5}, is_named=True, lines=lines)], "web"
    )
    assert [(one.code, str(one.span)) for one in found] == [("MIG511", "apps/web/values.yaml:7")]


def test_values_that_nothing_names_are_a_note() -> None:
    (named,) = unfitting(answer(), ARCHIVE, [kept({"replicas": 5}, is_named=True)], "web")
    (near,) = unfitting(answer(), ARCHIVE, [kept({"replicas": 5})], "web")
    assert (named.severity, near.severity) == (Severity.WARNING, Severity.INFO)


def test_values_of_which_something_fits_or_that_are_defaults_are_not() -> None:
    assert not unfitting(answer(), ARCHIVE, [kept({"image": {"tag": "b"}, "replicas": 5}, is_named=True)], "web")
    assert not unfitting(answer(), ARCHIVE, [kept({"replicas": 1}, is_named=True)], "web")
