"""YAML in and out: read as Go reads it, compare as Kubernetes compares, write for people, edit without a stray byte."""

from migrator.yamlio.canonical import ABSENT, Absent, canonical, differing_paths, digest, same
from migrator.yamlio.documents import remove_documents
from migrator.yamlio.dump import dump, flow, in_brackets, in_quotes
from migrator.yamlio.edit import edit
from migrator.yamlio.nodes import comments, spans
from migrator.yamlio.operations import Append, Operation, Remove, Set
from migrator.yamlio.reader import EXCESSIVE_ALIASES, Document, read_documents, read_manifests, read_value
from migrator.yamlio.scalars import Dialect
from migrator.yamlio.shipped_rules import rules_directory
from migrator.yamlio.text import YamlError, decode

__all__ = [
    "ABSENT",
    "EXCESSIVE_ALIASES",
    "Absent",
    "Append",
    "Dialect",
    "Document",
    "Operation",
    "Remove",
    "Set",
    "YamlError",
    "canonical",
    "comments",
    "decode",
    "differing_paths",
    "digest",
    "dump",
    "edit",
    "flow",
    "in_brackets",
    "in_quotes",
    "read_documents",
    "read_manifests",
    "read_value",
    "remove_documents",
    "rules_directory",
    "same",
    "spans",
]
