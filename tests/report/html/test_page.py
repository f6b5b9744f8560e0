"""The page is one file, escapes whatever a repository brings, and works in a real browser."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from browser import Browser, chromium
from checked_page import Checked

from migrator.inference.types import SplitValues
from migrator.model import RepoPath, ResId
from migrator.plan.types import Change, Plan, StagePlan
from migrator.report.html.blocks import LIMIT
from migrator.report.html.component import values_table
from migrator.report.html.planned import plan_html
from migrator.report.html.tags import code, table, tag

HOSTILE = "</script><img src=x onerror=alert(1)>\"'&\x1b[31m"


def hostile(plan: Plan) -> Plan:
    component = replace(plan.components[0], id=HOSTILE, reason=HOSTILE, category=HOSTILE, next=HOSTILE)
    change = replace(plan.changes[0], path=RepoPath(f"a/{HOSTILE}/b"), cause=HOSTILE)
    note = replace(plan.diagnostics[0], summary=HOSTILE, remedy=HOSTILE)
    stage = StagePlan(number=1, total=1, name=HOSTILE, does=HOSTILE, changes=(change,), by_hand=(HOSTILE,))
    return replace(
        plan, components=(component, plan.components[1]), changes=(change,), diagnostics=(note,), stages=(stage,)
    )


def large(plan: Plan, objects: int) -> Plan:
    """Components with so many objects together, a difference and a file change for each."""
    component = plan.components[0]
    found = []
    for number in range(objects // 100):
        members = tuple(
            ResId(group="apps", kind="Deployment", namespace=f"n{number}", name=f"d{at}") for at in range(100)
        )
        (one,) = component.differences["prod"]
        differences = tuple(replace(one, resource=each) for each in members)
        id_ = f"part-{number}"
        found.append(replace(component, id=id_, members={"prod": members}, differences={"prod": differences}))
    changes = tuple(
        Change(action="edit", path=RepoPath(f"base/{at % 50}/{at}.yaml"), cause="part-1") for at in range(objects)
    )
    return replace(plan, components=tuple(found), changes=changes)


def test_the_page_is_whole(plan: Plan) -> None:
    text = plan_html(plan)
    page = Checked(text)
    assert page.wrong == []
    assert len(page.ids) == len(set(page.ids))
    assert [each for each in page.targets if each[:1] != "#" or each[1:] not in page.ids] == []
    for told in (
        "Repository, before and after",
        "Who owns and deploys what",
        "cache-1.2.3",
        "image",
        "migrate apply .",
    ):
        assert told in text
    assert not re.search(r"https?://(?!charts\.example|new\.example|other\.example)", text)


def test_an_empty_plan_has_a_page() -> None:
    text = plan_html(Plan(complete=True, environments={}, components=()))
    assert Checked(text).wrong == []
    assert "Nothing to do" in text


def test_nothing_of_a_repository_acts(plan: Plan) -> None:
    text = plan_html(hostile(plan))
    assert Checked(text).wrong == []
    assert text.count("</script>") == 1
    assert "\x1b" not in text


def test_the_check_sees_what_acts() -> None:
    assert Checked("<p onclick='x'><img src=x></div>").wrong == ["p onclick", "img src", "img", "/div"]


def test_a_huge_page_is_cut_and_says_so(plan: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    assert LIMIT == 5_000_000
    found = large(plan, 3_000)
    assert len(plan_html(found)) > 600_000
    monkeypatch.setattr("migrator.report.html.blocks.LIMIT", 600_000)
    text = plan_html(found)
    assert len(text.encode()) <= 600_000
    assert "more: --format json has them all." in text


def test_values_stand_side_by_side() -> None:
    values = SplitValues(common={"a": {"b": 1}, "t": ""}, environments={"prod": {"a": {"b": 3}, "l": ["x"]}})
    shown = values_table(values, ("dev", "prod"))
    assert '<td><code>a.b</code></td><td><code>1</code></td><td class="own"><code>3</code></td>' in shown
    assert '<td><code>t</code></td><td colspan="2"><code>&quot;&quot;</code></td>' in shown
    assert '<td><code>l</code></td><td></td><td class="own"><code>[&quot;x&quot;]</code></td>' in shown


def test_tags_escape() -> None:
    assert tag("p", "<b>", title='"') == '<p title="&quot;">&lt;b&gt;</p>'
    assert table(["a"], []) == ""
    assert code("x" * 3_000).endswith("... (3000 characters)</code>")


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with chromium(tmp_path_factory.mktemp("profile")) as found:
        yield found


def shown(browser: Browser, text: str, folder: Path) -> None:
    path = folder / "page.html"
    path.write_text(text, encoding="utf-8")
    browser.open(path)


def test_a_browser_shows_it_without_a_word_and_fetches_nothing(browser: Browser, plan: Plan, tmp_path: Path) -> None:
    for text in (plan_html(plan), plan_html(hostile(plan))):
        shown(browser, text, tmp_path)
        assert browser.said() == []
        assert browser.requested() == [(tmp_path / "page.html").as_uri()]
        assert browser.run("document.querySelectorAll('img, iframe, script').length") == 1


def test_the_policy_stops_what_would_run(browser: Browser, plan: Plan, tmp_path: Path) -> None:
    text = plan_html(plan).replace("<h1>", "<script>document.title='run'</script><img src='https://example.org/x'><h1>")
    shown(browser, text, tmp_path)
    assert browser.run("document.title") == "Migration"
    assert len(browser.said()) >= 2


def test_keys_search_move_and_darken(browser: Browser, plan: Plan, tmp_path: Path) -> None:
    shown(browser, plan_html(large(plan, 500)), tmp_path)
    visible = "[...document.querySelectorAll('[data-s]')].filter((e) => e.offsetParent).length"
    every = browser.run(visible)
    browser.press("/")
    for letter in "part-3":
        browser.press(letter)
    assert browser.run("document.getElementById('find').value") == "part-3"
    assert 0 < browser.run(visible) < every
    assert browser.run("document.getElementById('count').textContent").endswith(f" of {every}")
    browser.press("Escape")
    assert browser.run(visible) == every
    browser.press("j")
    first = browser.run("document.activeElement.textContent")
    browser.press("j")
    assert browser.run("document.activeElement.textContent") != first
    light = browser.run("getComputedStyle(document.body).backgroundColor")
    browser.press("d")
    assert browser.run("getComputedStyle(document.body).backgroundColor") != light
    browser.press("o")
    assert browser.run("document.querySelectorAll('details.card:not([open])').length") == 0
    assert browser.said() == []


def test_a_link_opens_its_component_and_paper_has_no_buttons(browser: Browser, plan: Plan, tmp_path: Path) -> None:
    shown(browser, plan_html(plan), tmp_path)
    browser.run("location.hash = 'component-cache'; new Promise((done) => setTimeout(done, 50))")
    assert browser.run("document.getElementById('component-cache').open") is True
    browser.ask("Emulation.setEmulatedMedia", media="print")
    assert browser.run("getComputedStyle(document.querySelector('header.bar')).display") == "none"
    browser.ask("Emulation.setEmulatedMedia", media="")


def test_five_thousand_objects_are_smooth(browser: Browser, plan: Plan, tmp_path: Path) -> None:
    shown(browser, plan_html(large(plan, 5_000)), tmp_path)
    script = """(async () => {
      const find = document.getElementById('find'), began = performance.now();
      find.value = 'part-3'; find.dispatchEvent(new Event('input'));
      await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
      return performance.now() - began; })()"""
    assert browser.run(script) < 2_000  # measured: 60 ms; the machine may be busy
    assert browser.run("performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd") < 10_000
