"""The proof as a value: what was compared, by which engines, and what came out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum

from migrator.diagnostics import Diagnostics
from migrator.model import Difference, LeftOut, RepoPath
from migrator.prove.rendered_parts import digest_json


class Verdict(IntEnum):
    """What a comparison found, from good to bad; only the first two let `apply` write."""

    IDENTICAL = 0
    ALLOWED = 1
    UNPROVED = 2
    DIFFERS = 3

    def __str__(self) -> str:
        return "identical-under-allowances" if self is Verdict.ALLOWED else self.name.lower()

    @property
    def holds(self) -> bool:
        """Whether nothing changes beyond what was allowed by name."""
        return self <= Verdict.ALLOWED

    @classmethod
    def parse(cls, text: str) -> Verdict:
        """The verdict that a lock or a proof names; ValueError for any other word."""
        for verdict in cls:
            if str(verdict) == text:
                return verdict
        raise ValueError(f"{text!r} is not a verdict; one of {', '.join(map(str, cls))}")

    @classmethod
    def worst(cls, verdicts: Iterable[Verdict]) -> Verdict:
        """The gravest of them; nothing at all is unproved."""
        return max(verdicts, default=cls.UNPROVED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A difference and whether it is admitted."""

    difference: Difference
    """Without its values, which may be secret: `explanation` tells them."""
    admitted: bool
    reason: str
    """Why it is admitted or not, in a few words."""
    explanation: tuple[str, ...] = ()
    """What differs, line by line, secrets redacted."""
    component: str = field(default="", compare=False)
    """To which the object belongs; empty for none, and for a proof that was read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvironmentProof:
    """Before against after in one environment."""

    environment: str
    verdict: Verdict
    before: int
    """Objects compared."""
    after: int
    before_digest: str
    after_digest: str
    """Of the canonical objects by identity; generated places are left out."""
    parts: Mapping[str, str] = field(default_factory=dict)
    """Digest of what each root and release renders after."""
    found: tuple[Found, ...] = ()
    reasons: Diagnostics = ()
    """Why it is unproved."""
    equivalences: Mapping[str, int] = field(default_factory=dict)
    """Rule -> places that are written differently and are the same to a cluster by it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ComponentProof:
    """Before against after for the objects of one Helm-owned component."""

    component: str
    verdict: Verdict
    environments: Mapping[str, Verdict]
    resources: int
    """Distinct objects over all environments, counted per environment."""
    allowances: tuple[str, ...] = ()
    """Ids of the allowances that admit its differences."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """How the proof was made; no clock and no place on a disk in it."""

    engines: Mapping[str, str] = field(default_factory=dict)
    binaries: Mapping[str, str] = field(default_factory=dict)
    """Engine -> digest of the program that ran, and the variable that chose it."""
    kube_version: str = ""
    api_versions: tuple[str, ...] = ()
    commands: tuple[str, ...] = ()
    charts: Mapping[str, str] = field(default_factory=dict)
    """`name version` -> digest of the archive that was rendered."""
    stand_ins: tuple[RepoPath, ...] = ()
    """Files that the repository does not hold, in whose place generators were given empty ones, on both sides."""
    left_out: Mapping[RepoPath, LeftOut] = field(default_factory=dict)
    """Root -> what it was built without, on both sides: nothing is proved of what that adds."""
    baseline: Mapping[RepoPath, str] = field(default_factory=dict)
    """Digests of the files that were read before the migration, as far as they are known."""
    inputs: Mapping[RepoPath, str] = field(default_factory=dict)
    """And after it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """The comparison of all environments."""

    verdict: Verdict
    environments: Mapping[str, EnvironmentProof]
    components: Mapping[str, ComponentProof]
    stale: tuple[str, ...] = ()
    """Allowances and approvals that matched nothing anywhere."""
    record: Record = field(default_factory=Record)

    @property
    def digest(self) -> str:
        """Identifies what every environment renders after; `audit` recomputes it without the baseline."""
        return rendered_digest({name: each.after_digest for name, each in self.environments.items()})


def rendered_digest(environments: Mapping[str, str]) -> str:
    """The digest that `.migrate/lock.yaml` keeps as `proof.digest`: over environment -> digest of its rendering."""
    return digest_json({"format": "migrate/rendered/v1", "environments": dict(environments)})
