"""The proof of a written tree: at hand, and against git."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from cli_support import commit_all, git
from committed_repository import vendor

from migrator.compare import Terms
from migrator.diagnostics import MigrateError
from migrator.lock import Lock, LockedComponent, dump_lock, read_lock
from migrator.prove import (
    Proof,
    Verdict,
    agreement,
    intoto,
    proof_document,
    prove_lock,
    render_lock,
    render_roots,
    rendering_of,
    verify,
    with_proof,
)

Hybrid = Any
TERMS = Terms()


def write_lock(hybrid: Hybrid, lock: Lock) -> Lock:
    """The lock with the digest of what it renders, written."""
    proof = prove_lock(lock, hybrid.root, {}, hybrid.context, terms=TERMS)
    tree = "git:" + git(hybrid.root, "rev-parse", f"{lock.commit}^{{tree}}") if lock.commit else "x"
    full = with_proof(replace(lock, tree=tree), proof)
    (hybrid.root / ".migrate").mkdir(exist_ok=True)
    (hybrid.root / ".migrate/lock.yaml").write_text(dump_lock(full))
    return full


@pytest.fixture
def migrated(hybrid: Hybrid) -> tuple[Hybrid, Lock]:
    """A repository whose first commit has the manifests, and whose work tree has the release."""
    vendor(hybrid)
    git(hybrid.root, "init", "-q", "-b", "main")
    base = commit_all(hybrid.root)
    for path in sorted((hybrid.root / "before").iterdir()):
        path.unlink()
    (hybrid.root / "before").rmdir()
    return hybrid, write_lock(hybrid, replace(hybrid.lock, commit=base))


def test_migration_that_changed_nothing_verifies(migrated: tuple[Hybrid, Lock]) -> None:
    hybrid, lock = migrated
    proof, diagnostics = verify(hybrid.root, None, hybrid.context, terms=TERMS)
    assert proof.verdict is Verdict.IDENTICAL, proof
    assert diagnostics == ()
    assert proof.digest == lock.proof_digest
    assert proof.environments["prod"].before == proof.environments["prod"].after == 4
    assert "before/kustomization.yaml" in proof.record.baseline
    assert "infra/tiny/values.yaml" in proof.record.inputs
    assert proof.record.charts == {"tiny 1.2.3": lock.environments["prod"].helm[0].digest}
    assert proof.record.kube_version == "1.30"
    assert set(proof.record.engines) == {"kustomize", "helm"}


def test_proof_says_nothing_of_this_machine(migrated: tuple[Hybrid, Lock]) -> None:
    hybrid, _ = migrated
    (hybrid.root / "apps/config.yaml").unlink()

    def shown() -> Proof:
        return verify(hybrid.root, "main", hybrid.context, terms=TERMS)[0]

    proof = shown()
    assert proof.verdict is Verdict.UNPROVED
    assert proof == shown()
    for document in (proof_document(proof), intoto(proof)):
        assert str(hybrid.root) not in str(document)
        assert "/tmp" not in str(document)  # noqa: S108 - what must not be shown


def test_change_after_the_migration_is_found_twice(migrated: tuple[Hybrid, Lock]) -> None:
    hybrid, _ = migrated
    (hybrid.root / "infra/tiny/values-prod.yaml").write_text("tiny: {replicas: 9}\n")
    proof, diagnostics = verify(hybrid.root, "main", hybrid.context, terms=TERMS)
    assert proof.verdict is Verdict.DIFFERS
    assert [each.difference.id for each in proof.environments["prod"].found] == [
        "Deployment.apps/infra/small#/spec/replicas"
    ]
    assert [each.code for each in diagnostics] == ["MIG712"]
    assert diagnostics[0].evidence[2:] == ("prod: release:infra/small",)


def test_other_engine_is_named_where_the_digest_differs(hybrid: Hybrid) -> None:
    lock = replace(hybrid.lock, engines={"helm": "v3.0.0", "kubeVersion": "1.30"}, proof_digest="sha256:x")
    proof = prove_lock(lock, hybrid.root, {}, hybrid.context, terms=TERMS)
    (diagnostic,) = agreement(proof, lock, hybrid.context.tools)
    assert any("helm v3.0.0 then" in line for line in diagnostic.evidence)
    assert agreement(proof, replace(lock, proof_digest=proof.digest), hybrid.context.tools) == ()


def test_sealed_lock_reads_back_and_knows_its_parts(hybrid: Hybrid) -> None:
    lock = write_lock(hybrid, hybrid.lock)
    assert read_lock((hybrid.root / ".migrate/lock.yaml").read_bytes()) == lock
    assert sorted(lock.rendered["prod"]) == ["apps", "release:infra/small"]


def test_base_that_was_migrated_is_compared_by_its_own_lock(migrated: tuple[Hybrid, Lock]) -> None:
    hybrid, _ = migrated
    done = commit_all(hybrid.root)
    assert verify(hybrid.root, done, hybrid.context, terms=TERMS)[0].verdict is Verdict.IDENTICAL
    (hybrid.root / "infra/tiny/values.yaml").write_text("tiny: {mode: other}\n")
    proof, _ = verify(hybrid.root, done, hybrid.context, terms=TERMS)
    assert proof.verdict is Verdict.DIFFERS


def test_missing_lock_and_missing_base_end_the_command(hybrid: Hybrid) -> None:
    with pytest.raises(MigrateError) as missing:
        verify(hybrid.root, "main", hybrid.context, terms=TERMS)
    assert missing.value.diagnostic.code == "MIG711"
    write_lock(hybrid, hybrid.lock)
    with pytest.raises(MigrateError) as baseless:
        verify(hybrid.root, None, hybrid.context, terms=TERMS)
    assert baseless.value.diagnostic.code == "MIG710"
    assert "--base" in baseless.value.diagnostic.remedy


def test_unknown_base_ends_the_command(migrated: tuple[Hybrid, Lock]) -> None:
    hybrid, _ = migrated
    with pytest.raises(MigrateError) as unknown:
        verify(hybrid.root, "nowhere", hybrid.context, terms=TERMS)
    assert unknown.value.diagnostic.code == "MIG120"


def test_chance_is_found_where_the_chart_hides_it(secretive: Hybrid, monkeypatch: pytest.MonkeyPatch) -> None:
    hybrid = secretive
    before = {"prod": rendering_of("prod", render_lock(hybrid.lock, hybrid.root, hybrid.context)["prod"].resources)}
    monkeypatch.setattr("migrator.prove.render.may_generate", lambda _archive: False)
    proof = prove_lock(hybrid.lock, hybrid.root, before, hybrid.context, terms=TERMS)
    assert [reason.code for reason in proof.environments["prod"].reasons] == ["MIG707"]


def test_secrets_stay_out_of_the_proof(secretive: Hybrid) -> None:
    hybrid = secretive
    (hybrid.root / "infra/tiny/values-prod.yaml").write_text("tiny: {password: first-password}\n")
    before = {"prod": rendering_of("prod", render_lock(hybrid.lock, hybrid.root, hybrid.context)["prod"].resources)}
    (hybrid.root / "infra/tiny/values-prod.yaml").write_text("tiny: {password: second-password}\n")
    proof = prove_lock(hybrid.lock, hybrid.root, before, hybrid.context, terms=TERMS)
    assert proof.verdict is Verdict.DIFFERS
    for word in ("first-password", "second-password"):
        assert word not in str(proof_document(proof))
        assert word not in str(intoto(proof))
        assert word not in str(proof.environments["prod"].found[0].explanation)


def test_baseline_of_a_root_that_is_gone_is_unproved(hybrid: Hybrid) -> None:
    rendering = render_roots(hybrid.lock, hybrid.root, hybrid.context)
    proof = prove_lock(hybrid.lock, hybrid.root, rendering, hybrid.context, terms=TERMS)
    assert proof.verdict is Verdict.UNPROVED
    assert [reason.code for reason in proof.environments["prod"].reasons] == ["MIG702"]


def test_a_lock_is_no_better_than_the_allowances_of_its_components(hybrid: Hybrid) -> None:
    """Against a tree that is migrated already nothing differs, and what was allowed once still is."""
    full = write_lock(hybrid, hybrid.lock)
    held = LockedComponent(decision="adopt", resources=1, allowances=("labels",))
    lock = replace(full, components={"store": held})
    rendered = render_lock(lock, hybrid.root, hybrid.context)
    proof = prove_lock(lock, hybrid.root, rendered, hybrid.context, terms=TERMS)
    assert proof.verdict is Verdict.IDENTICAL
    assert with_proof(lock, proof).verdict == str(Verdict.ALLOWED)
