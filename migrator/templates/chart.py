"""A chart as Helm loads it: metadata, values, templates and subcharts, and the values that its templates see."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from migrator.model import Json, RepoPath
from migrator.yamlio import Dialect, read_value

GLOBAL = "global"


@dataclass(frozen=True, slots=True, kw_only=True)
class Dependency:
    """An entry of Chart.yaml's `dependencies` (or of an old requirements.yaml)."""

    name: str
    version: str = ""
    alias: str = ""
    condition: str = ""
    tags: tuple[str, ...] = ()
    imports: tuple[Json, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """One chart of the tree; `name` is the alias where it has one."""

    name: str
    metadata: Mapping[str, Json]
    values: Mapping[str, Json]
    templates: Mapping[str, str]
    """Path below the chart (`templates/x.yaml`) -> text."""
    files: Mapping[str, bytes]
    crds: Mapping[str, bytes]
    declared: tuple[Dependency, ...]
    charts: tuple[Chart, ...] = ()
    schema: bytes | None = field(default=None, repr=False)
    values_text: bytes = field(default=b"", repr=False)
    """values.yaml as the chart's author wrote it."""

    @property
    def is_library(self) -> bool:
        return str(self.metadata.get("type") or "") == "library"


def load_chart(files: Mapping[str, bytes]) -> Chart:
    """The chart tree that an archive's files make; subcharts lie below `charts/NAME/`."""
    own: dict[str, bytes] = {}
    below: dict[str, dict[str, bytes]] = {}
    for path, data in files.items():
        head, _, rest = path.partition("/")
        if head == "charts" and "/" in rest:
            folder, _, inner = rest.partition("/")
            below.setdefault(folder, {})[inner] = data
        elif head != "charts":
            own[path] = data
    metadata = _yaml(own.get("Chart.yaml", b""), "Chart.yaml")
    requirements = _yaml(own.get("requirements.yaml", b""), "requirements.yaml")
    declared = metadata.get("dependencies") or requirements.get("dependencies") or []
    charts = [
        load_chart(tree)
        for folder, tree in sorted(below.items())
        if not folder.startswith(("_", ".")) and "Chart.yaml" in tree
    ]
    metadata_files = {
        "Chart.yaml",
        "Chart.lock",
        "values.yaml",
        "values.schema.json",
        "requirements.yaml",
        "requirements.lock",
    }
    return Chart(
        name=str(metadata.get("name") or ""),
        metadata=metadata,
        values=_yaml(own.get("values.yaml", b""), "values.yaml"),
        templates={p: d.decode("utf-8", "replace") for p, d in own.items() if p.startswith("templates/")},
        files={p: d for p, d in own.items() if not p.startswith(("templates/",)) and p not in metadata_files},
        crds={p: d for p, d in own.items() if p.startswith("crds/") and p.endswith((".yaml", ".yml", ".json"))},
        declared=tuple(_dependency(item) for item in declared if isinstance(item, dict)),
        charts=tuple(charts),
        schema=own.get("values.schema.json"),
        values_text=own.get("values.yaml", b""),
    )


def _yaml(data: bytes, name: str) -> dict[str, Json]:
    value = read_value(data, dialect=Dialect.SIGS, path=RepoPath(name)) if data else {}
    return value if isinstance(value, dict) else {}


def _dependency(item: Mapping[str, Json]) -> Dependency:
    return Dependency(
        name=str(item.get("name") or ""),
        version=str(item.get("version") or ""),
        alias=str(item.get("alias") or ""),
        condition=str(item.get("condition") or ""),
        tags=tuple(map(str, item.get("tags") or ())),
        imports=tuple(item.get("import-values") or ()),
    )


# -- dependencies ----------------------------------------------------------------------------------------------


def enabled_tree(chart: Chart, values: Mapping[str, Json]) -> Chart:
    """The chart with aliases in place, disabled subcharts left out, and imported values taken in."""
    return _import_values(_enabled(chart, copied(values), ""))


def _enabled(chart: Chart, values: Mapping[str, Json], path: str) -> Chart:
    if not chart.declared:
        return chart
    named = {dep.name for dep in chart.declared}
    charts = [sub for sub in chart.charts if sub.name not in named]
    on: dict[str, bool] = {}
    for dep in chart.declared:
        name = dep.alias or dep.name
        found = next((sub for sub in chart.charts if sub.name == dep.name), None)
        if found is not None:
            charts.append(replace(found, name=name, metadata={**found.metadata, "name": name}))
        on.setdefault(name, True)
    merged = coalesced(replace(chart, charts=tuple(charts)), values)
    for dep in chart.declared:
        on[dep.alias or dep.name] = _is_on(dep, merged, path)
    kept = tuple(_enabled(sub, merged, f"{path}{sub.name}.") for sub in charts if on.get(sub.name, True))
    declared = tuple(dep for dep in chart.declared if on[dep.alias or dep.name])
    return replace(chart, charts=kept, declared=declared)


def _is_on(dep: Dependency, values: Mapping[str, Json], path: str) -> bool:
    """Tags first, then the first condition whose path holds a boolean."""
    state = True
    tags = values.get("tags")
    if dep.tags and isinstance(tags, dict):
        flags = [tags[tag] for tag in dep.tags if isinstance(tags.get(tag), bool)]
        if flags:
            state = any(flags)
    for condition in dep.condition.split(","):
        if not condition:
            continue
        here: Json = values
        for key in (path + condition.strip()).split("."):
            here = here.get(key) if isinstance(here, dict) else None
        if isinstance(here, bool):
            return here
    return state


def as_dependency(chart: Chart) -> Chart:
    """The chart as an umbrella's dependency sees itself: its null defaults count as deleted (helm coalesces twice)."""
    return replace(chart, values=_without_nulls(chart.values))


def _without_nulls(tree: Mapping[str, Json]) -> dict[str, Json]:
    return {
        key: _without_nulls(value) if isinstance(value, dict) else value
        for key, value in tree.items()
        if value is not None
    }


def _import_values(chart: Chart) -> Chart:
    charts = tuple(_import_values(sub) for sub in chart.charts)
    chart = replace(chart, charts=charts)
    if not chart.declared:
        return chart
    taken: dict[str, Json] = {}
    defaults = coalesced(chart, {})
    for dep in chart.declared:
        name = dep.alias or dep.name
        for item in dep.imports:
            child, parent = (
                (item.get("child"), item.get("parent")) if isinstance(item, dict) else (f"exports.{item}", ".")
            )
            found = _at(defaults, f"{name}.{child}")
            if isinstance(found, dict):
                tree: dict[str, Json] = copied(found)
                for key in reversed([k for k in str(parent).split(".") if k]):
                    tree = {key: tree}
                _merge_tables(taken, tree, merge=False)
    # helm sets a parent's values to what it coalesced: the null defaults of its subcharts become deletions
    _merge_tables(defaults, taken, merge=False)
    return replace(chart, values=defaults)


def _at(values: Json, path: str) -> Json:
    for key in path.split("."):
        values = values.get(key) if isinstance(values, dict) else None
    return values


# -- coalescing (helm pkg/chartutil/coalesce.go) -----------------------------------------------------------------


def coalesced(chart: Chart, values: Mapping[str, Json]) -> dict[str, Json]:
    """User values over the chart's defaults, subcharts and globals included. null deletes a default (fact D5)."""
    tree = copied(values)
    _coalesce(chart, tree)
    return tree


def _coalesce(chart: Chart, tree: dict[str, Json]) -> None:
    subcharts = {sub.name for sub in chart.charts}
    for key, default in chart.values.items():
        if key not in tree:
            tree[key] = _copy(default)
        elif tree[key] is None:
            del tree[key]
        elif isinstance(tree[key], dict) and isinstance(default, dict):
            _merge_tables(tree[key], _copy(default), merge=key in subcharts)
    for sub in chart.charts:
        inner = tree.setdefault(sub.name, {})
        if isinstance(inner, dict):
            _globals(inner, tree)
            _coalesce(sub, inner)


def _merge_tables(target: dict[str, Json], source: dict[str, Json], *, merge: bool) -> None:
    """`target` wins; with `merge` its nulls are kept for the subchart to act on."""
    nulls = {key for key, value in target.items() if value is None}
    for key, value in source.items():
        if key in nulls:
            if not merge:
                del target[key]
        elif key not in target:
            target[key] = value
        elif isinstance(value, dict) and isinstance(target[key], dict):
            _merge_tables(target[key], value, merge=merge)


def _globals(inner: dict[str, Json], outer: Mapping[str, Json]) -> None:
    mine, theirs = inner.setdefault(GLOBAL, {}), outer.get(GLOBAL)
    if not isinstance(mine, dict) or not isinstance(theirs, dict):
        return
    for key, value in theirs.items():
        if isinstance(value, dict):
            fresh = copied(value)
            if key not in mine:
                mine[key] = fresh
            elif isinstance(mine[key], dict):
                _merge_tables(fresh, mine[key], merge=True)
                mine[key] = fresh
        elif not isinstance(mine.get(key), dict):
            mine[key] = value


def _copy(value: Json) -> Json:
    if isinstance(value, dict):
        return {key: _copy(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_copy(item) for item in value]
    return value


def copied(values: Mapping[str, Json]) -> dict[str, Json]:
    """A deep copy whose maps may be changed."""
    return {key: _copy(item) for key, item in values.items()}
