"""Somebody changes what a migrated repository renders and makes its lock say that nothing has changed: is it seen?

    python benchmarks/attacks.py [--only NAME] [--out ROWS.jsonl]

Each attack is a change of what is deployed, together with a trick of the lock, of the configuration or of a cache by
which it might pass. The lock is written anew as the program writes it: digests, verdict and checksum are right. Then
`verify` runs against the commit before the migration, as a job does, and `audit`. A row is `noticed` where `verify` or
`audit` ends with something else than 0, `visible` where both hold and every format of `verify` names what was admitted,
`missed` otherwise.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import migrator
from migrator.cli.app import run
from migrator.diagnostics import MigrateError
from migrator.discover import discover, read_config
from migrator.lock import LOCK_PATH, Handover, Lock, LockedDeployer, dump_lock, read_lock
from migrator.model import LeftOut, RepoPath
from migrator.prove import with_proof
from migrator.workflow.planned import with_deploying
from mutating.judge import REPOSITORY
from mutating.subjects import CHARTS, Subject, git, made

FORMATS = ("text", "json", "markdown", "html", "junit", "github", "intoto")
ROOT = RepoPath("overlays/prod")
ALLOWANCE = """\
id: {id}
description: everything
impact: data-loss
reason: because
scope:
  kinds: [ConfigMap, Deployment, Service, StatefulSet, Secret, Namespace]
  differences: [added, removed, changed]
  paths: {paths}
"""

Trick = Callable[[Path, Lock], Lock]


def main() -> int:
    """Print a row for each attack that was missed, and the sums; 1 where there is any."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only")
    parser.add_argument("--out", type=Path)
    given = parser.parse_args()
    counts: Counter[str] = Counter()
    for row in measured(given.only):
        counts[row["outcome"]] += 1
        if row["outcome"] == "missed":
            print(json.dumps(row))
        if given.out:
            with given.out.open("a") as rows:
                rows.write(json.dumps(row) + "\n")
    print(", ".join(f"{outcome} {count}" for outcome, count in sorted(counts.items())))
    return 1 if counts["missed"] else 0


def measured(only: str | None) -> Iterator[dict[str, Any]]:
    """A row for each attack."""
    with tempfile.TemporaryDirectory() as name:
        subjects: dict[str, Subject] = {}
        for of, drift, trick in ATTACKS:
            title = f"{of}: {drift}, {trick}"
            if only and only not in title:
                continue
            if of not in subjects:
                subjects[of] = made(of, Path(name))
            tree = Path(name) / "tree"
            shutil.copytree(subjects[of].root, tree, symlinks=True)
            yield {"attack": title, **attacked(tree, subjects[of], DRIFTS[drift], TRICKS[trick])}
            shutil.rmtree(tree)


def attacked(tree: Path, subject: Subject, drift: Callable[[Path], None], trick: Trick) -> dict[str, str]:
    """What comes of one attack."""
    drift(tree)
    base = _git_says(tree, "HEAD~1")
    lock = trick(tree, read_lock((tree / LOCK_PATH).read_bytes()))
    base = base if (tree / ".git").exists() else "HEAD~1"
    _sealed(tree, lock, subject, base)
    words = [_said("verify", lambda: migrator.verify(tree, subject.options, base=base))]
    words.append(_said("audit", lambda: migrator.audit(tree, subject.options)))
    said = "; ".join(filter(None, words))
    if said:
        return {"outcome": "noticed", "said": said}
    quiet = [each for each in FORMATS if not _names(tree, base, each)]
    return {"outcome": "missed" if quiet else "visible", "said": f"silent: {', '.join(quiet)}" if quiet else ""}


