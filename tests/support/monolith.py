"""A generator of monoliths: many applications in one base, overlays that transform across all of them."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field

ENVIRONMENTS = ("dev", "test", "staging", "prod")
HEAD = "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Monolith:
    """Files of a repository, and the applications in it that nothing can tell apart."""

    files: Mapping[str, str]
    applications: tuple[str, ...]
    together: tuple[frozenset[str], ...] = ()


@dataclass(slots=True)
class _Making:
    dice: random.Random
    files: dict[str, str] = field(default_factory=dict)
    together: list[frozenset[str]] = field(default_factory=list)


def monolith(seed: int, count: int = 20, environments: tuple[str, ...] = ENVIRONMENTS) -> Monolith:
    """The monolith of a seed: always the same."""
    making = _Making(random.Random(seed))  # noqa: S311 - a seed, no secret
    names = tuple(f"app{number:02d}" for number in range(count))
    is_flat = making.dice.random() < 0.3
    generated = {name for name in names if making.dice.random() < 0.3}
    for name in names:
        _application(making, name, name in generated, is_flat=is_flat)
    _base(making, names, generated, is_flat=is_flat)
    pairs = _ties(making, names)
    _component(making)
    for environment in environments:
        _overlay(making, environment, names, generated, pairs)
    return Monolith(files=making.files, applications=names, together=tuple(making.together))


def _application(making: _Making, name: str, is_generated: bool, *, is_flat: bool) -> None:
    folder, prefix = ("base", f"{name}-") if is_flat else (f"base/{name}", "")
    settings = f"\n        envFrom:\n        - configMapRef: {{name: {name}-config}}" if is_generated else ""
    making.files[f"{folder}/{prefix}deployment.yaml"] = f"""\
# {name}, as its team wrote it
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {name}
  labels: {{app: {name}, tier: {making.dice.choice(["web", "back"])}}}
spec:
  replicas: 1
  selector:
    matchLabels: {{app: {name}}}
  template:
    metadata:
      labels: {{app: {name}}}
    spec:
      serviceAccountName: {name}
      containers:
      - name: main
        image: registry.example.org/{name}:1.0 # {{"$imagepolicy": "flux:{name}"}}
        env:
        - name: SHARED
          value: none{settings}
"""
    making.files[f"{folder}/{prefix}service.yaml"] = f"""\
apiVersion: v1
kind: Service
metadata: {{name: {name}, labels: {{app: {name}}}}}
spec:
  selector: {{app: {name}}}
  ports: [{{port: 80}}]
---
# the account that {name} runs as
apiVersion: v1
kind: ServiceAccount
metadata: {{name: {name}, labels: {{app: {name}}}}}
"""
    if not is_flat:
        generator = f"configMapGenerator:\n- name: {name}-config\n  literals: [level=debug]\n" if is_generated else ""
        making.files[f"{folder}/kustomization.yaml"] = (
            f"{HEAD}# what {name} is made of\nresources:\n- deployment.yaml\n- service.yaml # and its account\n{generator}"
        )
        making.files[f"{folder}/README.md"] = f"# {name}\n"


def _base(making: _Making, names: tuple[str, ...], generated: set[str], *, is_flat: bool) -> None:
    text = f"{HEAD}resources:\n"
    for name in names:
        text += f"- {name}-deployment.yaml\n- {name}-service.yaml\n" if is_flat else f"- {name}\n"
    if is_flat and generated:
        text += "configMapGenerator:\n"
        text += "".join(f"- name: {name}-config\n  literals: [level=debug]\n" for name in sorted(generated))
    if making.dice.random() < 0.5:
        text += "# everybody wants to know\nlabels:\n- pairs: {team: platform}\n"
    if making.dice.random() < 0.3:
        text += "commonAnnotations: {contact: platform@example.org}\n"
    making.files["base/kustomization.yaml"] = text


def _ties(making: _Making, names: tuple[str, ...]) -> tuple[tuple[str, str, str], ...]:
    """What carries a value from one application to another, in every overlay."""
    kinds = [kind for kind in ("replacement", "generator", "vars") if making.dice.random() < 0.4]
    chosen = making.dice.sample(names, 2 * len(kinds)) if len(names) >= 6 else []
    found = tuple((kind, chosen[2 * i], chosen[2 * i + 1]) for i, kind in enumerate(kinds)) if chosen else ()
    making.together += [frozenset({one, other}) for _, one, other in found]
    return found


def _component(making: _Making) -> None:
    making.files["components/secure/kustomization.yaml"] = """\
