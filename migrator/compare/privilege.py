"""Whether a difference widens what someone may do: RBAC, security contexts, host access, network policies."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from migrator.compare.bodies import Unequal, mixed
from migrator.model import Json, KeyPath, mapping_of
from migrator.yamlio import digest, same

Fact = tuple[Any, ...]

_ADMISSION_POLICIES = ("ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding")
_RBAC = "rbac.authorization.k8s.io"
_NETWORK_POLICY = ("networking.k8s.io", "NetworkPolicy")
_RELATIVE = frozenset({"unrestricted", "account"})
"""Facts that say something only about what was there before."""
_CONTAINERS = ("initContainers", "containers", "ephemeralContainers")
_AGGREGATED = "rbac.authorization.k8s.io/aggregate-to-"
"""Labels by which the roles that every cluster has take up the rules of another."""
_CLOUD_IDENTITIES = (
    "azure.workload.identity/client-id",
    "eks.amazonaws.com/role-arn",
    "iam.gke.io/gcp-service-account",
)
_RESTRICTING = frozenset(
    {
        *(_NETWORK_POLICY, ("admissionregistration.k8s.io", "ValidatingWebhookConfiguration")),
        *(("admissionregistration.k8s.io", each) for each in _ADMISSION_POLICIES),
        *(("cilium.io", "CiliumNetworkPolicy"), ("cilium.io", "CiliumClusterwideNetworkPolicy")),
        *(("crd.projectcalico.org", each) for each in ("GlobalNetworkPolicy", "NetworkPolicy")),
        *(("projectcalico.org", each) for each in ("GlobalNetworkPolicy", "NetworkPolicy")),
        *(("security.istio.io", each) for each in ("AuthorizationPolicy", "PeerAuthentication")),
        *(("kyverno.io", "ClusterPolicy"), ("kyverno.io", "Policy")),
    }
)
"""Kinds that only forbid: without the object more is permitted."""
_ANY = digest(None)
"""A peer or a port that no rule names."""
_ENFORCED = {"privileged": 2, "baseline": 1, "restricted": 0}


def widening(root: Unequal, places: Sequence[KeyPath]) -> frozenset[KeyPath]:
    """Those of the places in which two objects differ that give the object after a power which the one before lacked.

    A place counts that widens alone, or without which less would be widened: `runAsUser` and `runAsNonRoot` can only
    be lost together. Where no place counts alone, all do.
    """
    before, after = root.before, root.after
    gained = new_powers(before, after)
    if not gained:
        return frozenset()

    def widens(place: KeyPath) -> bool:
        alone, without = mixed(root, lambda path: path != place), mixed(root, lambda path: path == place)
        return bool(new_powers(before, alone) or gained - new_powers(before, without))

    return frozenset(filter(widens, places)) or frozenset(places)


def new_powers(before: Mapping[str, Json] | None, after: Mapping[str, Json]) -> frozenset[Fact]:
    """Powers that the object after has and the one before had not; without one before, the plain grants only.

    That a new container runs as its image says is not a widening; that it is privileged is.
    """
    if str(after.get("apiVersion") or "").startswith(_RBAC):
        return _new_grants(before or {}, after)
    if is_restricting(after):
        return frozenset(_new_ways(before, after)) if before and _is(after, *_NETWORK_POLICY) else frozenset()
    old = frozenset(_powers(before)) if before else frozenset()
    known = {fact[1] for fact in old if fact[0] == "there"}
    return frozenset(
        fact
        for fact in _powers(after)
        if fact not in old and fact[0] != "there" and (fact[0] not in _RELATIVE or fact[1] in known)
    )


def is_restricting(body: Mapping[str, Json]) -> bool:
    """Whether all that the object does is to forbid, so that its loss widens what others may do."""
    return any(_is(body, group, kind) for group, kind in _RESTRICTING)


def _is(body: Mapping[str, Json], group: str, kind: str) -> bool:
    found, slash, _ = str(body.get("apiVersion") or "").rpartition("/")
    return body.get("kind") == kind and (found if slash else "") == group


def _new_ways(before: Mapping[str, Json], after: Mapping[str, Json]) -> Iterator[Fact]:
    """Connections that a network policy permits and did not, pods that it no longer means."""
    pods = [mapping_of(mapping_of(side.get("spec")).get("podSelector")) for side in (before, after)]
    if not same(*pods) and any(pods[1].values()):
        yield ("pods",)
    had = list(_ways(before))
    for way in _ways(after):
        if not any(all(have in (_ANY, need) for have, need in zip(old, way, strict=True)) for old in had):
            yield ("way", *way)


def _ways(body: Mapping[str, Json]) -> Iterator[tuple[str, str, str]]:
    """Direction, peer and port."""
    spec = mapping_of(body.get("spec"))
    types = _texts(spec.get("policyTypes")) or ["Ingress", *(["Egress"] if spec.get("egress") else [])]
    for direction, rules, peers in (("Ingress", "ingress", "from"), ("Egress", "egress", "to")):
        if direction not in types:
            yield (direction, _ANY, _ANY)
        for rule in _maps(spec.get(rules)) if direction in types else ():
            for peer in _digests(rule.get(peers)):
                for port in _digests(rule.get("ports")):
                    yield (direction, peer, port)


def _new_grants(before: Mapping[str, Json], after: Mapping[str, Json]) -> frozenset[Fact]:
    had = list(_grants(before))
    return frozenset(grant for grant in _grants(after) if not any(_covers(wider, grant) for wider in had))


def _grants(body: Mapping[str, Json]) -> Iterator[Fact]:
    for rule in _maps(body.get("rules")):
        verbs = _texts(rule.get("verbs"))
        for verb in verbs:
            for url in _texts(rule.get("nonResourceURLs")):
                yield ("url", verb, url)
            for group in _texts(rule.get("apiGroups")):
                for resource in _texts(rule.get("resources")):
                    for name in (*_texts(rule.get("resourceNames")),) or (None,):
                        yield ("rule", verb, group, resource, name)
    for label, value in mapping_of(mapping_of(body.get("metadata")).get("labels")).items():
        if label.startswith(_AGGREGATED):
            yield ("aggregated", label, str(value))
    for index, selector in enumerate(_maps(mapping_of(body.get("aggregationRule")).get("clusterRoleSelectors"))):
        yield ("aggregation", index, repr(sorted(selector.items(), key=str)))
    role = body.get("roleRef")
    if isinstance(role, Mapping):
        for subject in _maps(body.get("subjects")):
            names = tuple(str(subject.get(field) or "") for field in ("kind", "namespace", "name"))
            yield ("binding", str(role.get("kind")), str(role.get("name")), *names)


def _covers(wider: Fact, grant: Fact) -> bool:
    if wider[0] != grant[0] or len(wider) != len(grant):
        return False
    if grant[0] == "url":
        return all(_matches(have, need) for have, need in zip(wider[1:], grant[1:], strict=True))
    if grant[0] == "rule":  # a name is one, also `*`
        is_matched = all(_matches(have, need) for have, need in zip(wider[1:4], grant[1:4], strict=True))
        return is_matched and wider[4] in (None, grant[4])
    return wider == grant


def _matches(have: str, need: str) -> bool:
    if have in ("*", need):
        return True
    if have.startswith("*/"):  # every resource's subresource
        return need.endswith(have[1:])
    return have.endswith("/*") and have.startswith("/") and need.startswith(have[:-1])


def _powers(body: Mapping[str, Json]) -> Iterator[Fact]:
    metadata = mapping_of(body.get("metadata"))
    if _is(body, "", "Namespace"):
        level = mapping_of(metadata.get("labels")).get("pod-security.kubernetes.io/enforce", "privileged")
        for step in range(_ENFORCED.get(str(level), 2) + 1):
            yield ("pod security", step)
    if _is(body, "", "ServiceAccount"):
        yield ("there", "account")
        if body.get("automountServiceAccountToken") is not False:
            yield ("unrestricted", "account", "token")
        for key in _CLOUD_IDENTITIES:
            if mapping_of(metadata.get("annotations")).get(key):
                yield ("unrestricted", "account", str(metadata["annotations"][key]))
    for where, pod in _pods(body):
        yield from _pod_powers(where, pod)


def _pods(body: Mapping[str, Json]) -> Iterator[tuple[str, Mapping[str, Json]]]:
    """Pod specs of an object: its own, its template's, its job template's."""
    spec = body.get("spec")
    if not isinstance(spec, Mapping):
        return
    if body.get("kind") == "Pod":
        yield "pod", spec
    holders: list[tuple[str, Json]] = [("template", spec.get("template"))]
    job = spec.get("jobTemplate")
    if isinstance(job, Mapping) and isinstance(job.get("spec"), Mapping):
        holders.append(("jobTemplate", job["spec"].get("template")))
    for where, template in holders:
        if isinstance(template, Mapping) and isinstance(template.get("spec"), Mapping):
            yield where, template["spec"]


def _pod_powers(where: str, pod: Mapping[str, Json]) -> Iterator[Fact]:
    for field in ("hostNetwork", "hostPID", "hostIPC"):
        if pod.get(field) is True:
            yield ("host", where, field)
    host_paths = {
        str(volume.get("name")): str(volume["hostPath"].get("path"))
        for volume in _maps(pod.get("volumes"))
        if isinstance(volume.get("hostPath"), Mapping)
    }
    for path in host_paths.values():
        yield ("host path", where, path)
    if pod.get("hostUsers") is not False:
        yield ("unrestricted", where, "users of the host")
    yield ("account", where, str(pod.get("serviceAccountName") or pod.get("serviceAccount") or "default"))
    if pod.get("automountServiceAccountToken") is not False:
        yield ("unrestricted", where, "service account token")
    yield ("there", where)
    shared = mapping_of(pod.get("securityContext"))
    for kind in _CONTAINERS:
        for container in _maps(pod.get(kind)):
            name = f"{where}/{container.get('name')}"
            yield ("there", name)
            for mount in _maps(container.get("volumeMounts")):
                path = host_paths.get(str(mount.get("name")), "")
                if path and mount.get("readOnly") is not True:
                    yield ("written host path", name, path, str(mount.get("subPath") or ""))
            yield from _container_powers(name, container, {**shared, **mapping_of(container.get("securityContext"))})


def _container_powers(name: str, container: Mapping[str, Json], context: Mapping[str, Json]) -> Iterator[Fact]:
    if context.get("privileged") is True:
        yield ("privileged", name)
    capabilities = mapping_of(context.get("capabilities"))
    for capability in _texts(capabilities.get("add")):
        yield ("capability", name, capability)
    if context.get("procMount") == "Unmasked":
        yield ("unmasked proc", name)
    if mapping_of(context.get("windowsOptions")).get("hostProcess") is True:
        yield ("host process", name)
    if context.get("runAsUser") == 0:
        yield ("root", name)
    for profile in ("seccompProfile", "appArmorProfile"):
        if mapping_of(context.get(profile)).get("type") == "Unconfined":
            yield ("unconfined", name, profile)
    for port in _maps(container.get("ports")):
        if port.get("hostPort"):
            yield ("host port", name, str(port["hostPort"]))
    yield from _missing_limits(name, context)
    dropped = set(_texts(capabilities.get("drop")))
    for capability in ("ALL", *sorted(_DROPPABLE)):
        if capability not in dropped and "ALL" not in dropped:
            yield ("unrestricted", name, f"keeps {capability}")


def _missing_limits(name: str, context: Mapping[str, Json]) -> Iterator[Fact]:
    """What a container may do because nothing forbids it."""
    if context.get("allowPrivilegeEscalation") is not False:
        yield ("unrestricted", name, "privilege escalation")
    if context.get("runAsNonRoot") is not True and not context.get("runAsUser"):
        yield ("unrestricted", name, "may run as root")
    if context.get("readOnlyRootFilesystem") is not True:
        yield ("unrestricted", name, "writable root filesystem")
    for profile in ("seccompProfile", "appArmorProfile", "seLinuxOptions"):
        if not context.get(profile):
            yield ("unrestricted", name, f"no {profile}")


_DROPPABLE = frozenset(
    {
        *("AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "MKNOD", "NET_BIND_SERVICE", "NET_RAW"),
        *("SETFCAP", "SETGID", "SETPCAP", "SETUID", "SYS_CHROOT"),
    }
)
"""What container runtimes grant unless it is dropped."""


def _digests(items: Json) -> list[str]:
    return list(map(digest, _maps(items))) or [_ANY]


def _maps(value: Json) -> list[Mapping[str, Json]]:
    return [item for item in value if isinstance(item, Mapping)] if isinstance(value, list) else []


def _texts(value: Json) -> list[str]:
    return [str(item) for item in value] if isinstance(value, list) else []