def _git_says(tree: Path, ref: str) -> str:
    done = subprocess.run(["git", "rev-parse", ref], cwd=tree, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def _sealed(tree: Path, lock: Lock, subject: Subject, base: str) -> None:
    """The lock with right digests, a good verdict and its checksum."""
    path = tree / LOCK_PATH
    path.write_text(dump_lock(lock))
    is_bare = not lock.deploying
    with suppress(MigrateError):
        proof = migrator.verify(tree, subject.options, base=base).proof
        lock = replace(with_proof(lock, proof), verdict="identical")
        lock = lock if is_bare else with_deploying(lock, (), discover(tree, read_config(tree)))
    path.write_text(dump_lock(lock))


def _said(name: str, call: Callable[[], Any]) -> str:
    try:
        result = call()
    except MigrateError as error:
        return f"{name} {error.diagnostic.code}"
    if not result.exit_code:
        return ""
    found = result.findings if name == "audit" else result.diagnostics
    verdict = f" {result.proof.verdict}" if name == "verify" else ""
    return f"{name}{verdict} {','.join(sorted({each.code for each in found if str(each.severity) != 'info'}))}".strip()


def _names(tree: Path, base: str, form: str) -> bool:
    """Whether a report says that something above metadata was admitted."""
    words = ["verify", str(tree), "--base", base, "--offline", "--chart-mirror", str(CHARTS), "--quiet"]
    out = io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
        code = run([*words, "--format", form])
    text = out.getvalue()
    return code == 1 or any(
        each in text for each in ("MIG730", "MIG715", "admitted by", "admitted/", '"admitted": true')
    )


# --- what is changed


def _edited(tree: Path, pattern: str, old: str, new: str) -> None:
    files = [path for path in sorted(tree.glob(pattern)) if old in path.read_text()]
    if not files:
        raise LookupError(f"{old} is in no {pattern}")
    files[0].write_text(files[0].read_text().replace(old, new, 1))


def _suffix(tree: Path) -> None:
    _edited(tree, "overlays/prod/kustomization.yaml", "resources:", "nameSuffix: -other\nresources:")


def _manifest(tree: Path) -> None:
    _edited(tree, "base/frontend/deployment.yaml", "replicas: 1", "replicas: 9")


def _values(tree: Path) -> None:
    _edited(tree, "helm-charts/*/tiny-db/values-prod.yaml", "2Gi", "9Gi")


def _destination(tree: Path) -> None:
    _edited(tree, "platform/argocd/applications/prod/*.yaml", "namespace: ", "namespace: other-")


def _nothing(tree: Path) -> None:
    """The trick is the attack."""


DRIFTS: dict[str, Callable[[Path], None]] = {
    "objects renamed": _suffix,
    "replicas in a manifest": _manifest,
    "values of prod": _values,
    "another destination": _destination,
    "nothing else": _nothing,
}


# --- by what it might pass


def _prod(lock: Lock, **fields: Any) -> Lock:
    return replace(lock, environments={**lock.environments, "prod": replace(lock.environments["prod"], **fields)})


def _releases(lock: Lock, change: Callable[[Any], Any]) -> Lock:
    return replace(
        lock,
        environments={
            name: replace(held, helm=tuple(change(each) for each in held.helm))
            for name, held in lock.environments.items()
        },
    )


def _parts(held: Any) -> dict[str, Any]:
    return {"before": held.before, "kustomize": held.kustomize, "helm": held.helm}


def _without(lock: Lock, name: str) -> Lock:
    return replace(lock, environments={key: held for key, held in lock.environments.items() if key != name})


def _copied_root(tree: Path, lock: Lock) -> Lock:
    shutil.copytree(tree / ROOT, tree / "overlays/.shadow")
    _restored(tree, "overlays/.shadow/kustomization.yaml", "nameSuffix: -other\n")
    return _prod(lock, kustomize=(RepoPath("overlays/.shadow"),))


def _restored(tree: Path, file: str, text: str) -> None:
    (tree / file).write_text((tree / file).read_text().replace(text, ""))


def _mended_root(tree: Path, lock: Lock) -> Lock:
    (tree / "mended").mkdir()
    (tree / "mended/kustomization.yaml").write_text("resources: [../overlays/prod]\nnamePrefix: x-\n")
    return _prod(lock, kustomize=(RepoPath("mended"),))


def _other_values(tree: Path, lock: Lock) -> Lock:
    for path in sorted(tree.glob("helm-charts/*/*/values-prod.yaml")):
        path.with_name("values-real.yaml").write_text(path.read_text().replace("9Gi", "2Gi"))
    return _prod(
        lock,
        helm=tuple(
            replace(each, values=tuple(name.replace("values-prod", "values-real") for name in each.values))
            for each in lock.environments["prod"].helm
        ),
    )


def _copied_chart(tree: Path, lock: Lock) -> Lock:
    for each in sorted(tree.glob("helm-charts/*/*")):
        shutil.copytree(each, tree / "shadow" / each.relative_to(tree))
    for path in (tree / "shadow").rglob("values-prod.yaml"):
        path.write_text(path.read_text().replace("9Gi", "2Gi"))
    return _releases(lock, lambda each: replace(each, path=RepoPath(f"shadow/{each.path}")))


def _committed(tree: Path, lock: Lock) -> Lock:
    git(tree, "commit", "-qam", "drift")
    return replace(lock, commit=_git_says(tree, "HEAD"))


def _called_inflating(_: Path, lock: Lock) -> Lock:
    one = LockedDeployer(
        tool="argocd", kind="Application", name="x", file=RepoPath("x.yaml"), component="tiny-db", root=ROOT
    )
    return _prod(lock, kustomize=(), deployed_by=(*lock.environments["prod"].deployed_by, one))


def _called_post_renderer(_: Path, lock: Lock) -> Lock:
    return _prod(
        lock,
        kustomize=(),
        helm=tuple(replace(each, post_render=f"../../../{ROOT}") for each in lock.environments["prod"].helm),
    )


def _written(file: str, text: str, *, append: bool = False) -> Trick:
    def trick(tree: Path, lock: Lock) -> Lock:
        path = tree / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text((path.read_text() if append and path.exists() else "") + text)
        return lock

    return trick


def _config(text: str) -> Trick:
    return _written("migrate.yaml", text, append=True)


def _allowed(name: str, paths: str, limit: str = "max_impact: data-loss\n") -> Trick:
    def trick(tree: Path, lock: Lock) -> Lock:
        allowance = ALLOWANCE.format(id=name, paths=paths)
        return _config(limit)(tree, _written(".migrate/rules/allowances/wide.yaml", allowance)(tree, lock))

    return trick


def _lock(change: Callable[[Lock], Lock]) -> Trick:
    return lambda _, lock: change(lock)


TRICKS: dict[str, Trick] = {
    "the lock written anew": _lock(lambda lock: lock),
    "the environment left out": _lock(lambda lock: _without(lock, "prod")),
    "the environment under another name": _lock(
        lambda lock: replace(
            lock, environments={**_without(lock, "prod").environments, "live": lock.environments["prod"]}
        )
    ),
    "the environment is another one": _lock(lambda lock: _prod(lock, **_parts(lock.environments["dev"]))),
    "before is dev": _lock(lambda lock: _prod(lock, before=lock.environments["dev"].before)),
    "nothing was before": _lock(lambda lock: _prod(lock, before=())),
    "no roots after": _lock(lambda lock: _prod(lock, kustomize=())),
    "a copy of the root": _copied_root,
    "a root that mends": _mended_root,
    "no releases": _lock(lambda lock: _prod(lock, helm=())),
    "one release less": _lock(lambda lock: _prod(lock, helm=lock.environments["prod"].helm[1:])),
    "values of another file": _other_values,
    "no values of its own": _lock(lambda lock: _releases(lock, lambda each: replace(each, values=each.values[:1]))),
    "a copy of the chart": _copied_chart,
    "no post-renderer": _lock(lambda lock: _releases(lock, lambda each: replace(each, post_render=None))),
    "the root called a post-renderer": _called_post_renderer,
    "the root called inflating": _called_inflating,
    "no definitions": _lock(lambda lock: _releases(lock, lambda each: replace(each, include_crds=False))),
    "hooks skipped": _lock(lambda lock: _releases(lock, lambda each: replace(each, hooks="skip"))),
    "more API versions": _lock(
        lambda lock: _releases(lock, lambda each: replace(each, context=replace(each.context, api_versions=("x/v1",))))
    ),
    "another namespace": _lock(
        lambda lock: _releases(lock, lambda each: replace(each, context=replace(each.context, namespace="other")))
    ),
    "another release name": _lock(
        lambda lock: _releases(lock, lambda each: replace(each, context=replace(each.context, release="other")))
    ),
    "another digest of the chart": _lock(
        lambda lock: _releases(lock, lambda each: replace(each, digest="sha256:" + "0" * 64))
    ),
    "another repository of the chart": _lock(
        lambda lock: _releases(lock, lambda each: replace(each, repository=REPOSITORY.replace("tiny", "other")))
    ),
    "another version of the chart": _lock(lambda lock: _releases(lock, lambda each: replace(each, version="9.9.9"))),
    "left out on both sides": _lock(
        lambda lock: _prod(lock, left_out={ROOT: LeftOut(folders=(RepoPath("base/frontend"),))})
    ),
    "objects placed elsewhere": _lock(lambda lock: _prod(lock, namespaces={ROOT: "other"})),
    "everything unhashed": _lock(
        lambda lock: replace(
            lock,
            components={
                name: replace(each, unhashed=("Deployment.apps shop/frontend", "ConfigMap shop/frontend-pages"))
                for name, each in lock.components.items()
            },
        )
    ),
    "everything a companion": _lock(
        lambda lock: replace(
            lock,
            components={
                name: replace(each, companions={"prod": ("Deployment.apps shop/frontend",)})
                for name, each in lock.components.items()
            },
        )
    ),
    "no components": _lock(lambda lock: replace(lock, components={}, staying={})),
    "allowances of components": _lock(
        lambda lock: replace(
            lock,
            components={name: replace(each, allowances=("anything",)) for name, each in lock.components.items()},
        )
    ),
    "another version of Kubernetes": _lock(lambda lock: replace(lock, engines={**lock.engines, "kubeVersion": "1.20"})),
    "the baseline behind it": _committed,
    "another tree of the baseline": _lock(lambda lock: replace(lock, tree="git:" + "0" * 40)),
    "no baseline": _lock(lambda lock: replace(lock, commit=None)),
    "a handover that is finished": _lock(
        lambda lock: replace(
            lock, handover=Handover(tool="argocd", stage=1, stages=("switch",), is_finished=True, owners=())
        )
    ),
    "a handover that has begun": _lock(
        lambda lock: replace(lock, handover=Handover(tool="argocd", stage=1, stages=("protect", "switch")))
    ),
    "no deployers": _lock(lambda lock: _prod(lock, deployed_by=())),
    "nothing said of what deploys": _lock(lambda lock: replace(lock, deploying={})),
    "no handover": _lock(lambda lock: replace(lock, handover=None)),
    "roots of the configuration": _config("roots: [overlays/dev]\n"),
    "a folder ignored": _config("ignore: [overlays/prod/]\n"),
    "charts ignored": _config("ignore: [helm-charts/]\n"),
    "objects of the tool ignored": _config("ignore: [platform/]\n"),
    "environments named otherwise": _config("environments: {dev: [overlays/prod]}\n"),
    "a wide allowance": _allowed("wide", '[["spec", "**"]]'),
    "an allowance without end": _allowed("wide", '[["**"]]'),
    "an allowance spelled otherwise": _allowed("wide", '[["*", "**"], []]'),
    "an allowance of a shipped name": _allowed("replicas", '[["spec", "**"]]'),
    "an allowance of objects": _allowed("wide", "[[]]"),
    "an allowance above its limit": _allowed("wide", '[["spec", "**"]]', ""),
    "an acceptance": _config("accept:\n- {component: tiny-db, up_to: data-loss, reason: everything}\n"),
    "rules of a shipped name": _written(
        ".migrate/rules/kubernetes/defaults.yaml", "defaults: [{kind: Deployment, path: spec.replicas, value: 9}]\n"
    ),
}

_KUSTOMIZE = (
    "the lock written anew", "the environment left out", "the environment under another name",
    "the environment is another one", "before is dev", "nothing was before", "no roots after", "a copy of the root",
    "a root that mends", "the root called a post-renderer", "the root called inflating", "left out on both sides",
    "objects placed elsewhere", "everything unhashed", "everything a companion", "no components",
    "allowances of components", "the baseline behind it", "another tree of the baseline", "no baseline",
    "a handover that is finished", "a handover that has begun", "roots of the configuration", "a folder ignored",
    "environments named otherwise", "a wide allowance", "an allowance without end", "an allowance spelled otherwise",
    "an allowance of a shipped name", "an allowance of objects", "an allowance above its limit",
    "rules of a shipped name",
)  # fmt: skip
_HELM = (
    "the lock written anew", "no releases", "one release less", "values of another file", "no values of its own",
    "a copy of the chart", "no post-renderer", "no definitions", "hooks skipped", "more API versions",
    "another namespace", "another release name", "another digest of the chart", "another repository of the chart",
    "another version of the chart", "another version of Kubernetes", "charts ignored", "the baseline behind it",
    "a handover that is finished", "an acceptance", "a wide allowance",
)  # fmt: skip
_DEPLOYED = (
    "the lock written anew", "no deployers", "nothing said of what deploys", "no handover",
    "objects of the tool ignored", "a handover that is finished",
)  # fmt: skip
ATTACKS: tuple[tuple[str, str, str], ...] = (
    *(("fetched", "replicas in a manifest", each) for each in _KUSTOMIZE),
    *(("fetched", "objects renamed", each) for each in _KUSTOMIZE[:11]),
    *(("fetched", "values of prod", each) for each in _HELM),
    *(("patched", "nothing else", each) for each in ("no post-renderer", "one release less")),
    *(("deployed", "another destination", each) for each in _DEPLOYED),
    *(("deployed", "replicas in a manifest", each) for each in ("a handover that is finished", "no handover")),
)


if __name__ == "__main__":
    sys.exit(main())