apiVersion: kustomize.config.k8s.io/v1alpha1
kind: Component
# nobody runs as root
patches:
- target: {kind: Deployment}
  patch: |-
    - op: add
      path: /spec/template/spec/securityContext
      value: {runAsNonRoot: true}
"""


def _overlay(
    making: _Making,
    environment: str,
    names: tuple[str, ...],
    generated: set[str],
    pairs: tuple[tuple[str, str, str], ...],
) -> None:
    dice, folder = making.dice, f"overlays/{environment}"
    text = f"{HEAD}# {environment}\nnamespace: shop-{environment}\nresources:\n- ../../base\n"
    if dice.random() < 0.5:
        making.files[f"{folder}/{names[0]}-budget.yaml"] = _budget(names[0])
        text += f"- {names[0]}-budget.yaml\n"
    if dice.random() < 0.6:
        text += "components: [../../components/secure]\n"
    if dice.random() < 0.5:
        text += f"commonLabels: {{environment: {environment}}}\n"
    text += "images:\n"
    for name in names:
        if dice.random() < 0.8:
            text += f'- name: registry.example.org/{name} # of {name}\n  newTag: "{dice.randrange(9)}.{dice.randrange(9)}"\n'
    scaled = [name for name in names if dice.random() < 0.5]
    if scaled:
        text += "replicas:\n" + "".join(f"- {{name: {name}, count: {dice.randrange(2, 9)}}}\n" for name in scaled)
    merged = [name for name in sorted(generated) if dice.random() < 0.5]
    text += _generators(merged, [pair for pair in pairs if pair[0] == "generator"], environment)
    text += _values([pair for pair in pairs if pair[0] != "generator"])
    text += "patches:\n# the whole house\n"
    text += "- target: {kind: Deployment, labelSelector: tier=web}\n  path: patches/web.yaml\n"
    making.files[f"{folder}/patches/web.yaml"] = "- op: add\n  path: /spec/minReadySeconds\n  value: 5\n"
    several = dice.sample(names, min(3, len(names)))
    making.files[f"{folder}/patches/memory.yaml"] = "---\n".join(_memory(name) for name in several)
    text += "- path: patches/memory.yaml # of several\n"
    gone = dice.choice(names)
    if dice.random() < 0.5 and not any(gone in pair for pair in pairs):
        text += (
            f"- patch: |-\n    $patch: delete\n    apiVersion: v1\n    kind: Service\n    metadata: {{name: {gone}}}\n"
        )
    for kind, one, other in pairs:
        if kind == "generator":
            text += "".join(
                _environment(name, f"envFrom: [{{configMapRef: {{name: {one}-{other}}}}}]") for name in (one, other)
            )
        elif kind == "vars":
            text += _environment(other, f"args: [--peer=$(HOST_OF_{one.upper()})]")
    making.files[f"{folder}/kustomization.yaml"] = text


def _generators(merged: list[str], shared: list[tuple[str, str, str]], environment: str) -> str:
    if not merged and not shared:
        return ""
    text = "configMapGenerator:\n"
    text += "".join(f"- name: {name}-config\n  behavior: merge\n  literals: [level=info]\n" for name in merged)
    return text + "".join(f"- name: {one}-{other}\n  literals: [zone={environment}]\n" for _, one, other in shared)


def _values(pairs: list[tuple[str, str, str]]) -> str:
    text = ""
    for kind, one, other in pairs:
        if kind == "replacement":
            text += (
                f"replacements:\n- source: {{kind: Service, name: {one}, fieldPath: metadata.name}}\n"
                f"  targets:\n  - select: {{kind: Deployment, name: {other}}}\n"
                "    fieldPaths: [spec.template.spec.containers.0.env.0.value]\n"
            )
        else:
            text += f"vars:\n- name: HOST_OF_{one.upper()}\n  objref: {{kind: Service, name: {one}, apiVersion: v1}}\n"
    return text


def _environment(name: str, field: str) -> str:
    return (
        f"- patch: |-\n    apiVersion: apps/v1\n    kind: Deployment\n    metadata: {{name: {name}}}\n"
        f"    spec: {{template: {{spec: {{containers: [{{name: main, {field}}}]}}}}}}\n"
    )


def _budget(name: str) -> str:
    return (
        f"apiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata: {{name: {name}}}\n"
        f"spec: {{minAvailable: 1, selector: {{matchLabels: {{app: {name}}}}}}}\n"
    )


def _memory(name: str) -> str:
    return (
        f"# {name} is hungry\napiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: {name}}}\nspec:\n  template:\n"
        "    spec:\n      containers: [{name: main, resources: {limits: {memory: 1Gi}}}]\n"
    )
