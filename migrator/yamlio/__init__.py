"""YAML in and out: read as Go reads it, compare as Kubernetes compares, write for people, edit without a stray byte."""

from migrator.yamlio.canonical import ABSENT, Absent, canonical, differences, digest, same
from migrator.yamlio.dump import dump, is_plain, scalar
from migrator.yamlio.errors import YamlError
from migrator.yamlio.reader import Document, decode, read_documents, read_value
from migrator.yamlio.rulesdir import rules_directory
from migrator.yamlio.scalars import Dialect
from migrator.yamlio.spans import spans

__all__ = [
    "ABSENT",
    "Absent",
    "Dialect",
    "Document",
    "YamlError",
    "canonical",
    "decode",
    "differences",
    "digest",
    "dump",
    "is_plain",
    "read_documents",
    "read_value",
    "rules_directory",
    "same",
    "scalar",
    "spans",
]
