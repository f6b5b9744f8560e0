"""Whether the objects that deploy say what the stages of a change of hands have left: told alike by every command."""

from __future__ import annotations

from dataclasses import replace

from migrator.audit import RULES, Rule, Subject, audit, load_texts
from migrator.audit.deployed import owner_gone
from migrator.diagnostics import Diagnostics, Severity, UnprovedError
from migrator.gitops.deployer import Deployer
from migrator.gitops.renamed import with_files_of
from migrator.load import Kustomizations
from migrator.lock import Lock

OWNER, RELEASE, DEPLOYING = "MIG822", "MIG818", "MIG824"


def told_of_objects(kustomizations: Kustomizations, lock: Lock | None, deployers: tuple[Deployer, ...]) -> Diagnostics:
    """MIG822 for owners, MIG818 for what deploys releases; nothing where no change of hands was begun.

    In the words that ship: a team may silence its audit, and not the proof.
    """
    if lock is None or lock.handover is None:
        return ()
    lock = with_files_of(lock, deployers)
    subject = Subject(kustomizations=kustomizations, builds=(), lock=lock, deployers=deployers)
    return audit(subject, load_texts(), [each for each in RULES if each.code in {OWNER, RELEASE}])


def told_of_deploying(kustomizations: Kustomizations, lock: Lock | None) -> Diagnostics:
    """MIG824 for all that decides what is deployed and is not as the lock has it: warnings, whoever wrote it."""
    if lock is None:
        return ()
    subject = Subject(kustomizations=kustomizations, builds=(), lock=lock)
    found = audit(subject, load_texts(), [each for each in RULES if each.code == DEPLOYING])
    return tuple(replace(each, severity=Severity.WARNING) for each in found)


def check_owners(kustomizations: Kustomizations, lock: Lock | None) -> None:
    """Nothing where the old owners are where the lock has them; MIG822 for one that is gone or named anew."""
    if lock is None or lock.handover is None:
        return
    (words,) = (each.words for each in RULES if each.code == OWNER)
    gone = Rule(code=OWNER, words=words, find=owner_gone)
    subject = Subject(kustomizations=kustomizations, builds=(), lock=lock)
    for each in audit(subject, load_texts(), [gone]):
        raise UnprovedError(each)
