"""What the benchmark of recognition counts."""

from __future__ import annotations

from migrator.engines import rendered_resources
from migrator.model import RepoPath
from migrator.signatures import Signature, read_signature
from recognition import Claim, claim_of, opaque, page

TARGET = b"""\
apiVersion: apps/v1
kind: Deployment
metadata: {name: kv-cachet, labels: {helm.sh/chart: cachet-1.0.0}}
spec:
  selector: {matchLabels: {app: cachet}}
  template:
    metadata: {labels: {app: cachet}}
    spec: {containers: [{name: cachet, image: "acme/cachet:1.0", ports: [{containerPort: 6000}]}]}
---
apiVersion: v1
kind: Service
metadata: {name: kv-cachet}
spec: {selector: {app: cachet}, ports: [{port: 6000}]}
"""


def signature(chart: str) -> Signature:
    text = f"apiVersion: migrate/v1\nkind: Signature\nchart: {chart}\ncategory: databases\n"
    text += 'images:\n  acme/cachet: {weight: 1, tag: appVersion}\ncore:\n  Deployment: ["{release}-cachet"]\n'
    text += 'containers:\n  cachet: {ports: [6000]}\nobjects:\n  Service: ["{release}-cachet"]\n'
    return read_signature(text.encode(), RepoPath("rules/signatures/x.yaml"))


def test_labels_say_nothing_and_still_fit() -> None:
    body = opaque(rendered_resources(TARGET)[0].body)
    assert "'cachet'" not in str(body["spec"]["selector"])
    assert "helm.sh" not in str(body)
    assert body["spec"]["selector"]["matchLabels"] == body["spec"]["template"]["metadata"]["labels"]


def test_the_right_chart_and_what_another_takes_without_it() -> None:
    resources = rendered_resources(TARGET)
    alone = claim_of("one", "cachet", resources, [signature("cachet")])
    assert (alone.best, alone.right, alone.total, alone.without) == ("cachet", 2, 2, 0)
    two = claim_of("one", "cachet", resources, [signature("cachet"), signature("rival")])
    assert (two.without, two.wrong) == (2, "rival")


def test_the_page_counts_cases_and_resources() -> None:
    good = Claim(name="a", chart="a", best="a", total=3, right=3, without=0, wrong="")
    bad = Claim(name="b", chart="b", best="", total=1, right=0, without=1, wrong="c")
    text = page([good, bad])
    assert "| chart right | 97 % | 50.0 % (1 of 2) |" in text
    assert "| resources given to the right chart | 99 % | 75.0 % (3 of 4) |" in text
    assert "| claimed by a wrong chart | at most 1 % | 25.0 % (1 of 4) |" in text
