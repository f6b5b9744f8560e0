"""Writes the lines `Cited in` of docs/facts.md: the modules that cite a fact, as in "(fact D4)" or "(facts I1 to I5)".

python docs/generate_facts.py           # a test fails when the page is out of date
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "facts.md"
FACT = re.compile(r"^### ([A-Z]\d+)$", re.MULTILINE)
CITED = re.compile(r"^Cited in: .*\n\n?", re.MULTILINE)
CITATION = re.compile(r"\bfacts? ([A-Z]\d+(?:(?:, | and | to )[A-Z]\d+)*)")
WRAPPED = re.compile(r"\s+(?:# )?")


def citations(text: str) -> Iterator[str]:
    """The ids that a text cites, with those between the ends of a range; a line may break inside of a citation."""
    for found in CITATION.finditer(WRAPPED.sub(" ", text)):
        for part in re.split(r", | and ", found[1]):
            first, _, last = part.partition(" to ")
            yield from (f"{first[0]}{number}" for number in range(int(first[1:]), int((last or first)[1:]) + 1))


def sources() -> Iterator[Path]:
    """Every file that may cite a fact."""
    for folder in ("migrator", "tests", "benchmarks", "docs", "rules"):
        found = (ROOT / folder).rglob("*")
        yield from sorted(path for path in found if path.suffix in {".py", ".md", ".yaml"} and path != PAGE)


def citing(paths: Iterable[Path]) -> dict[str, list[str]]:
    """Fact -> the files that cite it, as paths of the repository, in the order given."""
    found: dict[str, list[str]] = {}
    for path in paths:
        for fact in sorted(set(citations(path.read_text(encoding="utf-8")))):
            found.setdefault(fact, []).append(path.relative_to(ROOT).as_posix())
    return found


def page() -> str:
    """The page with the modules of today."""
    modules = citing(path for path in sources() if path.is_relative_to(ROOT / "migrator"))
    head, *parts = re.split(r"^(?=###? )", CITED.sub("", PAGE.read_text(encoding="utf-8")), flags=re.MULTILINE)
    return (head + "".join(_with(part, modules) for part in parts)).rstrip() + "\n"


def _with(part: str, modules: dict[str, list[str]]) -> str:
    fact = FACT.match(part)
    if fact is None or fact[1] not in modules:
        return part
    cited = ", ".join(f"`{module}`" for module in modules[fact[1]])
    return f"{part.rstrip()}\n\nCited in: {cited}.\n\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
