"""A parser of pages that notes whatever is wrong with one."""

from __future__ import annotations

from html.parser import HTMLParser

VOID = {"meta", "input", "link", "img"}


class Checked(HTMLParser):
    """Every element is closed in its turn, no id stands twice, and nothing acts or is fetched."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.wrong: list[str] = []
        self.targets: list[str] = []
        self.feed(text)
        self.wrong += self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in VOID:
            self.open.append(tag)
        found = dict(attrs)
        self.ids += [found["id"] or ""] if "id" in found else []
        self.targets += [found["href"] or ""] if tag == "a" else []
        self.wrong += [f"{tag} {key}" for key in found if key.startswith("on") or key == "src"]
        if tag == "img":
            self.wrong.append("img")

    def handle_endtag(self, tag: str) -> None:
        if tag not in {"rect", "path"} and (not self.open or self.open.pop() != tag):
            self.wrong.append(f"/{tag}")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.wrong += [f"{tag} {key}" for key, _ in attrs if key.startswith("on")]
