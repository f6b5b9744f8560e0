"""HTML that is safe by construction: a text is escaped unless it was made here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from migrator.report.visible import visible, visible_lines

_ALONE = frozenset({"input", "meta", "rect", "path", "circle", "line"})
_LONG = 2_000


class Html(str):
    """Markup that was made by these functions."""

    __slots__ = ()


Part = str | Html


def tag(name: str, *children: Part, **attributes: str | int) -> Html:
    """An element; `cls` is the class, an underscore in a name stands for a dash."""
    told = "".join(
        f' {"class" if key == "cls" else key.replace("_", "-")}="{_text(str(value))}"'
        for key, value in attributes.items()
        if value != ""
    )
    if name in _ALONE and not children:
        return Html(f"<{name}{told}{'/' if name not in {'input', 'meta'} else ''}>")
    return Html(f"<{name}{told}>{join(children)}</{name}>")


def join(parts: Iterable[Part]) -> Html:
    """Parts one after the other."""
    return Html("".join(each if isinstance(each, Html) else _text(each) for each in parts))


def table(names: Sequence[str], rows: Iterable[Sequence[Part]], cls: str = "") -> Html:
    """A table with a head; empty where there are no rows."""
    lines = [tag("tr", *(tag("td", cell) for cell in row)) for row in rows]
    if not lines:
        return Html("")
    head = tag("thead", tag("tr", *(tag("th", name, scope="col") for name in names)))
    return tag("div", tag("table", head, tag("tbody", *lines), cls=cls), cls="wide")


def listed(lines: Iterable[Part], cls: str = "") -> Html:
    """A list; empty where there are no lines."""
    items = [tag("li", each) for each in lines]
    return tag("ul", *items, cls=cls) if items else Html("")


def fold(title: Part, *body: Part, opened: bool = False) -> Html:
    """A block that its title opens."""
    element = tag("details", tag("summary", title), *body)
    return Html(element.replace("<details", "<details open", 1)) if opened else element


def code(text: str) -> Html:
    """Text as it is, cut where it is very long."""
    more = f"... ({len(text)} characters)" if len(text) > _LONG else ""
    return Html(f"<code>{escape(visible_lines(text[:_LONG]))}{more}</code>")


def badge(text: str, kind: str = "") -> Html:
    """A word that stands out, coloured by what it says."""
    return tag("span", text, cls=f"badge b-{''.join(c if c.isalnum() else '-' for c in kind or text)}")


def _text(text: str) -> str:
    return escape(visible(text), quote=True)
