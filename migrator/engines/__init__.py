"""The only room that runs other programs: kustomize, helm and git; and the cache of what they printed."""

from migrator.engines.cache import Cache
from migrator.engines.credential_helper import HelperAnswer, ask_credential_helper
from migrator.engines.errors import Cause, Complaint, EngineError, Failure
from migrator.engines.git import (
    Export,
    default_branch,
    dirty_paths,
    export,
    file_history,
    git_prefix,
    head_commit,
    ignored_paths,
    is_ancestor,
    is_repository,
    last_change,
    remote_urls,
    resolve_commit,
    tree_digest,
)
from migrator.engines.helm import HelmRender, helm_cause, helm_template
from migrator.engines.kustomize import IMAGE_VOLUMES, kustomize_build, kustomize_cause
from migrator.engines.machine_key import sealed_by
from migrator.engines.processes import Lost, run_in_processes
from migrator.engines.rendered import (
    kustomize_post_render,
    post_render_resource,
    rendered_resources,
    split_rendered,
)
from migrator.engines.run import Completed, run, run_parallel
from migrator.engines.tools import Tool, Toolchain, find_helm, find_kustomize, find_tools
from migrator.engines.volume_texts import build_copy, is_set_aside

__all__ = [
    "IMAGE_VOLUMES",
    "Cache",
    "Cause",
    "Complaint",
    "Completed",
    "EngineError",
    "Export",
    "Failure",
    "HelmRender",
    "HelperAnswer",
    "Lost",
    "Tool",
    "Toolchain",
    "ask_credential_helper",
    "build_copy",
    "default_branch",
    "dirty_paths",
    "export",
    "file_history",
    "find_helm",
    "find_kustomize",
    "find_tools",
    "git_prefix",
    "head_commit",
    "helm_cause",
    "helm_template",
    "ignored_paths",
    "is_ancestor",
    "is_repository",
    "is_set_aside",
    "kustomize_build",
    "kustomize_cause",
    "kustomize_post_render",
    "last_change",
    "post_render_resource",
    "remote_urls",
    "rendered_resources",
    "resolve_commit",
    "run",
    "run_in_processes",
    "run_parallel",
    "sealed_by",
    "split_rendered",
    "tree_digest",
]
