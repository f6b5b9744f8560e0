"""Render charts with the real helm, without cluster, network, plugins or the user's repositories."""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from migrator.diagnostics import MigrateError
from migrator.engines.errors import Cause, Complaint, EngineError, Failure
from migrator.engines.run import DEFAULT_TIMEOUT, NO_HOME, run
from migrator.engines.tools import Tool, tool_environment
from migrator.model import Json, ReleaseContext, RepoPath

_EXECUTION = re.compile(
    r"execution error at \((?P<file>[^:)]+):(?P<line>\d+)(?::(?P<column>\d+))?\): (?P<message>.*)", re.DOTALL
)
_TEMPLATE = re.compile(r"template: (?P<file>[^:\s]+):(?P<line>\d+)(?::(?P<column>\d+))?: (?P<message>.*)", re.DOTALL)
_PARSE = re.compile(r"parse error at \((?P<file>[^:)]+):(?P<line>\d+)\): (?P<message>.*)", re.DOTALL)
_BAD_YAML = re.compile(
    r"YAML parse error on (?P<file>[^:]+): (?:error converting YAML to JSON: )?(?P<message>.*)", re.DOTALL
)
_YAML_LINE = re.compile(r"\bline (?P<line>\d+)")
_EXECUTING = re.compile(r'^executing ".*?" at <(?P<expression>.*?)>: (?P<message>.*)', re.DOTALL)
_SCHEMA = "values don't meet the specifications of the schema"
_SCHEMA_ENTRY = re.compile(r"^- (?:at ')?(?P<entry>.+)$")
_COMPLAINT = re.compile(
    r"(?P<place>[^:]+): (?P<text>(?:Additional property (?P<extra>.+) is not allowed)"
    r"|(?:Invalid type\. Expected: (?P<wanted>\w+), given: \w+)|.+)"
)
_MISSING_CHARTS = re.compile(r"missing in charts/ directory: (?P<names>.+)")
_VALUES = re.compile(r"failed to parse (?P<file>[^:]+): (?:error converting YAML to JSON: )?(?P<message>.*)", re.DOTALL)
_HINT = "Use --debug flag to render out invalid YAML"
_NOISE = re.compile(r"^(?:walk\.go|coalesce\.go|WARNING|level=|time=|\d{4}/\d\d/\d\d )")
_SECRET_KEY = re.compile(r"passw|secret|token|credential|api_?key|private_?key", re.IGNORECASE)
_SECRET_REFERENCE = re.compile(r"existing|name|ref|path|file|mount|class|type|keys?$|annotations|labels", re.IGNORECASE)
_MASK = "***"

