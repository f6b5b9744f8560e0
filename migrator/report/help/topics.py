"""The pages of the manual, as the package carries them, and what a diagnostic code means."""

from __future__ import annotations

import re
from difflib import get_close_matches
from pathlib import Path

from migrator.diagnostics import MigrateError

TOPICS = {
    "quickstart": "from a clone to a plan that is understood",
    "quickstart-ko": "the same in Korean",
    "tutorial": "a small repository, from the plan to the audit",
    "propose-to-adopt": "what to do with a component that is only proposed",
    "ci": "audit and verify in CI: GitHub, GitLab, pre-commit, containers",
    "pipelines": "what `apply --ci` writes",
    "handover": "in stages that keep live objects, with Argo CD or Flux",
    "configuration": "every key of migrate.yaml",
    "layouts": "where charts and overlays go",
    "reference": "every option, format and file",
    "library": "the same from Python",
    "errors": "every diagnostic code; `migrate help MIG503` shows one",
    "glossary": "what the words mean",
}
_CODE = re.compile(r"MIG\d{3}")


def topic(name: str) -> str:
    """The page, or what is said of a diagnostic code; without a name the list of topics.

    Raises MigrateError (MIG926) for what has no page.
    """
    if not name:
        width = max(map(len, TOPICS))
        return "".join(f"{each:<{width}}  {about}\n" for each, about in TOPICS.items())
    if _CODE.fullmatch(name.upper()):
        _, found, rest = _page("errors").partition(f"### {name.upper()}\n")
        if found:
            return f"{found[4:]}{re.split(r'^##+ ', rest, maxsplit=1, flags=re.MULTILINE)[0].rstrip()}\n"
    if name not in TOPICS:
        near = [each for each in TOPICS if name in each.split("-")] or get_close_matches(name, TOPICS, n=1)
        meant = f"; did you mean {' or '.join(near)}?" if near else ""
        raise MigrateError.of("MIG926", f"there is no page on {name}{meant}", remedy="`migrate help` lists the pages")
    return _page(name)


def _page(name: str) -> str:
    package = Path(__file__).resolve().parents[2]
    for folder in (package / "_docs", package.parent / "docs"):
        if (folder / f"{name}.md").is_file():
            return (folder / f"{name}.md").read_text(encoding="utf-8")
    raise MigrateError.of(
        "MIG190",
        f"no manual beside the package in {package}",
        remedy="install the package again, or run from a checkout",
    )
