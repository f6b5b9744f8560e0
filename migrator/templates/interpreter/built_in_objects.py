"""What Helm calls built-in objects: `.Files`, `.Capabilities`, and the structs beside `.Values`."""

from __future__ import annotations

import base64
import fnmatch
import re
from collections.abc import Callable, Mapping

from migrator.model import KUBE_VERSION, Json
from migrator.templates.errors import TemplateError
from migrator.templates.provenance.go_object import GoObject
from migrator.templates.provenance.value import Value, lift, plain

DEFAULT_API_VERSIONS = (
    "v1", "admissionregistration.k8s.io/v1", "admissionregistration.k8s.io/v1alpha1",
    "admissionregistration.k8s.io/v1beta1", "internal.apiserver.k8s.io/v1alpha1", "apps/v1", "apps/v1beta1",
    "apps/v1beta2", "authentication.k8s.io/v1", "authentication.k8s.io/v1alpha1", "authentication.k8s.io/v1beta1",
    "authorization.k8s.io/v1", "authorization.k8s.io/v1beta1", "autoscaling/v1", "autoscaling/v2",
    "autoscaling/v2beta1", "autoscaling/v2beta2", "batch/v1", "batch/v1beta1", "certificates.k8s.io/v1",
    "certificates.k8s.io/v1beta1", "certificates.k8s.io/v1alpha1", "coordination.k8s.io/v1alpha2",
    "coordination.k8s.io/v1beta1", "coordination.k8s.io/v1", "discovery.k8s.io/v1", "discovery.k8s.io/v1beta1",
    "events.k8s.io/v1", "events.k8s.io/v1beta1", "extensions/v1beta1", "flowcontrol.apiserver.k8s.io/v1",
    "flowcontrol.apiserver.k8s.io/v1beta1", "flowcontrol.apiserver.k8s.io/v1beta2",
    "flowcontrol.apiserver.k8s.io/v1beta3", "networking.k8s.io/v1", "networking.k8s.io/v1alpha1",
    "networking.k8s.io/v1beta1", "node.k8s.io/v1", "node.k8s.io/v1alpha1", "node.k8s.io/v1beta1", "policy/v1",
    "policy/v1beta1", "rbac.authorization.k8s.io/v1", "rbac.authorization.k8s.io/v1beta1",
    "rbac.authorization.k8s.io/v1alpha1", "resource.k8s.io/v1alpha3", "resource.k8s.io/v1beta1",
    "scheduling.k8s.io/v1alpha1", "scheduling.k8s.io/v1beta1", "scheduling.k8s.io/v1",
    "storage.k8s.io/v1beta1", "storage.k8s.io/v1", "storage.k8s.io/v1alpha1", "storagemigration.k8s.io/v1alpha1",
    "apiextensions.k8s.io/v1beta1", "apiextensions.k8s.io/v1",
)  # fmt: skip
"""Group versions that Helm 3.17 assumes without a cluster: those of its client-go scheme, kinds left out."""


class Struct(GoObject):
    """A struct of plain fields; printing it gives `text`."""

    def __init__(self, fields: Mapping[str, Json], text: str = "") -> None:
        self.fields = {name: value if isinstance(value, Value) else lift(value) for name, value in fields.items()}
        self.text = text

    def field(self, name: str) -> Value:
        if name == "String":
            return Value(self.text)
        if name not in self.fields:
            raise TemplateError(f"can't evaluate field {name} in type struct")
        return self.fields[name]

    def as_plain(self) -> Json:
        return {name: plain(value) for name, value in self.fields.items()}

    def __str__(self) -> str:
        return self.text


class VersionSet(GoObject):
    """`.Capabilities.APIVersions`."""

    def __init__(self, versions: frozenset[str]) -> None:
        self.versions = versions

    def call(self, name: str, args: list[Value]) -> Value:
        if name != "Has" or len(args) != 1:
            raise TemplateError(f"can't evaluate field {name} in type chartutil.VersionSet")
        asked = str(args[0].v)
        return Value(asked in self.versions, (("@Capabilities.APIVersions", asked),), "Has", ())

    def items(self) -> list[tuple[Value, Value]]:
        return [(Value(i), Value(v)) for i, v in enumerate(sorted(self.versions))]

    def as_plain(self) -> Json:
        return sorted(self.versions)

    def __str__(self) -> str:
        return "[" + " ".join(sorted(self.versions)) + "]"


