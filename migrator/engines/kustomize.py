"""Build kustomizations with the real kustomize, and say in one sentence why one does not build."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import Path

from migrator.engines.errors import Cause, EngineError, Failure
from migrator.engines.run import DEFAULT_TIMEOUT, run
from migrator.engines.tools import KUSTOMIZE_VARIABLE, Tool, tool_environment
from migrator.model import RepoPath, SourceSpan, without_credentials

KUSTOMIZATION_FILES = ("kustomization.yaml", "kustomization.yml", "Kustomization")

_REFERENCE = re.compile(r"accumulation err='(?:accumulating|merging) resources from '(?P<ref>[^']*)': ")
_DIRECT = re.compile(r"(?:accumulating|merging) resources from '(?P<ref>[^']*)': ")
_ENTERED = re.compile(
    r"recursed (?:accumulation|merging) of path '(?P<path>[^']*)': |recursed merging from path '(?P<merged>[^']*)': "
)
_CONFIG = re.compile(r"trouble configuring builtin (?P<plugin>\w+) with config: `.*?`: ", re.DOTALL)
_WRAPPERS = re.compile(
    r"^(?:accumulating (?:resources|components|generators|transformers)|accumulateDirectory|loading KV pairs|"
    r"loading (?:generator|transformer) plugins|failed to load (?:generator|transformer)): "
)
_MISSING = (
    re.compile(r"evalsymlink failure on '(?P<path>[^']*)' ?: lstat [^:]*: no such file or directory"),
    re.compile(r"(?:open|lstat|stat|read) (?P<path>\S[^:]*): no such file or directory"),
    re.compile(r"'(?P<path>[^']*)' doesn't exist"),
    re.compile(r"unable to find one of [^:]* in directory '(?P<path>[^']*)'"),
)
_DUPLICATE = re.compile(
    r"may not add resource with an already registered id: (?P<id>\S+)|found \d+ ids matching|"
    r"conflict[^:]*: (?P<other>\S+)"
)
_PLUGIN = re.compile(
    r"external plugins disabled; unable to load external plugin '(?P<name>[^']*)'|"
    r"must specify --enable-(?P<flag>helm|exec|star)|unable to load (?:external )?plugin (?P<bare>\S+)|"
    r"unable to find plugin root"
)
_REMOTE = re.compile(
    r"no 'git' program on path|failed to run '\S*git|proxyconnect|dial tcp|hit \S+ timeout running '\S*git|"
    r"invalid repo|HTTP Error: status code"
)
_REMOTE_REFERENCE = re.compile(r"://|^[\w.-]+@[\w.-]+:|^(?:[\w-]+\.)+(?:com|org|io|net|dev)/")
_YAML = re.compile(r"MalformedYAML|yaml: |unmarshal|invalid Kustomization|json: unknown field|error converting YAML")
_YAML_FILE = re.compile(r"(?P<text>(?:yaml|json): .*?) in File: (?P<path>\S+)")
# kubectl as a dispatcher reports through klog: `E1122 15:34:56.662964 14745 run.go:72] "command failed" err="..."`
_KLOG = re.compile(r'^E\d{4} \S+ +\d+ \S+\] "command failed" err=(?:<\n(?P<block>.*)\n >|"(?P<quoted>.*)")$', re.DOTALL)
# what kustomize repeats of the user's content, which may be a Secret's, and what Go prints of its own memory
_CONTENT = (
    (re.compile(r"^panic: (?P<what>[^\n]*)\n.*", re.DOTALL), r"kustomize itself crashed: \g<what>"),
    (re.compile(r" ?&\{(?:0x[0-9a-f]+|<nil>|\s)*\}"), ""),
    (
        re.compile(
            r'(?:id )?resid\.ResId\{Gvk:resid\.Gvk\{[^{}]*?Kind:"(?P<kind>[^"]*)"[^{}]*\}, '
            r'Name:"(?P<name>[^"]*)", Namespace:"[^"]*"\}'
        ),
        r"\g<kind> \g<name>",
    ),
    (re.compile(r"\b0x[0-9a-f]{8,}\b"), "..."),
    (re.compile(r": node contents:.*", re.DOTALL), ""),
    (re.compile(r"literal sources? \[.*?\]: invalid literal source .*, expected", re.DOTALL), "a literal is not"),
    (re.compile(r"invalid literal source .*?, expected", re.DOTALL), "a literal is not"),
    (re.compile(r"from \[patch: .*\]", re.DOTALL), "from an inline patch"),
    (re.compile(r"map\[string\]interface \{\}\{.*\}: ", re.DOTALL), "an object: "),
    (re.compile(r"map\[string\]interface \{\}\(nil\): "), ""),
    (re.compile(r"line \[[\d ]*\] has invalid utf8 bytes.*", re.DOTALL), "a line is not UTF-8"),
    (re.compile(r"evalsymlink failure on '[^'\n]*\n.*", re.DOTALL), "an inline patch is neither a patch nor a file"),
)
_YAML_LINE = re.compile(r"\bline (?P<line>\d+)")

IMAGE_VOLUMES = "volumes[]/image/reference"
"""The place at which kustomize ends where the volumes of an object are texts."""

REMEDY_OF_IMAGE_VOLUMES = (
    "this kustomize looks for image volumes wherever `images` reach: move the object into a kustomization that they do "
    f"not reach, or set {KUSTOMIZE_VARIABLE} to the path of an older kustomize"
)

_CODES = {
    Failure.MISSING_FILE: ("MIG210", "add the file, or remove the reference to it"),
    Failure.REMOTE: ("MIG211", "allow network access, or name a copy of it with --remote URL=PATH"),
    Failure.PLUGIN: ("MIG212", "plugins and functions of the repository are never run; this root is left alone"),
    Failure.DUPLICATE: ("MIG213", "remove one of the two, or make their names differ"),
    Failure.YAML: ("MIG214", "correct the file"),
}


def kustomize_build(
    tool: Tool,
    directory: Path,
    *,
    network: bool,
    timeout: float = DEFAULT_TIMEOUT,
    root: Path | None = None,
    helm: Tool | None = None,
) -> bytes:
    """The YAML stream that kustomize prints for a directory.

    No plugins, no functions, kustomize's default load restrictor; charts are inflated only where `helm` is given.
    Without network a remote base fails within a second. Paths in errors are relative to `root` (the directory itself
    where none is given). EngineError MIG210 missing file, MIG211 remote, MIG212 plugin, MIG213 duplicate, MIG214 YAML,
    MIG219 anything else.
    """
    base = root or directory
    command = [tool.path, "kustomize" if tool.name == "kubectl" else "build", directory.absolute()]
    command += ["--enable-helm", "--helm-command", helm.path] if helm is not None else []
    completed = run(command, env=tool_environment(tool.path, network=network), timeout=timeout)
    if completed.returncode == 0:
        return completed.stdout
    cause = kustomize_cause(completed.stderr, roots=(base.absolute(), base.resolve()), directory=directory)
    code, remedy = _CODES.get(cause.failure, ("MIG219", "run kustomize build on this directory to see the same error"))
    if IMAGE_VOLUMES in cause.message:
        remedy = REMEDY_OF_IMAGE_VOLUMES
    shown = _relative(str(directory.absolute()), (base.absolute(), base.resolve()))
    span = SourceSpan(path=RepoPath(cause.path), line=cause.line, column=cause.column) if cause.path else None
    prefix = "kustomize cannot build this directory" if shown == "." else f"kustomize cannot build {shown}"
    raise EngineError.because(code, cause, prefix=prefix, span=span, remedy=remedy)


def kustomize_cause(stderr: str, *, roots: Sequence[Path], directory: Path) -> Cause:
    """The innermost useful cause in kustomize's message, with paths relative to the first root that holds them.

    kustomize wraps every level (`accumulating resources: accumulation err='...': ...`) and, where a file could not be
    read, also says what went wrong when it then took the reference for a directory; that second half is noise.
    """
    text = _CONFIG.sub(lambda match: f"{match['plugin']}: ", _said(stderr))
    entered = [match["path"] or match["merged"] for match in _ENTERED.finditer(text)]
    place = entered[-1] if entered else str(directory.absolute())
    references = list(_REFERENCE.finditer(text))
    reference = references[-1]["ref"] if references else ""
    if references:
        text = _first_or_second(text[references[-1].end() :])
    else:
        direct = list(_DIRECT.finditer(text))
        if direct:
            reference = direct[-1]["ref"]
            text = text[direct[-1].end() :]
    while (stripped := _WRAPPERS.sub("", text)) != text:
        text = stripped
    cause = _classified(_tidy(text), reference)
    path = _place_of(cause, place, roots)
    message = cause.message
    for base in sorted({str(base) for base in roots}, key=len, reverse=True):
        message = message.replace(base + "/", "").replace(base, ".")
    return Cause(
        failure=cause.failure,
        message=message,
        path=path,
        line=cause.line,
        subject=_relative(cause.subject, roots) if cause.subject.startswith("/") else cause.subject,
    )


def _said(stderr: str) -> str:
    """The message itself, without what kubectl, kustomize or klog put around it."""
    lines = [line for line in stderr.strip().splitlines() if not line.startswith(("# Warning:", "Warning:"))]
    text = "\n".join(lines)
    wrapped = _KLOG.match(text)
    if wrapped:
        text = wrapped["block"] or wrapped["quoted"].replace("\\n", "\n").replace('\\"', '"')
    for pattern, replacement in _CONTENT:
        text = pattern.sub(replacement, text)
    return text.strip().removeprefix("error: ").removeprefix("Error: ")


def _first_or_second(rest: str) -> str:
    """Of `INNER': OUTER` the half that says what is wrong."""
    inner, separator, outer = rest.rpartition("': ")
    if not separator:
        return rest
    if "must resolve to a file" in inner or _REMOTE.search(outer):
        return outer
    # "must build at directory: ..." only tells that the file is not a directory either
    for noise in ("must build at directory", "not a valid directory"):
        start = rest.find(f"': {noise}")
        if start >= 0:
            return rest[:start]
    return outer or inner


def _tidy(text: str) -> str:
    line = " ".join(text.split())
    # the quote that closes an `err='` opened further out
    return line[:-1] if line.endswith("'") and line.count("'") % 2 else line


def _classified(text: str, reference: str) -> Cause:
    """What kind of failure a message tells, in the words of this project where the kind is known."""
    plugin = _PLUGIN.search(text)
    if plugin:
        name = plugin["name"] or plugin["bare"] or plugin["flag"] or "a plugin"
        return Cause(failure=Failure.PLUGIN, message=f"it needs {_plugin_words(plugin['flag'], name)}", subject=name)
    if _REMOTE.search(text) or _REMOTE_REFERENCE.search(reference):
        shown = without_credentials(reference)
        return Cause(failure=Failure.REMOTE, message=f"the remote base {shown} cannot be read", subject=shown)
    duplicate = _DUPLICATE.search(text)
    if duplicate:
        return Cause(failure=Failure.DUPLICATE, message=text, subject=duplicate["id"] or duplicate["other"] or "")
    for pattern in _MISSING:
        missing = pattern.search(text)
        if missing:
            path = missing["path"]
            what = "no kustomization file in" if "unable to find one of" in text else "no such file or directory:"
            return Cause(failure=Failure.MISSING_FILE, message=f"{what} {path}", subject=path)
    if _YAML.search(text):
        return _yaml_cause(text, reference)
    return Cause(failure=Failure.OTHER, message=text or "kustomize gave no reason")


def _plugin_words(flag: str | None, name: str) -> str:
    match flag:
        case "helm":
            return "the Helm chart inflator (helmCharts), which is not enabled"
        case None:
            return f"the external plugin {name}"
        case _:
            return f"{name} functions, which are never run"


def _yaml_cause(text: str, reference: str) -> Cause:
    in_file = _YAML_FILE.search(text)
    message = in_file["text"] if in_file else text
    line = _YAML_LINE.search(message)
    subject = in_file["path"] if in_file else reference
    # without a file's name the line may be of any file, save where it is the kustomization's own
    known = line is not None and bool(subject or "invalid Kustomization" in text)
    number = int(line["line"]) if line and known else 0
    return Cause(failure=Failure.YAML, message=message, line=number, subject=subject)


def _place_of(cause: Cause, place: str, roots: Sequence[Path]) -> str:
    """The file to point at: the broken YAML file itself, else the kustomization file of the directory that failed."""
    if cause.failure is Failure.YAML and cause.subject and not _REMOTE_REFERENCE.search(cause.subject):
        is_entered = f"{place}/".endswith(f"/{cause.subject}/")  # then it is named once more
        place = place if is_entered else os.path.normpath(f"{place}/{cause.subject}")
    files = (Path(place, name) for name in KUSTOMIZATION_FILES)
    return _relative(str(next((file for file in files if file.is_file()), place)), roots)


def _relative(path: str, roots: Sequence[Path]) -> str:
    for base in roots:
        if path == str(base):
            return "."
        if path.startswith(f"{base}/"):
            return path[len(str(base)) + 1 :]
    return path