_CODES = {
    Failure.TEMPLATE: ("MIG405", "the chart needs other values; `helm show values` lists them"),
    Failure.SCHEMA: ("MIG406", "correct the values that the chart's schema refuses"),
    Failure.VALUES: ("MIG406", "correct the values file"),
    Failure.DEPENDENCIES: (
        "MIG407",
        "put the archives of its dependencies into its charts/ folder (helm dependency build)",
    ),
    Failure.KUBE_VERSION: ("MIG405", "set kube_version to the version of your clusters"),
    Failure.CHART: ("MIG408", "check that the archive is the chart as published"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class HelmRender:
    """Everything that decides what `helm template` prints."""

    context: ReleaseContext
    chart: Path
    """An archive or a chart's folder."""
    values: tuple[Path | bytes, ...]
    """In order; a later one wins. Bytes are the text of a values file."""
    include_crds: bool = True
    hooks: bool = True
    skip_schema: bool = True
    """Helm would follow remote `$ref`s of values.schema.json over the network (fact D8)."""


def helm_template(tool: Tool, request: HelmRender, *, timeout: float = DEFAULT_TIMEOUT) -> bytes:
    """The manifests that helm renders, hooks and tests among them as helm prints them.

    EngineError, with values of secret-looking keys masked: MIG405 a template refuses (its `cause` has template and
    line), MIG406 the schema or the values file, MIG407 dependencies not in charts/, MIG408 the chart itself.
    """
    if not request.chart.exists():
        cause = Cause(failure=Failure.CHART, message=f"no chart at {request.chart.name}", subject=str(request.chart))
        raise EngineError.because("MIG408", cause, remedy="check the path")
    with _values_files(request.values) as files:
        completed = run([tool.path, *_arguments(request, files)], env=_environment(tool), timeout=timeout)
        if completed.returncode == 0:
            return completed.stdout
        names = {
            str(file): _shown(value, index)
            for index, (file, value) in enumerate(zip(files, request.values, strict=True))
        }
        raise _refused(completed.stderr, request, names)


def _arguments(request: HelmRender, files: Sequence[Path]) -> list[str]:
    context = request.context
    switches = {
        "--include-crds": request.include_crds,
        "--no-hooks": not request.hooks,
        "--skip-schema-validation": request.skip_schema,
    }
    return [
        "template",
        f"--namespace={context.namespace or 'default'}",
        *(switch for switch, wanted in switches.items() if wanted),
        *([f"--kube-version={context.kube_version}"] if context.kube_version else []),
        *(f"--api-versions={api}" for api in context.api_versions),
        *(f"--values={file}" for file in files),
        "--",
        context.release,
        str(request.chart.absolute()),
    ]


def _environment(tool: Tool) -> dict[str, str]:
    return {
        **tool_environment(tool.path, network=False),
        "HELM_CONFIG_HOME": f"{NO_HOME}/config",
        "HELM_CACHE_HOME": f"{NO_HOME}/cache",
        "HELM_DATA_HOME": f"{NO_HOME}/data",
        "HELM_PLUGINS": f"{NO_HOME}/plugins",
        "HELM_REPOSITORY_CONFIG": f"{NO_HOME}/repositories.yaml",
        "HELM_REPOSITORY_CACHE": f"{NO_HOME}/repository",
        "HELM_REGISTRY_CONFIG": f"{NO_HOME}/registry.json",
    }


@contextmanager
def _values_files(values: Sequence[Path | bytes]) -> Iterator[tuple[Path, ...]]:
    """The values as files on disk. A path with a comma goes through a copy: helm splits the option at commas."""
    folder = tempfile.mkdtemp(prefix="migrate-")
    try:
        files: list[Path] = []
        for index, value in enumerate(values):
            if isinstance(value, bytes):
                files.append(Path(folder, f"{index}.yaml"))
                files[-1].write_bytes(value)
            elif not value.is_file():
                cause = Cause(failure=Failure.VALUES, message=f"no values file at {value.name}", subject=str(value))
                raise EngineError.because("MIG406", cause, remedy="add the file, or do not name it")
            elif "," in str(value.absolute()) or '"' in str(value.absolute()):
                files.append(Path(folder, f"{index}.yaml"))
                shutil.copyfile(value, files[-1])
            else:
                files.append(value.absolute())
        yield tuple(files)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _shown(value: Path | bytes, index: int) -> str:
    return f"values {index + 1}" if isinstance(value, bytes) else value.name


def _refused(stderr: str, request: HelmRender, names: dict[str, str]) -> EngineError:
    message = _message(stderr)
    for path, shown in names.items():
        message = message.replace(path, shown)
    message = message.replace(str(request.chart.absolute()), request.chart.name)
    cause = helm_cause(message)
    shown = cause.message
    for secret in _secrets(request.values):
        shown = shown.replace(secret, _MASK)
    cause = replace(cause, message=shown)
    code, remedy = _CODES.get(cause.failure, ("MIG404", "run helm template with the same values to see the same error"))
    return EngineError.because(code, cause, prefix=f"helm cannot render {request.chart.name}", remedy=remedy)


def _message(stderr: str) -> str:
    """What helm says after `Error:`, without warnings and hints."""
    _, found, text = stderr.rpartition("Error: ")
    lines = (text if found else stderr).replace(_HINT, "").splitlines()
    return "\n".join(line for line in lines if not _NOISE.match(line)).strip()


def helm_cause(message: str) -> Cause:
    """What helm's message (after `Error: `) says: template, line and innermost reason, or the schema's complaints."""
    if _SCHEMA in message:
        return _schema_cause(message)
    missing = _MISSING_CHARTS.search(message)
    if missing:
        names = missing["names"].strip()
        text = f"its dependencies are not in its charts/ folder: {names}"
        return Cause(failure=Failure.DEPENDENCIES, message=text, subject=names)
    values = _VALUES.search(message)
    if values:
        line = _YAML_LINE.search(values["message"])
        return Cause(
            failure=Failure.VALUES,
            message=values["message"].strip(),
            path=values["file"],
            line=int(line["line"]) if line else 0,
        )
    if "requires kubeVersion" in message or "invalid kube version" in message:
        return Cause(failure=Failure.KUBE_VERSION, message=message)
    return _template_cause(message)


def _template_cause(message: str) -> Cause:
    bad_yaml = _BAD_YAML.search(message)
    if bad_yaml:
        # a line in this message counts in the rendered text, not in the template
        text = f"renders no valid YAML: {bad_yaml['message'].strip()}"
        return Cause(failure=Failure.TEMPLATE, message=text, path=bad_yaml["file"])
    for pattern in (_EXECUTION, _PARSE):
        found = pattern.search(message)
        if found:
            return _at(found, found["message"])
    levels = list(_TEMPLATE.finditer(message))
    if not levels:
        failure = (
            Failure.CHART
            if re.search(r"gzip|tar|Chart\.ya?ml|chart metadata|validation: chart", message)
            else Failure.OTHER
        )
        return Cause(failure=failure, message=" ".join(message.split()) or "helm gave no reason")
    found = levels[0]
    # each level ends in the next: `error calling include: template: FILE:LINE:COL: ...`
    while (inner := _TEMPLATE.search(found["message"])) is not None:
        found = inner
    return _at(found, found["message"])


def _at(found: re.Match[str], message: str) -> Cause:
    expression = _EXECUTING.match(message)
    text = f"{expression['message'].strip()} (at {expression['expression']})" if expression else message.strip()
    groups = found.groupdict()
    return Cause(
        failure=Failure.TEMPLATE,
        message=text,
        path=groups["file"],
        line=int(groups["line"]),
        column=int(groups.get("column") or 0),
        subject=expression["expression"] if expression else "",
    )


def _schema_cause(message: str) -> Cause:
    entries: list[str] = []
    complaints: list[Complaint] = []
    chart = ""
    for line in message.splitlines()[1:]:
        entry = _SCHEMA_ENTRY.match(line.strip())
        if entry:
            entries.append(f"{chart}: {entry['entry']}" if chart else entry["entry"])
            complaint = _COMPLAINT.fullmatch(entry["entry"].strip())
            if complaint:
                complaints.append(
                    Complaint(
                        chart=chart,
                        place=complaint["place"],
                        text=complaint["text"],
                        wanted=complaint["wanted"] or "",
                        properties=(complaint["extra"],) if complaint["extra"] else (),
                    )
                )
        elif line.strip().endswith(":"):
            chart = line.strip().rstrip(":")
        elif line.strip():
            entries.append(f"{chart}: {line.strip()}" if chart else line.strip())
    text = "the chart's schema refuses the values: " + "; ".join(entries)
    return Cause(failure=Failure.SCHEMA, message=text, subject=chart, complaints=tuple(complaints))


def _secrets(values: Sequence[Path | bytes]) -> tuple[str, ...]:
    """The strings under secret-looking keys, longest first, so that no message repeats them."""
    from migrator.yamlio import Dialect, read_documents

    found: set[str] = set()
    for value in values:
        try:
            text = value if isinstance(value, bytes) else value.read_bytes()
            for document in read_documents(text, dialect=Dialect.SIGS, path=RepoPath("values.yaml")):
                found.update(_secret_strings(document.value, secret=False))
        except (MigrateError, OSError):
            continue  # helm says what is wrong with it
    return tuple(sorted(found, key=lambda text: (-len(text), text)))


def _secret_strings(value: Json, *, secret: bool) -> Iterator[str]:
    if isinstance(value, dict):
        for key, item in value.items():
            inside = (secret or bool(_SECRET_KEY.search(key))) and not _SECRET_REFERENCE.search(key)
            yield from _secret_strings(item, secret=inside)
    elif isinstance(value, list):
        for item in value:
            yield from _secret_strings(item, secret=secret)
    elif secret and isinstance(value, str) and len(value) >= 4:
        yield value
