"""All that keeps a component in Kustomize because it is kept up to date from outside."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from migrator.inference.types import SplitValues
from migrator.rewrite.kustomize.blockers import Blocker
from migrator.rewrite.kustomize.ownership import Placed
from migrator.rewrite.kustomize.repository_view import RepositoryView
from migrator.rewrite.kustomize.upkept.copied_fields import blockers_of_copied_fields
from migrator.rewrite.kustomize.upkept.deployed_changes import blockers_of_deployed_changes
from migrator.rewrite.kustomize.upkept.hashed_names import blockers_of_hashed_names
from migrator.rewrite.kustomize.upkept.substitutions import blockers_of_substitutions


def blockers_of_upkeep(
    objects: Sequence[Placed], view: RepositoryView, values: Mapping[str, SplitValues]
) -> Iterator[Blocker]:
    """Why components stay whose objects hold what is kept up to date from outside; `values` are those of each."""
    found = (
        *blockers_of_hashed_names(objects, view, values),
        *blockers_of_copied_fields(objects, view),
        *blockers_of_substitutions(objects, view),
        *blockers_of_deployed_changes(objects, view),
    )
    yield from (replace(each, code="MIG614") for each in found)
