"""`.helmignore`: which files of a chart's folder are not part of the chart (helm v3 internal/ignore)."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One line of the file."""

    matches: Callable[[str], object]
    on_whole_path: bool
    folders_only: bool
    negated: bool


def parse_helmignore(text: str) -> tuple[Rule, ...]:
    """The rules of a `.helmignore`; helm always adds `templates/.?*`. Lines that helm refuses (`**`) are left out."""
    rules = [_rule(line.strip()) for line in text.splitlines()]
    rules.append(_rule("templates/.?*"))
    return tuple(rule for rule in rules if rule)


def is_ignored(rules: tuple[Rule, ...], path: str, *, folder: bool) -> bool:
    """Whether helm leaves out a path below the chart's folder.

    A negated rule ignores whatever it does not match: helm's way, not git's.
    """
    for rule in rules:
        subject = path if rule.on_whole_path else path.rpartition("/")[2]
        matched = bool(rule.matches(subject))
        if rule.negated:
            if rule.folders_only and not folder:
                return True
            if not matched:
                return True
        elif matched and (folder or not rule.folders_only):
            return True
    return False


def _rule(line: str) -> Rule | None:
    if not line or line.startswith("#") or "**" in line:
        return None
    negated = line.startswith("!")
    pattern = line.removeprefix("!")
    folders_only = pattern.endswith("/")
    pattern = pattern.removesuffix("/") if folders_only else pattern
    whole = "/" in pattern
    expression = _glob(pattern.removeprefix("/"))
    if expression is None:
        return None
    return Rule(matches=expression.fullmatch, on_whole_path=whole, folders_only=folders_only, negated=negated)


def _glob(pattern: str) -> re.Pattern[str] | None:
    """Go's filepath.Match as a regular expression: `*` and `?` stop at a slash."""
    translated = ""
    index = 0
    while index < len(pattern):
        character = pattern[index]
        index += 1
        match character:
            case "*":
                translated += "[^/]*"
            case "?":
                translated += "[^/]"
            case "\\" if index < len(pattern):
                translated += re.escape(pattern[index])
                index += 1
            case "[":
                end = pattern.find("]", index + 1)
                if end < 0:
                    return None
                body = pattern[index:end]
                translated += f"[{'^' if body.startswith('^') else ''}{_class(body.removeprefix('^'))}]"
                index = end + 1
            case _:
                translated += re.escape(character)
    try:
        return re.compile(translated, re.DOTALL)
    except re.error:
        return None


def _class(body: str) -> str:
    return re.sub(r"([\[\]^&~|])", r"\\\1", body)