class Files(GoObject):
    """`.Files`: the chart's own files, without templates."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self.files = files

    def field(self, name: str) -> Value:
        method = self._methods().get(name)
        if method is None:
            # `.Files` is a map in Go: a name that is not there is nil bytes
            return Value(self.files.get(name, b"").decode("utf-8", "replace"))
        if name in ("AsConfig", "AsSecrets"):
            return method()
        raise TemplateError(f"wrong number of args for {name}: want 1 got 0")

    def call(self, name: str, args: list[Value]) -> Value:
        method = self._methods().get(name)
        if method is None:
            raise TemplateError(f"can't evaluate field {name} in type engine.files")
        return method(*[arg.v for arg in args])

    def _methods(self) -> Mapping[str, Callable[..., Value]]:
        return {
            "Get": self._get,
            "GetBytes": self._get,
            "Glob": self._glob,
            "Lines": self._lines,
            "AsConfig": self._config,
            "AsSecrets": self._secrets,
        }

    def _text(self, name: str) -> str:
        return self.files.get(name, b"").decode("utf-8", "replace")

    def _get(self, name: str) -> Value:
        return Value(self._text(name), (), "Files.Get")

    def _lines(self, name: str) -> Value:
        text = self._text(name)
        if not text:
            return Value([])
        lines = text.split("\n")
        return lift(lines[:-1] if lines[-1] == "" else lines)

    def _glob(self, pattern: str) -> Value:
        matcher = re.compile(glob_pattern(pattern))
        return Value(Files({name: data for name, data in self.files.items() if matcher.fullmatch(name)}))

    def _config(self) -> Value:
        from migrator.templates.golang.yaml import to_yaml

        return Value(to_yaml({name.rsplit("/", 1)[-1]: self._text(name) for name in sorted(self.files)}))

    def _secrets(self) -> Value:
        from migrator.templates.golang.yaml import to_yaml

        encoded = {name.rsplit("/", 1)[-1]: base64.b64encode(self.files[name]).decode() for name in sorted(self.files)}
        return Value(to_yaml(encoded))

    def items(self) -> list[tuple[Value, Value]]:
        return [(Value(name), Value(self._text(name))) for name in sorted(self.files)]

    def as_plain(self) -> Json:
        return {name: self._text(name) for name in self.files}

    def __bool__(self) -> bool:
        return bool(self.files)

    def __len__(self) -> int:
        return len(self.files)

    def __str__(self) -> str:
        return "map[" + " ".join(f"{name}:{list(self.files[name])}" for name in sorted(self.files)) + "]"


def glob_pattern(pattern: str) -> str:
    """The regular expression of a gobwas glob with `/` as separator: `*` stops there, `**` does not."""
    out, i = "", 0
    while i < len(pattern):
        char = pattern[i]
        if pattern.startswith("**", i):
            out, i = out + ".*", i + 2
            continue
        if char == "*":
            out += "[^/]*"
        elif char == "?":
            out += "[^/]"
        elif char == "{":
            end = pattern.find("}", i)
            if end > 0:
                out += "(?:" + "|".join(glob_pattern(part) for part in pattern[i + 1 : end].split(",")) + ")"
                i = end
            else:
                out += re.escape(char)
        elif char == "[":
            end = pattern.find("]", i + 1)
            if end > 0:
                out += fnmatch.translate(pattern[i : end + 1]).removeprefix("(?s:").removesuffix(r")\Z")
                i = end
            else:
                out += re.escape(char)
        else:
            out += re.escape(char)
        i += 1
    return out


def capabilities(kube_version: str, api_versions: tuple[str, ...]) -> Struct:
    """`.Capabilities` as `helm template --kube-version --api-versions` makes it."""
    version = f"v{(kube_version or KUBE_VERSION).removeprefix('v')}"
    plain_part = version[1:].split("-", maxsplit=1)[0].split("+", maxsplit=1)[0]
    numbers = [*plain_part.split("."), "0", "0"][:3]
    full = "v" + ".".join(numbers) + version[1 + len(plain_part) :]
    kube = Struct({"Version": full, "GitVersion": full, "Major": numbers[0], "Minor": numbers[1]}, full)
    helm = Struct({"Version": "v3.17.3", "GitCommit": "", "GitTreeState": "clean", "GoVersion": "go1.23.7"})
    known = frozenset(DEFAULT_API_VERSIONS) | frozenset(api_versions)
    return Struct(
        {"KubeVersion": Value(kube), "APIVersions": Value(VersionSet(known)), "HelmVersion": Value(helm)},
        "capabilities",
    )
