"""The glossary says each word once, in the order of the alphabet, and explains the words that it uses."""

from __future__ import annotations

import re
from pathlib import Path

PAGE = Path(__file__).resolve().parents[2] / "docs" / "glossary.md"
ENTRY = re.compile(r"^- \*\*(.+?)\*\*: ", re.MULTILINE)
REFERENCE = re.compile(r"(?<!\*)\*([^*\n]+)\*(?!\*)")


def unexplained(text: str) -> list[str]:
    """Words in italics that have no entry, neither as they stand nor in the singular."""
    words = set(ENTRY.findall(text))
    used = sorted(set(REFERENCE.findall(text.partition("\n- ")[2])))
    return [word for word in used if not {word, word.removesuffix("s"), word.removesuffix("es")} & words]


def test_entries_stand_once_and_in_order() -> None:
    words = ENTRY.findall(PAGE.read_text())
    assert words == sorted(set(words), key=str.lower)


def test_words_in_italics_have_an_entry() -> None:
    assert unexplained(PAGE.read_text()) == []


def test_a_word_without_an_entry_is_seen() -> None:
    assert unexplained("*skipped*\n\n- **root**: no *parent*, two *roots*\n- **patch**: *patches*\n") == ["parent"]
