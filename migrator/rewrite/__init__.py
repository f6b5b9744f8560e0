"""The edits that carry out a plan in the files of the repository, and the transaction that writes all or none."""

from migrator.rewrite.automation.follow import AUTOMATION_CODES
from migrator.rewrite.automation.followed_edits import with_automation
from migrator.rewrite.edits import FileEdit, changes, combined, moves
from migrator.rewrite.kustomize.repository_view import RepositoryView
from migrator.rewrite.kustomize.upkept.hashed_names import named_generators
from migrator.rewrite.layout import DEFAULT_LAYOUT, Layout, load_layout
from migrator.rewrite.repository import Rewriting, rendered_files, rewrite, sealed
from migrator.rewrite.transaction.commit import commit, interrupted_paths, recover, stage
from migrator.rewrite.transaction.journal import JOURNAL
from migrator.rewrite.transaction.preflight import check_place
from migrator.rewrite.transaction.scratch_folder import beside
from migrator.rewrite.umbrella.chart_files import is_umbrella, naming_patches, post_render_yaml
from migrator.rewrite.umbrella.followed_images import followed_images

__all__ = [
    "AUTOMATION_CODES",
    "DEFAULT_LAYOUT",
    "JOURNAL",
    "FileEdit",
    "Layout",
    "RepositoryView",
    "Rewriting",
    "beside",
    "changes",
    "check_place",
    "combined",
    "commit",
    "followed_images",
    "interrupted_paths",
    "is_umbrella",
    "load_layout",
    "moves",
    "named_generators",
    "naming_patches",
    "post_render_yaml",
    "recover",
    "rendered_files",
    "rewrite",
    "sealed",
    "stage",
    "with_automation",
]
