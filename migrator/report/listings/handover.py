"""`migrate handover`: the guide of a change of hands, as text, JSON or Markdown."""

from __future__ import annotations

import json
from collections.abc import Sequence

from migrator.gitops.deployer import Tool
from migrator.gitops.stages.guide import Guide, guide_markdown
from migrator.model import Json
from migrator.report.json import diagnostic_document


def handover_text(guide: Guide, output_format: str, changed: Sequence[str] | None = None) -> str:
    """The guide in one of the formats text, json and markdown, with its last newline; and the files that changed."""
    if output_format == "json":
        files: dict[str, Json] = {} if changed is None else {"files": list(changed)}
        return json.dumps({**guide_document(guide), **files}, indent=2, ensure_ascii=False) + "\n"
    if output_format == "markdown":
        return guide_markdown(guide)
    told = [] if changed is None else [*(f"Written: {each}" for each in changed), "" if changed else "Nothing to do.\n"]
    return "\n".join((*told, _text(guide)))


def guide_document(guide: Guide) -> dict[str, Json]:
    """The guide as `--format json` prints it."""
    return {
        "format_version": "1.0",
        "tool": guide.tool,
        "stage": guide.stage,
        "total": len(guide.stages),
        "finished": guide.is_finished,
        **({"problems": [diagnostic_document(each) for each in guide.problems]} if guide.problems else {}),
        "next": guide.next,
        "stages": [
            {
                "number": each.number,
                "name": each.name,
                "written": each.is_written,
                "does": each.does,
                "apply": list(each.apply),
                "check": list(each.check),
                "back": list(each.back),
            }
            for each in guide.stages
        ],
    }


def _text(guide: Guide) -> str:
    """The guide for a terminal."""
    lines = [f"Stage {guide.stage} of {len(guide.stages)} is written, for {Tool(guide.tool).product}."]
    for each in guide.stages:
        state = "" if each.is_written else "  (not yet written)"
        lines += ["", f"{each.number}. {each.name}{state}", f"   {each.does}"]
        for title, commands in (("by hand", each.apply), ("check", each.check), ("back", each.back)):
            lines += [f"   {title if not at else '':9}{command}" for at, command in enumerate(dict.fromkeys(commands))]
    return "\n".join((*lines, "", f"Next: {guide.next}", ""))
