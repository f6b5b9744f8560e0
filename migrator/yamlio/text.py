"""The text of a YAML file, and the one error of this room."""

from __future__ import annotations

from migrator.diagnostics import MigrateError
from migrator.model import RepoPath, SourceSpan

MAX_CHARACTERS = 64 * 1024 * 1024
NO_PATH = RepoPath("")


class YamlError(MigrateError):
    """YAML that Go would refuse (MIG101) or an edit cannot handle (MIG102); names file, line and column."""


def decode(data: bytes | str, path: RepoPath = NO_PATH) -> str:
    """The text of a YAML file: UTF-8 or, with a byte order mark, UTF-16. The mark stays the first character."""
    if isinstance(data, str):
        text = data
    else:
        encoding = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}.get(bytes(data[:2]), "utf-8")
        try:
            text = bytes(data).decode(encoding)
        except UnicodeDecodeError as error:
            line = data.count(b"\n", 0, error.start) + 1
            raise yaml_error(path, line, 0, f"not {encoding.upper()} text") from None
    if len(text) > MAX_CHARACTERS:
        raise yaml_error(path, 0, 0, f"larger than {MAX_CHARACTERS >> 20} MiB", "split the file")
    return text


def yaml_error(path: RepoPath, line: int, column: int, problem: str, remedy: str = "") -> YamlError:
    """MIG101 at a place."""
    span = SourceSpan(path=path, line=line, column=column)
    return YamlError.of("MIG101", f"cannot read YAML: {problem}", span=span, remedy=remedy)
