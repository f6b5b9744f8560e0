"""The words of the audit rules: `rules/audit/*.yaml`, and what a team changes about them in `.migrate/rules/audit/`."""

from __future__ import annotations

import string
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from migrator.diagnostics import Severity
from migrator.model import RepoPath
from migrator.yamlio import rules_directory
from migrator.yamlio.fields import Field, FileKind, strict_file

TEAM_RULES = RepoPath(".migrate/rules/audit")
OFF = "off"

_FILE = FileKind(
    code="MIG812",
    remedy="say the `code` of a rule that ships (`migrate audit` shows them), and what is to differ: `severity` (`off` "
    "silences it), `summary`, `remedy`, `name` or `why`",
    prefix="audit rule: ",
)
_KEYS = ("code", "name", "severity", "summary", "remedy", "why")


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleText:
    """How a rule speaks. `severity` is None where it is switched off."""

    code: str
    name: str
    severity: Severity | None
    summary: str
    """With placeholders `{word}`, as is the remedy."""
    remedy: str
    why: str
    """Why it matters, in a sentence or two: for the documentation."""

    @property
    def words(self) -> frozenset[str]:
        """The placeholders of summary and remedy."""
        return frozenset(
            name for text in (self.summary, self.remedy) for _, name, _, _ in string.Formatter().parse(text) if name
        )


def load_texts(repository: Path | None = None) -> Mapping[str, RuleText]:
    """The texts of all rules by code: those that ship, with what the repository's own files change.

    A team's file names a code and any of the other keys; `severity: off` silences the rule. Raises MigrateError MIG812
    for a file that is not a rule text, with its line.
    """
    texts: dict[str, RuleText] = {}
    for path in _files(rules_directory() / "audit"):
        text = _text(_file(path, f"rules/audit/{path.name}"), None)
        texts[text.code] = text
    for path in _files(repository / TEAM_RULES) if repository is not None else ():
        text = _text(_file(path, f"{TEAM_RULES}/{path.name}"), texts)
        texts[text.code] = text
    return dict(sorted(texts.items()))


def _files(directory: Path) -> Iterable[Path]:
    return sorted(directory.glob("*.yaml")) if directory.is_dir() else ()


def _file(path: Path, shown: str) -> Field:
    return strict_file(path.read_bytes(), RepoPath(shown), _FILE)


def _text(file: Field, known: Mapping[str, RuleText] | None) -> RuleText:
    """The rule text of a file; `known` are those that a team's file may change."""
    file.needed().refuse_others(_KEYS)
    held = {key: each.string() for key, each in file.entries() if key != "severity"}
    shipped = None
    if known is not None:
        shipped = known[file.child("code").one_of(sorted(known))]
        held = {key: getattr(shipped, key) for key in _KEYS if key != "severity"} | held
    for key in _KEYS:
        if key != "severity" and not held.get(key):
            raise file.child(key).error("is missing")
    severity = file.child("severity")
    is_kept = shipped is not None and severity.value is None
    text = RuleText(**held, severity=shipped.severity if shipped and is_kept else _severity(severity))
    unknown = text.words - shipped.words if shipped is not None else frozenset()
    if unknown:
        raise file.child("summary").error(f"nothing fills the placeholder {min(unknown)!r}")
    return text


def _severity(held: Field) -> Severity | None:
    if held.value is False:  # so YAML reads a bare `off`
        return None
    word = held.one_of([*(each.value for each in Severity), OFF])
    return None if word == OFF else Severity(word)
