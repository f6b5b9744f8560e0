"""Render a whole chart with provenance; run again only the templates that a changed value touches."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from migrator.model import Json, KeyPath, ReleaseContext
from migrator.templates.bounds import TooLargeError
from migrator.templates.chart import GLOBAL, Chart, coalesced, enabled_tree
from migrator.templates.errors import TemplateError
from migrator.templates.functions.table import FUNCTIONS
from migrator.templates.golang.types import Values, as_float64
from migrator.templates.interpreter.built_in_objects import Files, Struct, capabilities
from migrator.templates.interpreter.evaluator import Evaluator
from migrator.templates.interpreter.failures import Failure
from migrator.templates.interpreter.object_kinds import Kinds
from migrator.templates.language import parser
from migrator.templates.provenance.value import Piece, Value, text_of

RELEASE_NAME: KeyPath = ("@Release", "Name")
RELEASE_NAMESPACE: KeyPath = ("@Release", "Namespace")

FAILURES = (
    TemplateError,
    RecursionError,
    ArithmeticError,
    AttributeError,
    IndexError,
    KeyError,
    TypeError,
    ValueError,
    re.error,
)
"""What a template function can die of; Helm would report each as an error of the template."""


@dataclass(slots=True, kw_only=True)
class TemplateRun:
    """What one template file printed."""

    path: str
    pieces: list[Piece]
    dependencies: frozenset[KeyPath]
    ranged: frozenset[KeyPath] = frozenset()
    """Places of maps whose entries, whatever their names, the template goes through."""
    mutated: frozenset[KeyPath] = frozenset()
    """Places of the values tree that it changed for the templates after it."""
    failures: tuple[Failure, ...] = ()
    """What Helm would stop at, in order: it says the first of them."""
    too_large: bool = False
    """Whether it failed because it asked for more than a render may cost."""
    cut: bool = False
    """Whether some of what it might print was not looked at, for want of room."""
    text: str = field(init=False)

    def __post_init__(self) -> None:
        self.text = text_of(self.pieces)

    @property
    def error(self) -> str:
        """What Helm says of the template; empty where it renders."""
        return self.failures[0].message if self.failures else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One render of a chart: `complete` where Helm would render it too."""

    values: Mapping[str, Json]
    setting: ReleaseContext
    templates: Mapping[str, TemplateRun]
    crds: Mapping[str, bytes]
    charts: frozenset[str]

    @property
    def complete(self) -> bool:
        return not any(run.error for run in self.templates.values())


