"""One hypothesis, rendered and measured: values and release -> documents -> distance from the target."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from migrator.inference.assignments.values_tree import Edits, Tree
from migrator.inference.gaps.gaps import Gap
from migrator.inference.hypothesis.compared_objects import Key
from migrator.inference.hypothesis.unset_reads import TemplateReads, reads_of
from migrator.model import KeyPath, ReleaseContext
from migrator.templates.interpreter.failures import Failure
from migrator.templates.interpreter.render import Run, TemplateRun
from migrator.templates.output.documents import Document
from migrator.templates.provenance.value import ELEMENT

EPSILON = 1e-6


@dataclass(slots=True, kw_only=True)
class State:
    """A hypothesis, rendered and measured."""

    tree: Tree
    setting: ReleaseContext
    run: Run
    documents: dict[Key, list[Document]]
    pairs: dict[int, Document]
    """Index of a target -> the document that stands for it."""
    costs: dict[int, float]
    """Index of a target -> its cost; exact ones are not listed."""
    extra: list[Document]
    """What is printed, and the target lacks."""
    cost: float
    stand_ins: Mapping[int, Document] = field(default_factory=dict)
    """Index of a missing workload -> the one of another name, among the extra ones, that takes its place."""
    errors: list[TemplateRun] = field(default_factory=list)
    broken: int = 0
    """Documents that are no YAML: helm refuses them."""
    hooks: list[Document] = field(default_factory=list)
    """Hooks that the target lacks: they can be left out without any value."""
    unwanted: int = 0
    """Definitions in `crds/` that the target lacks."""
    detail: State | None = None
    """The same with untaken branches; None before anything has asked for them."""
    known_reads: TemplateReads | None = None
    gaps: list[Gap] | None = None
    """What differs from the target; None before anything has asked."""

    @property
    def template_reads(self) -> TemplateReads:
        """What the templates read."""
        if self.known_reads is None:
            self.known_reads = reads_of(self.run, self.tree)
        return self.known_reads

    def serves_as_well_as(self, other: State) -> bool:
        """Whether no object is farther from its target, and no more is unwanted, broken or failing."""
        worse = any(value > other.costs.get(index, 0.0) + EPSILON for index, value in self.costs.items())
        mine, theirs = ((len(s.extra), len(s.hooks), s.unwanted, len(s.errors), s.broken) for s in (self, other))
        return not worse and all(here <= there for here, there in zip(mine, theirs, strict=True))

    @property
    def is_right(self) -> bool:
        """Whether it prints the target and nothing else."""
        return not (self.costs or self.extra or self.errors or self.broken or self.unwanted)

    @property
    def exact(self) -> int:
        return len(self.pairs) - sum(1 for index in self.costs if index in self.pairs)


def apply_edits(tree: Tree, setting: ReleaseContext, edits: Edits) -> tuple[Tree, ReleaseContext]:
    """Values and release after some assignments; paths that begin with `@` are those of the release."""
    plain = []
    for path, value in edits:
        if path[0] == "@Release":
            setting = _renamed(setting, str(value), is_name=path[1] == "Name")
        elif path[0] == "@Capabilities.APIVersions":
            setting = replace(setting, api_versions=tuple(sorted({*setting.api_versions, str(path[1])})))
        else:
            plain.append((path, value))
    return tree.assign(plain), setting


def _renamed(setting: ReleaseContext, text: str, *, is_name: bool) -> ReleaseContext:
    """The release with another name or namespace; a release without one does not exist."""
    if not text:
        return setting
    return replace(setting, release=text) if is_name else replace(setting, namespace=text)


def failures_of(state: State) -> list[Failure]:
    """Everything at which helm would stop."""
    return [failure for template in state.errors for failure in template.failures]


def ranged_maps(state: State) -> set[KeyPath]:
    """Maps of values that templates `range` over, whatever the names of their entries."""
    places = {path for template in state.run.templates.values() for path in template.ranged}
    return {path for path in places if path and not {ELEMENT, "~key"} & set(path) and not str(path[0]).startswith("@")}
