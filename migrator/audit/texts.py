"""The words of the audit rules: `rules/audit/*.yaml`, and what a team changes about them in `.migrate/rules/audit/`."""

from __future__ import annotations

import string
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from migrator.diagnostics import MigrateError, Severity
from migrator.model import Json, RepoPath, SourceSpan
from migrator.yamlio import Dialect, read_value, rules_directory, spans

TEAM_RULES = RepoPath(".migrate/rules/audit")
OFF = "off"

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
        text = _Reader(path, RepoPath(f"rules/audit/{path.name}")).text(None)
        texts[text.code] = text
    for path in _files(repository / TEAM_RULES) if repository is not None else ():
        reader = _Reader(path, RepoPath(f"{TEAM_RULES}/{path.name}"))
        text = reader.text(texts)
        texts[text.code] = text
    return dict(sorted(texts.items()))


def _files(directory: Path) -> Iterable[Path]:
    return sorted(directory.glob("*.yaml")) if directory.is_dir() else ()


class _Reader:
    """Checks one file and knows where each key stands."""

    def __init__(self, path: Path, shown: RepoPath) -> None:
        self._data = path.read_bytes()
        self._shown = shown

    def text(self, known: Mapping[str, RuleText] | None) -> RuleText:
        """The rule text; `known` are those that a team's file may change."""
        value = read_value(self._data, dialect=Dialect.SIGS, path=self._shown)
        if not isinstance(value, dict):
            raise self._error("a rule text is a mapping", None)
        for key, item in value.items():
            if key not in _KEYS:
                raise self._error(f"unknown key {key!r}; known are {', '.join(_KEYS)}", key)
            if not isinstance(item, str) and not (key == "severity" and item is False):
                raise self._error(f"{key} is a text", key)
        code = value.get("code", "")
        base: Mapping[str, Json] = {}
        if known is not None:
            if code not in known:
                raise self._error(f"there is no audit rule {code!r}; known are {', '.join(sorted(known))}", "code")
            shipped = known[code]
            base = {key: getattr(shipped, key) for key in _KEYS if key != "severity"}
            base["severity"] = shipped.severity.value if shipped.severity else OFF
        merged = {**base, **value}
        for key in _KEYS:
            if not merged.get(key) and key != "severity":
                raise self._error(f"{key} is missing", None)
        text = RuleText(
            **{key: merged[key] for key in _KEYS if key != "severity"}, severity=self._severity(merged.get("severity"))
        )
        unknown = text.words - known[code].words if known is not None else frozenset()
        if unknown:
            raise self._error(f"nothing fills the placeholder {min(unknown)!r}", "summary")
        return text

    def _severity(self, value: Json) -> Severity | None:
        # YAML reads a bare `off` as false
        if value is False or value == OFF:
            return None
        try:
            return Severity(value)
        except ValueError:
            allowed = ", ".join([*(each.value for each in Severity), OFF])
            raise self._error(f"severity is {value!r}; one of {allowed}", "severity") from None

    def _error(self, problem: str, key: str | None) -> MigrateError:
        positions = spans(self._data, path=self._shown)
        span = positions.get((key,)) if key else None
        return MigrateError.of(
            "MIG812",
            f"audit rule: {problem}",
            span=span or SourceSpan(path=self._shown),
            remedy="docs/ci.md shows a rule text",
        )
