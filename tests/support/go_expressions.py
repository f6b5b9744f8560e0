"""A few lines of Go template: enough to evaluate the expressions of the tables, which Helm evaluates too."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from base64 import b64decode
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from migrator.templates.functions.signatures import nil_argument
from migrator.templates.functions.table import FUNCTIONS, SIGNATURES
from migrator.templates.golang.methods import has_members, member
from migrator.templates.golang.types import StringMap, Values
from migrator.templates.language.parser import unquote

TOKEN = re.compile(r"""\s*("(?:\\.|[^"\\])*"|`[^`]*`|\(|\)(?:\.[\w.]+)?|\||[-+]?\d[\w.+-]*|\.[\w.]*|\w+)""")


class Expression:
    """One expression being read and evaluated."""

    def __init__(self, text: str, values: Mapping[str, Any]) -> None:
        self.tokens = TOKEN.findall(text)
        self.values = values
        self.at = 0

    def run(self) -> Any:
        value, _ = self.pipeline()
        return value

    def pipeline(self) -> tuple[Any, bool]:
        value = self.command([])
        while self.at < len(self.tokens) and self.tokens[self.at] == "|":
            self.at += 1
            value = self.command([(value, True)])
        return value, True

    def command(self, final: list[tuple[Any, bool]]) -> Any:
        name = self.tokens[self.at]
        if name not in FUNCTIONS:
            return self.operand()[0]
        self.at += 1
        arguments = []
        while self.at < len(self.tokens) and self.tokens[self.at][0] not in ")|":
            arguments.append(self.operand())
        arguments += final
        signature = SIGNATURES[name]
        plain = [
            nil_argument(signature, index) if value is None and piped and signature else value
            for index, (value, piped) in enumerate(arguments)
        ]
        return FUNCTIONS[name](*plain)

    def operand(self) -> tuple[Any, bool]:
        """A value, and whether a nil in it is an untyped one."""
        token = self.tokens[self.at]
        self.at += 1
        if token == "(":
            value, _ = self.pipeline()
            for name in self.tokens[self.at].split(".")[1:]:
                value = self.field_of(value, name)
            self.at += 1
            return value, True
        if token[0] in '"`':
            return unquote(token), False
        if token[0] == ".":
            return self.field(token), False
        constants = {"true": True, "false": False, "nil": None}
        if token in constants:
            return constants[token], True
        if token in FUNCTIONS:
            return FUNCTIONS[token](), True
        return (float(token) if re.search(r"[.eE]", token) and "x" not in token else int(token, 0)), False

    def field(self, token: str) -> Any:
        value: Any = {"Values": self.values}
        for name in filter(None, token[1:].split(".")):
            value = self.field_of(value, name)
        return value

    @staticmethod
    def field_of(value: Any, name: str) -> Any:
        if has_members(value):
            return member(value, name)
        return value.get(name, "" if isinstance(value, StringMap) else None)


def evaluate(text: str, values: Mapping[str, Any]) -> Any:
    """What the functions under test make of a Go expression."""
    return Expression(text, Values(values)).run()


def helm() -> str:
    """The helm binary: beside the interpreter, else on PATH."""
    beside = Path(sys.executable).parent / "helm"
    found = str(beside) if beside.exists() else shutil.which("helm")
    assert found, "helm is needed to compare with"
    return found


def write_chart(directory: Path, template: str, values: str = "{}", files: Mapping[str, str] | None = None) -> Path:
    """A chart of one template."""
    (directory / "templates").mkdir(parents=True, exist_ok=True)
    (directory / "Chart.yaml").write_text("apiVersion: v2\nname: probe\nversion: 0.1.0\n")
    (directory / "values.yaml").write_text(values)
    (directory / "templates" / "probe.yaml").write_text(template)
    for name, text in (files or {}).items():
        (directory / name).write_text(text, encoding="utf-8")
    return directory


def run_helm(chart: Path) -> subprocess.CompletedProcess[str]:
    """`helm template` over the chart, in a zone of its own."""
    import os

    return subprocess.run(
        [helm(), "template", "release", str(chart)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "TZ": "UTC"},
    )


def helm_json(directory: Path, expressions: Sequence[str], values: str = "{}") -> list[str]:
    """What Helm makes of each expression, as JSON text; one call for all."""
    lines = "".join(f"n{index}: {{{{ ({text}) | toJson | b64enc }}}}\n" for index, text in enumerate(expressions))
    result = run_helm(write_chart(directory, lines, values))
    assert result.returncode == 0, result.stderr
    found = dict(re.findall(r"^n(\d+): ?(\S*)$", result.stdout, re.MULTILINE))
    return [b64decode(found[str(index)]).decode() for index in range(len(expressions))]


def helm_error(directory: Path, expression: str, values: str = "{}") -> str:
    """The tail of what Helm says when the expression fails: from the function's own words on."""
    result = run_helm(write_chart(directory, f"a: {{{{ ({expression}) | toJson }}}}\n", values))
    assert result.returncode != 0, f"{expression} did not fail: {result.stdout}"
    text = result.stderr.partition("Error: ")[2].partition("\n\nUse --debug")[0].strip()
    if text.startswith("execution error at"):
        return re.sub(r"^execution error at \([^)]*\): ", "", text)
    return re.sub(r"^.*? at <.*>: ", "", text, flags=re.DOTALL)


def rows(text: str) -> list[str]:
    """The expressions of a table: one a line, `#` starts a comment line."""
    return [line.strip() for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]


def named_functions(expressions: Iterable[str]) -> set[str]:
    """The functions that the expressions mention outside of strings."""
    bare = (re.sub(r'"(?:\\.|[^"\\])*"|`[^`]*`', "", text) for text in expressions)
    return {word for text in bare for word in re.findall(r"(?<![.\w])[A-Za-z]\w*", text)} & set(FUNCTIONS)
