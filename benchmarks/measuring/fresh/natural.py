"""A natural value for a place of a chart: by its choices, its key, its default, and what the chart's comments show."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from random import Random

from measuring.fresh import words
from measuring.fresh.documented import Place
from measuring.fresh.varied import varied, varied_text
from migrator.model import Json

Draw = Callable[[Random], Json]
_EXAMPLE_SHARE = 0.6


def _always(value: Json) -> Draw:
    return lambda _: value


_LISTS: tuple[tuple[str, Draw], ...] = (
    (r"tolerations$", words.tolerations),
    (r"topologySpreadConstraints$", words.spread_constraints),
    (r"^global\..*pullSecrets$", lambda rng: [f"{words.team(rng)}-registry"]),
    (r"(imagePullSecrets|pullSecrets)$", lambda rng: [{"name": f"{words.team(rng)}-registry"}]),
    (r"initContainers$", words.init_containers),
    (r"(sidecars?|extraContainers|sidecarContainers|additionalContainers)$", words.containers),
    (r"(env|extraEnv|extraEnvVars|envVars|additionalEnv|extraEnvironment\w*)$", words.env_list),
    (r"volumeMounts$", words.mounts),
    (r"(extra|additional|^)volumes$", words.volumes),
    (r"(extraDeploy|extraObjects|extraManifests|extraResources|additionalManifests)$", words.objects),
    (r"hostAliases$", words.host_aliases),
    (r"(^|extra)tls$", words.tls),
    (r"(hosts|hostnames)$", lambda rng: [words.host(rng)]),
    (r"(^rules|Rules)$", words.rules),
    (r"(relabelings|relabelConfigs)$", words.relabelings),
    (r"(loadBalancerSourceRanges|allowedCIDRs|whitelist\w*)$", _always(["10.0.0.0/8", "192.0.2.0/24"])),
    (r"externalIPs$", lambda rng: [f"192.0.2.{rng.randrange(2, 250)}"]),
    (r"(extraArgs|additionalArgs|args|extraFlags)$", lambda rng: [f"--log-level={rng.choice(words.LEVELS)}"]),
    (r"(namespaces|watchNamespaces)$", lambda rng: rng.sample(words.TEAMS, 2)),
    (r"envFrom$", lambda rng: [{"secretRef": {"name": f"{words.team(rng)}-env"}}]),
    (r"(extraPorts|additionalPorts)$", _always([{"name": "debug", "port": 6060, "targetPort": 6060}])),
    (r"(ingress|egress)(from|to)?$", words.peers),
)
_MAPS: tuple[tuple[str, Draw], ...] = (
    (r"serviceAccount.*annotations$", words.account_annotations),
    (r"ingress.*annotations$", words.ingress_annotations),
    (r"annotations$", words.annotations),
    (r"(nodeSelector|matchNodeLabels)$", words.selector),
    (r"(?<!match)labels$", words.labels),
    (r"resources$", words.resources),
    (r"affinity$", words.affinity),
    (r"(env|extraEnv|envVars|environment)$", words.env_map),
    (r"custom\w*probe$", words.probe),
    (r"podSecurityContext$", lambda rng: {"fsGroup": rng.choice((1000, 2000)), "runAsNonRoot": True}),
    (r"securityContext$", lambda rng: {"runAsUser": rng.choice((1000, 1001)), "allowPrivilegeEscalation": False}),
    (r"updateStrategy$|^strategy$", _always({"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": 1}})),
    (r"(extraArgs|additionalArgs)$", lambda rng: {"log-level": rng.choice(words.LEVELS)}),
    (r"dnsConfig$", _always({"options": [{"name": "ndots", "value": "2"}]})),
    (r"lifecycle(hooks)?$", lambda rng: {"preStop": {"exec": {"command": ["sleep", str(rng.choice((5, 15)))]}}}),
    (r"selector(Labels)?$|matchLabels$", lambda rng: {"team": words.team(rng)}),
)
_TEXTS: tuple[tuple[str, Draw], ...] = (
    (r"existing\w*(claim)$", lambda rng: f"{words.team(rng)}-data"),
    (
        r"existing\w*(secret|configmap|cm)\w*$|(?<!image)(secretName|configMapName)$",
        lambda rng: f"{words.team(rng)}-{rng.choice(('credentials', 'config'))}",
    ),
    (r"(extraEnvVarsCM|extraEnvVarsSecret)$", lambda rng: f"{words.team(rng)}-env"),
    (r"fullnameOverride$", lambda rng: f"{words.team(rng)}-{rng.choice(('app', 'main', 'core'))}"),
    (r"nameOverride$", lambda rng: rng.choice(("main", "core", "engine"))),
    (r"namespaceOverride$", lambda rng: f"{words.team(rng)}-system"),
    (r"priorityClass(Name)?$", lambda rng: rng.choice(("high-priority", "system-cluster-critical", "business"))),
    (r"storageClass(Name)?$", lambda rng: rng.choice(words.CLASSES)),
    (r"ingressClass(Name)?$", lambda rng: rng.choice(("nginx", "traefik", "internal"))),
    (r"(image|global).*registry$|^registry$", lambda rng: rng.choice(words.REGISTRIES)),
    (r"digest$", lambda rng: "sha256:" + "".join(rng.choice("0123456789abcdef") for _ in range(64))),
    (r"(clusterDomain)$", lambda rng: rng.choice(("cluster.example.net", "k8s.local"))),
    (r"(clusterName)$", lambda rng: f"{words.team(rng)}-{rng.choice(words.STAGES)}"),
    (r"(hostname|host|domain)$", words.host),
    (r"(?<!repo)(url|uri|endpoint|baseurl|externalurl)$", lambda rng: f"https://{words.host(rng)}"),
    (
        r"(password|passphrase|token|secretkey|accesskey)$",
        lambda rng: f"{words.team(rng)}-{rng.randrange(10**5, 10**6)}",
    ),
    (r"(username|user)$", words.team),
    (r"(database|dbname)$", words.team),
    (r"(loglevel|log_level|verbosity)$", lambda rng: rng.choice(words.LEVELS)),
    (r"loadBalancerIP$|clusterIP$", lambda rng: f"10.96.{rng.randrange(255)}.{rng.randrange(2, 250)}"),
    (r"loadBalancerClass$", _always("service.k8s.aws/nlb")),
    (r"externalTrafficPolicy$|internalTrafficPolicy$", lambda rng: rng.choice(("Local", "Cluster"))),
    (r"sessionAffinity$", _always("ClientIP")),
    (r"service\.type$|serviceType$", lambda rng: rng.choice(("LoadBalancer", "NodePort", "ClusterIP"))),
    (r"pullPolicy$", lambda rng: rng.choice(("Always", "IfNotPresent", "Never"))),
    (r"resourcesPreset$", lambda rng: rng.choice(("none", "nano", "micro", "small", "medium", "large"))),
    (r"(podAffinityPreset|podAntiAffinityPreset)$", lambda rng: rng.choice(("soft", "hard"))),
    (r"podManagementPolicy$", lambda rng: rng.choice(("Parallel", "OrderedReady"))),
    (r"(schedulerName)$", _always("stork")),
    (r"runtimeClassName$", _always("gvisor")),
    (r"dnsPolicy$", lambda rng: rng.choice(("ClusterFirstWithHostNet", "Default"))),
    (r"timezone$|^tz$", _always("Europe/Berlin")),
    (r"(cpu)$", lambda rng: rng.choice(words.CPU)),
    (r"(memory|mem)$", lambda rng: rng.choice(words.MEMORY)),
    (r"(^size|storagesize|storage|volumesize)$", lambda rng: rng.choice(words.SIZES)),
    (r"(interval)$", lambda rng: rng.choice(("15s", "30s", "2m"))),
    (r"(timeout)$", lambda rng: rng.choice(("5s", "10s", "45s"))),
    (r"(region)$", lambda rng: rng.choice(("eu-west-1", "us-east-2"))),
    (r"(bucket(name)?)$", lambda rng: f"{words.team(rng)}-backups"),
    (r"(email|mail)$", lambda rng: f"{words.team(rng)}@example.com"),
    (r"(minAvailable|maxUnavailable)$", lambda rng: rng.choice((1, 2, "25%", "50%"))),
    (r"serviceAccount.*name$|serviceAccountName$", lambda rng: f"{words.team(rng)}-sa"),
    (r"(config|configuration|extraConfig|conf|customConfig|settings)$", words.config_text),
)
_NUMBERS: tuple[tuple[str, Draw], ...] = (
    (r"(replicas?|replicacount|minreplicas)$", lambda rng: rng.choice((1, 2, 3, 5))),
    (r"(maxreplicas)$", lambda rng: rng.choice((6, 8, 12))),
    (r"nodePorts?(\.\w+)?$", lambda rng: rng.randrange(30000, 32767)),
    (r"terminationGracePeriod(Seconds)?$", lambda rng: rng.choice((15, 60, 120, 600))),
    (r"revisionHistoryLimit$", lambda rng: rng.choice((2, 3, 5))),
    (r"(runAsUser|runAsGroup|fsGroup)$", lambda rng: rng.choice((1000, 1001, 65534))),
    (r"(percentage|utilization)$", lambda rng: rng.choice((60, 70, 75, 85))),
    (r"(minAvailable|maxUnavailable)$", lambda rng: rng.choice((1, 2, "25%", "50%"))),
)
_FLAGS = re.compile(r"(enabled|create|enable\w*|disable\w*)$", re.IGNORECASE)


def natural(rng: Random, place: Place, app_version: str = "") -> Json:
    """What a team could write there; None where nothing natural is known."""
    others = [choice for choice in place.choices if choice != place.default]
    if others and rng.random() < 0.9:
        return rng.choice(others)
    drawn = _drawn(rng, place, app_version)
    return None if drawn == place.default or not _fits(place, drawn) else drawn


def _drawn(rng: Random, place: Place, app_version: str) -> Json:
    default = place.default
    if isinstance(default, bool):
        return not default
    if place.examples and rng.random() < _EXAMPLE_SHARE:
        return varied(rng, rng.choice(place.examples), place.key)
    if isinstance(default, int | float):
        return _named(rng, place, _NUMBERS) or varied(rng, default, place.key)
    if isinstance(default, Mapping):
        return _named(rng, place, _MAPS)
    if isinstance(default, list):
        return _list(rng, place)
    if isinstance(default, str) and "\n" in default.strip():
        return varied_text(rng, default)
    return _word(rng, place, app_version)


def _list(rng: Random, place: Place) -> Json:
    default: list[Json] = list(place.default)
    if not default:
        return _named(rng, place, _LISTS)
    added = _named(rng, place, _LISTS) if rng.random() < 0.4 else None
    if isinstance(added, list) and {type(item) for item in added} == {type(item) for item in default}:
        return rng.choice((added, [*default, *added]))
    if len(default) > 1 and rng.random() < 0.3:
        return default[:-1]
    return varied(rng, default, place.key)


def _word(rng: Random, place: Place, app_version: str) -> Json:
    """For a text, or for what has no default."""
    if place.key.lower() == "tag" and not place.default:
        return varied(rng, app_version, "tag") if app_version else None
    named = _named(rng, place, _TEXTS)
    if named is not None:
        return named
    if place.key == "repository" and place.has_registry and place.default:
        return f"{words.team(rng)}/{place.default}"
    if place.default:
        return varied(rng, place.default, place.key)
    if "string" in place.kinds or place.default == "":
        return None
    for table in (_NUMBERS, _MAPS, _LISTS):
        if (value := _named(rng, place, table)) is not None:
            return value
    return rng.choice((True, False)) if place.kinds == {"boolean"} or _FLAGS.search(place.key) else None


def _named(rng: Random, place: Place, table: tuple[tuple[str, Draw], ...]) -> Json:
    dotted = ".".join(place.path[-3:])
    for pattern, draw in table:
        is_key = pattern.startswith("^") and r"\." not in pattern
        if re.search(pattern, place.key if is_key else dotted, re.IGNORECASE):
            return draw(rng)
    return None


def _fits(place: Place, value: Json) -> bool:
    """Whether the schema allows the type."""
    allowed = {
        "string": str,
        "integer": int,
        "number": int | float,
        "boolean": bool,
        "array": list,
        "object": Mapping,
    }
    types = [allowed[kind] for kind in place.kinds if kind in allowed]
    return not types or any(isinstance(value, kind) for kind in types)
