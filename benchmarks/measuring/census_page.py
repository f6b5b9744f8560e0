"""The census as pages: docs/census.md line by line, and the figures for docs/benchmarks.md."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from measuring.census import NOT_ANY, Census, Found, Left

_NAMES = 40
_PLACES = 2
_ROOTS = 6
_SHORT = 110
_NEAR = 0.2
ABOUT = """\
# Census

What `migrate` recognises in twelve public repositories, made by `python benchmarks/census.py --write`. For every line
somebody looked at what its folders deploy; a line whose chart is known to be wrong says so. That is judged by most of
its objects: single objects of another chart or of the team may be among them. One line is one component;
components of one chart that differ in name only share a line. The confidence is that of the first chart; `or` names
charts and publishers that the evidence does not tell apart. A version behind `app` is that of the software, where no
chart version follows from it. Left alone means that Kustomize keeps it: the nearest signature is shown where there
is one, with its score; 0.5 would be needed."""


def figures(rows: Sequence[Census]) -> str:
    """The section of docs/benchmarks.md."""
    claims = [one for row in rows for one in row.found]
    right = sum(one.right == one.chart for one in claims)
    own = [f"{row.name}: {one.id}" for row in rows for one in row.found if not one.right]
    wrong = [f"{row.name}: {one.id} is {_thing(one.right)}" for row in rows for one in row.found if _is_wrong(one)]
    missed = [f"{row.name}: {one.id} is {one.right}" for row in rows for one in row.left if _is_missed(one)]
    stated = [one for row in rows for one in row.stated]
    blind = [one for row in rows for one in row.blind]
    named, exact = sum(one.is_right for one in stated), sum(one.is_exact for one in stated)
    guessed, sure = sum(one.is_right for one in blind), sum(one.is_exact for one in blind)
    lines = [
        "## Census",
        "",
        "Made by `python benchmarks/census.py --write`: every root of twelve public repositories is built and",
        "classified; [the census](census.md) has the lines. What is third party was read by a person and is kept in",
        "`benchmarks/census.yaml`, by folder, with these results at hand; a component is what most of its objects are.",
        "Chart and version against a committed Chart.yaml: repositories that keep it beside what they rendered from",
        "it, where the root builds. Such a Chart.yaml is evidence itself, so that it is followed says little; the",
        "lines without reading it are the measure. There the charts are told by the comments that Helm leaves in what",
        "it renders, and a version is missed where the files do not name it and no version table has it.",
        "",
        "| measure | reach | measured |",
        "| --- | --- | --- |",
        f"| own applications claimed as infrastructure | 0 | {len(own)} |",
        f"| components claimed: chart right | - | {_share(right, len(claims))} |",
        f"| components with a known chart that are left alone | - | {len(missed)} |",
        f"| chart right against a committed Chart.yaml, without reading it | 95 % | {_share(guessed, len(blind))} |",
        f"| version right against it, without reading it | 90 % | {_share(sure, len(blind))} |",
        f"| chart as the Chart.yaml says, which is read | 95 % | {_share(named, len(stated))} |",
        f"| version as it says | 90 % | {_share(exact, len(stated))} |",
    ]
    lines += _listed("Own, and claimed", own) + _listed("Claimed for a wrong chart", wrong)
    off = [f"{o.folder}: {o.chart} {o.version}, found {_version(o.found, o.versions)}" for o in blind if not o.is_exact]
    return "\n".join(
        [*lines, *_listed("Not as the Chart.yaml says, without reading it", off), *_listed("Left alone", missed)]
    )


def _listed(title: str, lines: Sequence[str]) -> list[str]:
    return ["", f"{title}: {'; '.join(lines)}."] if lines else []


def _is_wrong(one: Found) -> bool:
    return bool(one.right) and one.right != one.chart


def _is_missed(one: Left) -> bool:
    return one.workloads > 0 and one.right not in {"", NOT_ANY}


def _thing(right: str) -> str:
    return "third party without a chart" if right == NOT_ANY else right


def _version(chart: str, versions: Sequence[str]) -> str:
    return f"{chart} {next(iter(versions), 'without a version')}" if chart else "nothing"


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} % ({part} of {whole})" if whole else "-"


def page(rows: Sequence[Census]) -> str:
    """docs/census.md."""
    parts = ("\n".join(_repository(row)) for row in sorted(rows, key=lambda one: one.name))
    return "\n\n".join([ABOUT, *parts]) + "\n"


def _repository(row: Census) -> Iterator[str]:
    failed = sum(map(len, row.failed.values()))
    yield f"## {row.name.replace('__', '/')}"
    yield ""
    claimed = sum(one.objects for one in row.found)
    yield f"{row.roots - failed} of {row.roots} roots build; {claimed} of {row.objects} objects are in"
    yield f"{len(row.found)} third-party components."
    if row.found:
        yield ""
        yield "| chart | version | component: release, namespace | confidence | objects | evidence |"
        yield "| --- | --- | --- | --: | --: | --- |"
        yield from map(_line, _alike(row.found))
    yield from _left_alone(row.left)
    if row.failed:
        yield ""
        yield "Roots that do not build:"
        yield ""
        for why, roots in sorted(row.failed.items(), key=lambda pair: (-len(pair[1]), pair[0])):
            shown = ", ".join(f"`{one}`" for one in roots[:_ROOTS])
            more = f" and {len(roots) - _ROOTS} more" if len(roots) > _ROOTS else ""
            yield f"- {shown}{more}: {_cell(why, 2 * _SHORT)}"


def _alike(found: Sequence[Found]) -> Iterator[list[Found]]:
    groups: dict[tuple[object, ...], list[Found]] = {}
    for one in found:
        key = (one.chart, one.publisher, next(iter(one.versions), ""), one.app, round(one.confidence, 2), one.right)
        groups.setdefault(key, []).append(one)
    for key in sorted(groups, key=repr):
        yield groups[key]


def _line(alike: Sequence[Found]) -> str:
    first = alike[0]
    chart = "no chart" if first.chart == NOT_ANY else first.chart
    publisher = f" ({first.publisher.split('://')[-1].rstrip('/')})" if first.publisher else ""
    others = f"; or {', '.join(each.split('://')[-1] for each in first.others[:2])}" if first.others else ""
    wrong = (
        ""
        if first.right == first.chart
        else f" **wrong: {_thing(first.right) if first.right else 'an own application'}**"
    )
    shown = [f"{one.id}: {one.release or '-'}, {one.namespace or '-'}" for one in alike]
    more = f"; and {len(shown) - _ROOTS} more" if len(shown) > _ROOTS else ""
    more_versions = f" or {len(first.versions) - 1} others" if len(first.versions) > 1 else ""
    version = f"{first.versions[0]}{more_versions}" if first.versions else f"app {first.app}" if first.app else "-"
    cells = (
        f"{chart}{publisher}{others}{wrong}",
        version,
        "; ".join(shown[:_ROOTS]) + more,
        f"{first.confidence:.2f}",
        str(sum(one.objects for one in alike)),
        "; ".join(_cell(fact, _SHORT) for fact in first.evidence),
    )
    return f"| {' | '.join(_cell(one, 6 * _SHORT) for one in cells)} |"


def _left_alone(left: Sequence[Left]) -> Iterator[str]:
    near = [one for one in left if (one.near and one.score >= _NEAR) or _is_missed(one)]
    if near:
        yield ""
        yield "Left alone, with a signature near:"
        yield ""
        yield "| component | folder | objects | images | nearest | score |"
        yield "| --- | --- | --: | --- | --- | --: |"
        for one in sorted(near, key=lambda each: (-each.score, each.id)):
            said = f" **missed: {one.right}**" if _is_missed(one) else ""
            cells = (
                f"{one.id}{said}",
                _folders(one),
                str(one.objects),
                _images(one),
                one.near or "-",
                f"{one.score:.2f}",
            )
            yield f"| {' | '.join(_cell(cell, 3 * _SHORT) for cell in cells)} |"
    for title, chosen in (
        (
            "Left alone, third party that no chart is known for",
            [o for o in left if o not in near and o.right == NOT_ANY],
        ),
        ("Left alone, running something, nothing near", [o for o in left if o not in near and _runs(o)]),
        (
            "Left alone, running nothing (companions, configuration)",
            [o for o in left if o not in near and _is_still(o)],
        ),
    ):
        if chosen:
            yield ""
            yield f"{title} ({len(chosen)}, {sum(one.objects for one in chosen)} objects): {_names(chosen)}."


def _runs(one: Left) -> bool:
    return one.workloads > 0 and one.right != NOT_ANY


def _is_still(one: Left) -> bool:
    return one.workloads == 0 and one.right != NOT_ANY


def _names(left: Iterable[Left]) -> str:
    shown = sorted(left, key=lambda one: (-one.objects, one.id))
    names = sorted(f"{one.id} ({one.objects})" for one in shown[:_NAMES])
    return ", ".join(names) + (f" and {len(shown) - _NAMES} more" if len(shown) > _NAMES else "")


def _folders(one: Left) -> str:
    places = list(dict.fromkeys(place.rpartition("/")[0] or place for place in one.places))
    return ", ".join(places[:_PLACES]) + (f" and {len(places) - _PLACES} more" if len(places) > _PLACES else "")


def _images(one: Left) -> str:
    return ", ".join(one.images[:3]) + (" ..." if len(one.images) > 3 else "") or "-"


def _cell(text: str, most: int) -> str:
    plain = " ".join(text.split()).replace("|", "\\|")
    return plain if len(plain) <= most else f"{plain[: most - 4]} ..."