class Interpreter:
    """Renders one chart again and again; syntax trees are parsed once. Not shared between threads."""

    def __init__(self, chart: Chart, *, untaken: bool = True) -> None:
        self.chart = chart
        self.untaken = untaken
        self.parsed: dict[str, tuple[list[parser.Node], dict[str, list[parser.Node]]]] = {}
        self.broken: dict[str, str] = {}
        self.runs = 0
        """Template files evaluated so far."""
        self.vocabulary: dict[KeyPath, dict[str, None]] = {}
        """Texts that templates compare the value at a path with."""
        self.kinds = Kinds()
        self.asked_kinds: frozenset[str] = frozenset()
        """Kinds of objects that branches not taken are looked at for; empty for all."""
        self.merged: dict[tuple[KeyPath, KeyPath], None] = {}
        """Maps that templates merge over other maps: the upper and the lower one."""

    def run(self, values: Mapping[str, Json], setting: ReleaseContext, previous: Run | None = None) -> Run:
        """Render with these values; what `previous` printed is kept where nothing it read has changed."""
        tree = enabled_tree(self.chart, values)
        merged = coalesced(tree, values)
        shared: set[int] = set()
        lifted = _lift_values(as_float64(merged), ((),), shared, _places(tree))
        contexts = list(self._context(tree, tree.name, lifted, setting, True))
        defines, files = self._templates(contexts)
        charts = frozenset(prefix for prefix, _, _ in contexts)
        changed = self._changed(values, setting, previous, charts)
        evaluator = Evaluator(defines, FUNCTIONS, untaken=self.untaken)
        evaluator.vocabulary, evaluator.merged = self.vocabulary, self.merged
        shared |= {id(dot.v) for _, _, dot in contexts}
        evaluator.shared = shared
        evaluator.kinds, evaluator.asked_kinds = self.kinds, self.asked_kinds
        done: dict[str, TemplateRun] = {}
        for path, dot in files:
            old = previous.templates.get(path) if previous is not None else None
            if old is not None and changed is not None and not (old.mutated or touches(old.dependencies, changed)):
                done[path] = old
                continue
            done[path] = new = self._one(evaluator, path, defines, dot)
            if changed is not None and old is not None and touches(old.dependencies, changed):
                changed |= old.mutated | new.mutated
        crds = {path: data for prefix, chart, _ in contexts for path, data in _crds(prefix, chart)}
        return Run(values=values, setting=setting, templates=done, crds=crds, charts=charts)

    def _changed(
        self, values: Mapping[str, Json], setting: ReleaseContext, previous: Run | None, charts: frozenset[str]
    ) -> set[KeyPath] | None:
        """Paths whose values are not what they were; None where everything must run again."""
        if previous is None or previous.charts != charts:
            return None
        if (setting.kube_version, setting.api_versions) != (
            previous.setting.kube_version,
            previous.setting.api_versions,
        ):
            return None
        changed = set(changed_paths(previous.values, values))
        if setting.release != previous.setting.release:
            changed.add(RELEASE_NAME)
        if setting.namespace != previous.setting.namespace:
            changed.add(RELEASE_NAMESPACE)
        return changed

    def _one(
        self, evaluator: Evaluator, path: str, defines: Mapping[str, list[parser.Node]], dot: Value
    ) -> TemplateRun:
        self.runs += 1
        base = path[: path.index("/templates/") + len("/templates")]
        dot.v["Template"] = Value({"Name": Value(path), "BasePath": Value(base)})
        evaluator.defines = dict(defines)
        too_large = False
        if path in self.broken:
            evaluator.out, evaluator.dependencies, evaluator.ranged, evaluator.mutated = [], set(), set(), set()
            evaluator.failures = [Failure(message=self.broken[path])]
        else:
            try:
                evaluator.untaken = self.untaken and not path.endswith("/NOTES.txt")
                evaluator.render(defines[path], dot, path)
            except FAILURES as failure:
                evaluator.failures.append(Failure(message=str(failure) or type(failure).__name__))
                too_large = isinstance(failure, TooLargeError)
        return TemplateRun(
            path=path,
            pieces=[] if too_large else evaluator.out,
            dependencies=frozenset(evaluator.dependencies),
            ranged=frozenset(evaluator.ranged),
            mutated=frozenset(evaluator.mutated),
            failures=tuple(evaluator.failures),
            too_large=too_large,
            cut=evaluator.cut,
        )

    def _templates(
        self, contexts: list[tuple[str, Chart, Value]]
    ) -> tuple[dict[str, list[parser.Node]], list[tuple[str, Value]]]:
        """All named templates, and the files to render, in the order in which Helm takes them."""
        found = [
            (f"{prefix}/{path}", text, dot, chart)
            for prefix, chart, dot in contexts
            for path, text in chart.templates.items()
        ]
        found.sort(key=lambda item: (item[0].count("/"), item[0]), reverse=True)
        defines: dict[str, list[parser.Node]] = {}
        files = []
        for path, text, dot, chart in found:
            name = path.rsplit("/", 1)[-1]
            if chart.is_library and not name.startswith("_"):
                continue
            nodes, named = self._parse(path, text)
            defines.update(named)
            defines[path] = nodes
            if not name.startswith("_"):  # NOTES.txt prints no object, but where it fails Helm does
                files.append((path, dot))
        return defines, files

    def _parse(self, path: str, text: str) -> tuple[list[parser.Node], dict[str, list[parser.Node]]]:
        if path not in self.parsed:
            try:
                self.parsed[path] = parser.parse(text)
            except TemplateError as error:
                self.broken[path] = f"parse error at ({path}): {error.message}"
                self.parsed[path] = ([], {})
            except RecursionError:
                self.broken[path] = f"parse error at ({path}): nested too deep"
                self.parsed[path] = ([], {})
        return self.parsed[path]

    def _context(
        self, chart: Chart, prefix: str, values: Value, setting: ReleaseContext, root: bool
    ) -> Iterable[tuple[str, Chart, Value]]:
        below: dict[str, Value] = {}
        made: list[tuple[str, Chart, Value]] = []
        for sub in chart.charts:
            inner = values.v.get(sub.name) if isinstance(values.v, dict) else None
            if inner is None or not isinstance(inner.v, dict):
                inner = Value(Values(), tuple((*p, sub.name) for p in values.direct))
            contexts = list(self._context(sub, f"{prefix}/charts/{sub.name}", inner, setting, False))
            below[sub.name] = contexts[0][2]
            made.extend(contexts)
        release = {
            "Name": Value(setting.release, (RELEASE_NAME,)),
            "Namespace": Value(setting.namespace, (RELEASE_NAMESPACE,)),
            "IsInstall": Value(True),
            "IsUpgrade": Value(False),
            "Revision": Value(1),
            "Service": Value("Helm"),
        }
        dot = {
            "Chart": Value(_metadata(chart, root)),
            "Files": Value(Files(chart.files)),
            "Release": Value(release),
            "Capabilities": Value(capabilities(setting.kube_version, setting.api_versions)),
            "Values": values,
            "Subcharts": Value(below),
        }
        yield (prefix, chart, Value(dot))
        yield from made


