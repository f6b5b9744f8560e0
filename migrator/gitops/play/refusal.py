"""Violations -> why a sequence of commits is refused."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from migrator.diagnostics import Diagnostic, Diagnostics, Severity
from migrator.gitops.play.violations import Violation
from migrator.model import SourceSpan

_STEPS = 12
_WHY = {
    "A1": "with tracking by label an object is the Application's that its label names",
    "A2": "Argo CD deletes what leaves an Application unless the live object carries `Prune=false` and `Delete=false`, "
    "and what no Application renders has no owner",
    "A3": "two Applications that render one object change it in turn",
    "A4": "Argo CD runs the hooks of a chart whatever it is told",
    "A8": "only `Prune=false` on the live object keeps Argo CD from pruning it, and it prunes before it applies",
    "A9": "with pruning off Argo CD still tracks what has left Git, and deletes it once pruning is on again",
    "A10": "an Application that goes deletes all that it deployed if it has the finalizer, and else leaves it behind",
    "A11": "marks that a patch replaces are no marks",
    "A12": "Argo CD syncs once for each revision, and looks again only with `selfHeal`",
    "C1": "Helm never upgrades what lies in the `crds/` of a chart",
    "C2": "with a definition all its objects go",
    "C4": "with a Namespace all goes that is in it",
    "F1": "a Kustomization deletes what leaves its folder, unless it does not prune or the live object says "
    "`kustomize.toolkit.fluxcd.io/prune: disabled`",
    "F4": "a HelmRelease that goes uninstalls its objects, unless `helm.sh/resource-policy: keep` came with an earlier "
    "commit",
    "F5": "a Kustomization deletes what bears its labels and has left its folder, also what a HelmRelease has adopted",
    "F6": "Helm deletes what a release no longer has, unless it says `helm.sh/resource-policy: keep`",
    "F7": "Helm deletes a live object with the name of a hook before it runs the hook",
    "F8": "a Kustomization without `prune` leaves behind what it deployed, and a `dependsOn` that comes with the move "
    "comes too late",
    "F9": "a chart from a GitRepository is packaged anew only with a new version in Chart.yaml",
    "F10": "whoever misses a stage takes two as one, so objects need their mark and their owner `prune: false`, both",
    "F11": "a Kustomization takes its spec as it begins, and deletes its inventory when it goes with `prune: true`",
    "F13": "a HelmRelease that has failed and is out of retries does nothing until its spec, chart or values change",
    "H1": "Helm takes a live object into a release only with the release's label and annotations on it",
    "H2": "Helm takes live objects over by `--take-ownership`, from 3.17 on",
    "H3": "what two HelmReleases render changes hands each time, and `disableTakeOwnership` leaves it where it is",
    "H5": "a HelmRelease with another release name, namespace or storage is uninstalled and installed anew",
    "H6": "`install.remediation.retries` uninstalls before it tries again",
    "I1": "the API server refuses another selector, so the object would be deleted and made anew",
}
_PROOF = "the proof names nothing that would restart it"


def refusals(
    found: Sequence[Violation], place: Callable[[Violation], SourceSpan | None] = lambda _: None
) -> Diagnostics:
    """MIG668 for each violation, with the last steps of the play that led to it as evidence."""
    return tuple(
        Diagnostic(
            code="MIG668",
            severity=Severity.ERROR,
            summary=f"these commits would harm what is live: {each}",
            span=span,
            remedy=f"{_why(each.rule)}; {_mend(span)}",
            evidence=each.steps[-_STEPS:],
        )
        for each in found
        for span in (place(each),)
    )


def _why(rule: str) -> str:
    return _PROOF if rule == "proof" else _WHY.get(rule, "the API server refuses it")


def _mend(span: SourceSpan | None) -> str:
    if span is None:
        return "see what was changed since the stage before with `git log -p`, and take that back"
    return f"see what was changed there since the stage before with `git log -p -- {span.path}`, and take that back"
