"""The frame of a page: style and script stand in it, and its policy lets nothing else run or be fetched."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from pathlib import Path

from migrator.report.html.tags import Html, Part, join, tag

_HERE = Path(__file__).parent


def page(title: str, sections: Sequence[tuple[str, str, Html]]) -> str:
    """The whole document of sections (id, title, content); sections without content are left out."""
    style, script = ((_HERE / name).read_text(encoding="utf-8") for name in ("style.css", "page.js"))
    policy = f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; img-src data:"
    found = [each for each in sections if each[2]]
    links = [tag("a", name, href=f"#{key}") for key, name, _ in found]
    bar = tag(
        "header",
        tag("nav", *links, aria_label="Sections"),
        tag("input", type="search", id="find", placeholder="Search (/)", aria_label="Search", autocomplete="off"),
        tag("span", "", id="count", role="status"),
        tag("button", "Open all (o)", type="button", id="open"),
        tag("button", "Dark or light (d)", type="button", id="theme"),
        cls="bar",
    )
    body = [tag("section", tag("h2", name, id=key), content) for key, name, content in found]
    head = join(
        [
            tag("meta", charset="utf-8"),
            Html(f'<meta http-equiv="Content-Security-Policy" content="{policy}">'),
            Html('<meta name="viewport" content="width=device-width, initial-scale=1">'),
            Html('<link rel="icon" href="data:,">'),
            tag("title", title),
            Html(f"<style>{style}</style>"),
        ]
    )
    keys = tag("p", "Keys: / search, j and k next and previous, o open all, d dark or light.", cls="dim")
    main = tag("main", tag("h1", title), *body, keys)
    script_tag = Html(f"<script>{script}</script>")
    return f'<!doctype html>\n<html lang="en"><head>{head}</head><body>{join([bar, main, script_tag])}</body></html>\n'


def command(text: str) -> Html:
    """A command with a button that copies it."""
    button = tag("button", "Copy", type="button", data_copy="1")
    return tag("div", tag("code", text), button, cls="next") if text else Html("")


def searchable(title: Part, *body: Part, words: str = "", key: str = "") -> Html:
    """A block that its title opens and that the search finds."""
    return tag("details", tag("summary", title), *body, cls="card", data_s=words or " ", id=key)


def _hash(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
