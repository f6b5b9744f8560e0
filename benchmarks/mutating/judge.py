"""What deployers would render of a tree, by the engines themselves; nothing here knows how the program compares."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

REPOSITORY = "https://tiny.example.org/charts"
POST_RENDER_INPUT = "helm-output.yaml"


class BrokenError(Exception):
    """The deployer cannot render this."""


@dataclass(frozen=True, slots=True)
class Judge:
    """Renders by a recipe that no change reaches: the one of the repository as it was."""

    recipe: Mapping[str, Any]
    kustomize: Sequence[str]
    helm: str
    charts: Path

    def rendered(self, tree: Path) -> Mapping[str, Counter[str]] | str:
        """Environment -> its objects, each as JSON with sorted keys; or why a deployer cannot render them."""
        try:
            found = {name: list(self._objects(tree, after)) for name, after in sorted(self.recipe.items())}
            found["what deploys them"] = [each for file in _written(tree) for each in _parsed(file.read_text())]
            return {
                name: Counter(json.dumps(each, sort_keys=True, default=str) for each in objects)
                for name, objects in found.items()
            }
        except (BrokenError, yaml.YAMLError, OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            return str(error)[:300] or type(error).__name__

    def _objects(self, tree: Path, after: Mapping[str, Any]) -> Iterator[Any]:
        for root in after["kustomize"]:
            yield from _parsed(_run([*self.kustomize, str(tree / root)]))
        for release in after["helm"]:
            for each in _parsed(self._released(tree, release)):
                hook = str(each.get("metadata", {}).get("annotations", {}).get("helm.sh/hook", ""))
                if not hook.startswith("test"):
                    yield release["release"], release["namespace"], each

    def _released(self, tree: Path, release: Mapping[str, Any]) -> str:
        with tempfile.TemporaryDirectory() as name:
            umbrella = Path(name) / "chart"
            shutil.copytree(tree / release["path"], umbrella)
            self._fetch(umbrella)
            words = [self.helm, "template", release["release"], str(umbrella), "--namespace", release["namespace"]]
            words += [word for file in release["values"] for word in ("--values", str(umbrella / file))]
            words += ["--include-crds", "--kube-version", "1.32"]
            data = _run(words)
            if release["postRender"] is None:
                return data
            folder = umbrella / release["postRender"]
            (folder / self._input_of(folder)).write_text(data)
            return _run([*self.kustomize, str(folder)])

    def _input_of(self, folder: Path) -> str:
        told = yaml.safe_load((folder / "kustomization.yaml").read_text())
        missing = [each for each in told["resources"] if not (folder / each).exists()]
        if len(missing) != 1:
            raise BrokenError("no place for what helm renders")
        return str(missing[0])

    def _fetch(self, umbrella: Path) -> None:
        """As `helm dependency build`, from the mirror, unless the repository holds the charts itself."""
        told = yaml.safe_load((umbrella / "Chart.yaml").read_text())
        wanted = told.get("dependencies") or []
        if (umbrella / "charts").exists():
            return
        lock = umbrella / "Chart.lock"
        if not lock.exists():
            raise BrokenError("no Chart.lock")
        locked = yaml.safe_load(lock.read_text())
        if locked.get("digest") != digest_of_lock(wanted, locked["dependencies"]):
            raise BrokenError("Chart.lock is out of sync")
        for each in locked["dependencies"]:
            chart = self.charts / each["name"]
            known = each["repository"].rstrip("/") == REPOSITORY and chart.is_dir()
            if not known or yaml.safe_load((chart / "Chart.yaml").read_text())["version"] != each["version"]:
                raise BrokenError("the chart cannot be fetched")
            shutil.copytree(chart, umbrella / "charts" / each["name"])


def _written(tree: Path) -> list[Path]:
    """The files of objects for Argo CD, which the cluster's own root Application reads."""
    return sorted(file for file in (tree / "platform/argocd").rglob("*") if file.suffix in (".yaml", ".yml", ".json"))


def digest_of_lock(wanted: Sequence[Mapping[str, str]], locked: Sequence[Mapping[str, str]]) -> str:
    """As Helm's resolver: the JSON of both lists, fields in the order of its struct, empty ones left out."""
    fields = ("name", "version", "repository", "condition", "tags", "enabled", "import-values", "alias")

    def shown(each: Mapping[str, str]) -> Mapping[str, str]:
        always = {"name": each.get("name", ""), "repository": each.get("repository", "")}
        return {key: {**each, **always}[key] for key in fields if {**each, **always}.get(key) not in (None, "", [])}

    text = json.dumps([[shown(each) for each in wanted], [shown(each) for each in locked]], separators=(",", ":"))
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"


def _parsed(text: str) -> Iterator[Any]:
    for each in yaml.load_all(text, yaml.CSafeLoader):
        if isinstance(each, dict):
            yield each
        elif each is not None:
            raise BrokenError("no object")


def _run(words: Sequence[str]) -> str:
    done = subprocess.run(words, capture_output=True, text=True, timeout=60, check=False)
    if done.returncode:
        raise BrokenError(done.stderr.strip()[-300:])
    return done.stdout
