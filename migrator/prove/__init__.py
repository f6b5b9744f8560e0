"""Every environment rendered before and after by kustomize and helm, and compared object by object."""

from migrator.prove.admitted import Admitted, admitted_above_metadata
from migrator.prove.closure import closure_of
from migrator.prove.coverage import uncovered
from migrator.prove.deployers import with_deployers
from migrator.prove.identity import part_digests, placed, rendering_digest
from migrator.prove.intoto import intoto
from migrator.prove.proof import prove
from migrator.prove.proof_json import proof_document, read_proof
from migrator.prove.release.dependencies import lock_file_problem
from migrator.prove.relock import Relocked, relocked
from migrator.prove.render import (
    RenderContext,
    render_environment,
    render_lock,
    render_release,
    render_roots,
)
from migrator.prove.rendered_parts import Owner, Part, Rendering, rendering_of
from migrator.prove.types import (
    ComponentProof,
    EnvironmentProof,
    Found,
    Proof,
    Record,
    Verdict,
    rendered_digest,
)
from migrator.prove.verify import (
    COMPANIONS,
    RELEASE,
    agreement,
    all_part_digests,
    changed_by_hand,
    changed_parts,
    changed_releases,
    is_of_what_came,
    prove_lock,
    render_tree,
    verify,
    with_proof,
    with_rendered,
)

__all__ = [
    "COMPANIONS",
    "RELEASE",
    "Admitted",
    "ComponentProof",
    "EnvironmentProof",
    "Found",
    "Owner",
    "Part",
    "Proof",
    "Record",
    "Relocked",
    "RenderContext",
    "Rendering",
    "Verdict",
    "admitted_above_metadata",
    "agreement",
    "all_part_digests",
    "changed_by_hand",
    "changed_parts",
    "changed_releases",
    "closure_of",
    "intoto",
    "is_of_what_came",
    "lock_file_problem",
    "part_digests",
    "placed",
    "proof_document",
    "prove",
    "prove_lock",
    "read_proof",
    "relocked",
    "render_environment",
    "render_lock",
    "render_release",
    "render_roots",
    "render_tree",
    "rendered_digest",
    "rendering_digest",
    "rendering_of",
    "uncovered",
    "verify",
    "with_deployers",
    "with_proof",
    "with_rendered",
]