def _places(chart: Chart, path: KeyPath = ()) -> frozenset[KeyPath]:
    """Where the values of the charts below a chart lie."""
    return frozenset().union(*({(*path, sub.name)} | _places(sub, (*path, sub.name)) for sub in chart.charts))


def _lift_values(v: Json, direct: tuple[KeyPath, ...], shared: set[int], charts: frozenset[KeyPath]) -> Value:
    """A values tree, its maps noted; below a subchart's `global` the parents' globals set the value too, preferred."""
    if isinstance(v, dict):
        tree = {key: _lift_values(item, _below(direct, key, charts), shared, charts) for key, item in v.items()}
        if not direct[-1]:
            tree = Values(tree)
        shared.add(id(tree))
        return Value(tree, direct)
    if isinstance(v, list):
        items = [_lift_values(item, tuple((*p, index) for p in direct), shared, charts) for index, item in enumerate(v)]
        return Value(items, direct)
    return Value(v, direct)


def _below(direct: tuple[KeyPath, ...], key: str, charts: frozenset[KeyPath]) -> tuple[KeyPath, ...]:
    if key == GLOBAL and direct and direct[-1] in charts:
        own = direct[-1]
        return tuple((*own[:depth], GLOBAL) for depth in range(len(own) + 1))
    return tuple((*path, key) for path in direct)


def _metadata(chart: Chart, root: bool) -> Struct:
    data = chart.metadata
    fields: dict[str, Json] = {
        "Name": chart.name,
        "Home": str(data.get("home") or ""),
        "Sources": data.get("sources") or [],
        "Version": str(data.get("version") or ""),
        "Description": str(data.get("description") or ""),
        "Keywords": data.get("keywords") or [],
        "Maintainers": data.get("maintainers") or [],
        "Icon": str(data.get("icon") or ""),
        "APIVersion": str(data.get("apiVersion") or ""),
        "Condition": "",
        "Tags": "",
        "AppVersion": _scalar_text(data.get("appVersion")),
        "Deprecated": bool(data.get("deprecated")),
        "Annotations": data.get("annotations") or {},
        "KubeVersion": str(data.get("kubeVersion") or ""),
        "Dependencies": [{"Name": dep.name, "Version": dep.version, "Alias": dep.alias} for dep in chart.declared],
        "Type": str(data.get("type") or ""),
        "IsRoot": root,
    }
    return Struct(fields, "metadata")


def _scalar_text(value: Json) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)


def _crds(prefix: str, chart: Chart) -> Iterable[tuple[str, bytes]]:
    return ((f"{prefix}/{path}", data) for path, data in sorted(chart.crds.items()))


def changed_paths(old: Json, new: Json, path: KeyPath = ()) -> Iterable[KeyPath]:
    """The places where two values trees differ, as high in the tree as the difference is whole."""
    if isinstance(old, dict) and isinstance(new, dict):
        for key in sorted({*old, *new}):
            if key not in old or key not in new:
                yield (*path, key)
            else:
                yield from changed_paths(old[key], new[key], (*path, key))
    elif type(old) is not type(new) or old != new:
        yield path


def touches(dependencies: frozenset[KeyPath], changed: set[KeyPath]) -> bool:
    """Whether a value that was read lies on, above or below one that changed."""
    for path in changed:
        if any(path[:length] in dependencies for length in range(len(path) + 1)):
            return True
        size = len(path)
        if any(len(read) > size and read[:size] == path for read in dependencies):
            return True
    return False
