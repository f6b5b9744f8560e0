"""What teams write in values files: names, hosts, labels, parts of pods; knowledge of the field, of no chart."""

from __future__ import annotations

from random import Random
from typing import Final

from migrator.model import Json

TEAMS: Final = (
    "payments",
    "platform",
    "search",
    "checkout",
    "identity",
    "media",
    "billing",
    "fulfilment",
    "web",
    "data",
)
STAGES: Final = ("prod", "staging", "dev", "qa")
DOMAINS: Final = ("example.com", "example.org", "corp.example.net", "k8s.example.com")
REGISTRIES: Final = (
    "registry.example.com",
    "mirror.corp.example.net:5000",
    "123456789012.dkr.ecr.eu-west-1.amazonaws.com",
)
CLASSES: Final = ("gp3", "fast-ssd", "longhorn", "ceph-block", "standard-rwo", "nfs-client")
CPU: Final = ("50m", "100m", "250m", "500m", "750m", "1", "1500m", "2", 1, 2)
MEMORY: Final = ("64Mi", "128Mi", "192Mi", "256Mi", "512Mi", "768Mi", "1Gi", "1536Mi", "2Gi", "4Gi")
SIZES: Final = ("2Gi", "5Gi", "20Gi", "40Gi", "64Gi", "100Gi", "250Gi")
LEVELS: Final = ("debug", "warn", "error", "info")


def seeded(*words: object) -> Random:
    """A source of chance that is the same for the same words."""
    return Random(":".join(map(str, words)))  # noqa: S311 - draws samples, no secrets


def team(rng: Random) -> str:
    return rng.choice(TEAMS)


def host(rng: Random) -> str:
    return f"{rng.choice(('app', 'api', 'portal', 'status', 'ops', team(rng)))}.{rng.choice(DOMAINS)}"


def labels(rng: Random) -> Json:
    known = {
        "team": team(rng),
        "environment": rng.choice(STAGES),
        "cost-center": f"cc-{rng.randrange(100, 999)}",
        "app.kubernetes.io/part-of": f"{team(rng)}-suite",
        "example.com/tier": rng.choice(("backend", "frontend", "infra")),
        "sidecar.istio.io/inject": rng.choice(("true", "false")),
    }
    return _some(rng, known)


def annotations(rng: Random) -> Json:
    known = {
        "prometheus.io/scrape": "true",
        "prometheus.io/port": str(rng.choice((8080, 9090, 9113))),
        "example.com/owner": f"{team(rng)}@example.com",
        "reloader.stakater.com/auto": "true",
        "linkerd.io/inject": rng.choice(("enabled", "disabled")),
        "cluster-autoscaler.kubernetes.io/safe-to-evict": rng.choice(("true", "false")),
        "external-dns.alpha.kubernetes.io/hostname": host(rng),
        "argocd.argoproj.io/sync-wave": str(rng.randrange(-2, 6)),
    }
    return _some(rng, known)


def ingress_annotations(rng: Random) -> Json:
    known = {
        "cert-manager.io/cluster-issuer": rng.choice(("letsencrypt-prod", "internal-ca")),
        "nginx.ingress.kubernetes.io/proxy-body-size": rng.choice(("16m", "64m", "0")),
        "nginx.ingress.kubernetes.io/ssl-redirect": "true",
        "kubernetes.io/ingress.class": "nginx",
        "external-dns.alpha.kubernetes.io/target": host(rng),
    }
    return _some(rng, known)


def account_annotations(rng: Random) -> Json:
    return rng.choice(
        (
            {"eks.amazonaws.com/role-arn": f"arn:aws:iam::123456789012:role/{team(rng)}"},
            {"iam.gke.io/gcp-service-account": f"{team(rng)}@example-project.iam.gserviceaccount.com"},
            {"azure.workload.identity/client-id": "00000000-1111-2222-3333-444444444444"},
        )
    )


def selector(rng: Random) -> Json:
    known = {
        "kubernetes.io/os": "linux",
        "kubernetes.io/arch": rng.choice(("amd64", "arm64")),
        "example.com/pool": rng.choice(("general", "memory", "infra")),
        "node-role.kubernetes.io/worker": "",
        "topology.kubernetes.io/zone": rng.choice(("eu-west-1a", "eu-west-1b")),
    }
    return _some(rng, known, most=2)


def tolerations(rng: Random) -> Json:
    known = (
        {"key": "dedicated", "operator": "Equal", "value": team(rng), "effect": "NoSchedule"},
        {"key": "node-role.kubernetes.io/control-plane", "operator": "Exists", "effect": "NoSchedule"},
        {"operator": "Exists"},
        {"key": "example.com/spot", "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 120},
    )
    return rng.sample(known, rng.choice((1, 1, 2)))


def affinity(rng: Random) -> Json:
    terms = [{"key": "example.com/pool", "operator": "In", "values": rng.sample(("general", "memory", "infra"), 2)}]
    spread = {"topologyKey": "kubernetes.io/hostname", "labelSelector": {"matchLabels": {"team": team(rng)}}}
    nodes = {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": [{"matchExpressions": terms}]}}
    pods = {"preferredDuringSchedulingIgnoredDuringExecution": [{"weight": 50, "podAffinityTerm": spread}]}
    return rng.choice(({"nodeAffinity": nodes}, {"podAntiAffinity": pods}))


def spread_constraints(rng: Random) -> Json:
    return [
        {
            "maxSkew": 1,
            "topologyKey": "topology.kubernetes.io/zone",
            "whenUnsatisfiable": rng.choice(("ScheduleAnyway", "DoNotSchedule")),
            "labelSelector": {"matchLabels": {"team": team(rng)}},
        }
    ]


def resources(rng: Random) -> Json:
    cpu, memory = rng.choice(CPU), rng.choice(MEMORY)
    return rng.choice(
        (
            {"requests": {"cpu": cpu, "memory": memory}},
            {"requests": {"cpu": cpu, "memory": memory}, "limits": {"memory": memory}},
            {"limits": {"cpu": cpu, "memory": memory}},
        )
    )


def env_list(rng: Random) -> Json:
    known = (
        {"name": "TZ", "value": "Europe/Berlin"},
        {"name": "LOG_LEVEL", "value": rng.choice(LEVELS)},
        {"name": "HTTPS_PROXY", "value": "http://proxy.corp.example.net:3128"},
        {"name": "NODE_NAME", "valueFrom": {"fieldRef": {"fieldPath": "spec.nodeName"}}},
        {"name": "API_TOKEN", "valueFrom": {"secretKeyRef": {"name": f"{team(rng)}-api", "key": "token"}}},
        {"name": "GOMAXPROCS", "value": "2"},
    )
    return rng.sample(known, rng.choice((1, 2, 3)))


def env_map(rng: Random) -> Json:
    return _some(rng, {"TZ": "Europe/Berlin", "LOG_LEVEL": rng.choice(LEVELS), "HTTP_TIMEOUT": "30s", "WORKERS": "4"})


def volumes(rng: Random) -> Json:
    known = (
        {"name": "ca-bundle", "configMap": {"name": "corp-ca-bundle"}},
        {"name": "scratch", "emptyDir": {}},
        {"name": "cache", "emptyDir": {"sizeLimit": rng.choice(SIZES)}},
        {"name": "credentials", "secret": {"secretName": f"{team(rng)}-credentials", "defaultMode": 288}},
        {"name": "shared", "persistentVolumeClaim": {"claimName": f"{team(rng)}-shared"}},
    )
    return rng.sample(known, rng.choice((1, 1, 2)))


def mounts(rng: Random) -> Json:
    known = (
        {"name": "ca-bundle", "mountPath": "/etc/ssl/certs/corp.pem", "subPath": "corp.pem", "readOnly": True},
        {"name": "scratch", "mountPath": "/scratch"},
        {"name": "credentials", "mountPath": "/var/run/credentials", "readOnly": True},
    )
    return rng.sample(known, rng.choice((1, 1, 2)))


def containers(rng: Random) -> Json:
    image = f"{rng.choice(REGISTRIES)}/{team(rng)}/agent:1.{rng.randrange(20)}.0"
    known = (
        {
            "name": "agent",
            "image": image,
            "args": ["--quiet", "--interval=30s"],
            "ports": [{"name": "agent", "containerPort": 9555}],
        },
        {"name": "log-shipper", "image": "busybox:1.36", "command": ["sh", "-c", "tail -F /var/log/app.log"]},
    )
    return [rng.choice(known)]


def init_containers(rng: Random) -> Json:
    known = (
        {
            "name": "wait-for-db",
            "image": "busybox:1.36",
            "command": ["sh", "-c", "until nc -z db 5432; do sleep 2; done"],
        },
        {"name": "fix-permissions", "image": "busybox:1.36", "command": ["chown", "-R", "1000:1000", "/data"]},
    )
    return [rng.choice(known)]


def objects(rng: Random) -> Json:
    name = f"{team(rng)}-extra"
    return [{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": {"owner": team(rng)}}]


def probe(rng: Random) -> Json:
    return {
        rng.choice(("httpGet",)): {"path": rng.choice(("/healthz", "/ready")), "port": rng.choice((8080, "http"))},
        "periodSeconds": rng.choice((10, 20)),
        "failureThreshold": rng.choice((3, 6)),
    }


def host_aliases(rng: Random) -> Json:
    return [{"ip": f"10.20.0.{rng.randrange(2, 250)}", "hostnames": [host(rng)]}]


def tls(rng: Random) -> Json:
    return [{"secretName": f"{team(rng)}-tls", "hosts": [host(rng)]}]


def rules(rng: Random) -> Json:
    return [
        {
            "alert": rng.choice(("InstanceDown", "HighErrorRate")),
            "expr": f'sum(rate(http_requests_total{{team="{team(rng)}"}}[5m])) > {rng.randrange(5, 90)}',
            "for": "10m",
            "labels": {"severity": rng.choice(("warning", "critical"))},
        }
    ]


def relabelings(rng: Random) -> Json:
    return [{"sourceLabels": ["__meta_kubernetes_pod_node_name"], "targetLabel": rng.choice(("node", "instance"))}]


def peers(rng: Random) -> Json:
    return [{"namespaceSelector": {"matchLabels": {"team": team(rng)}}}]


def config_text(rng: Random) -> str:
    return rng.choice(
        (
            f"[server]\nport = {rng.choice((8080, 9000))}\nlog_level = {rng.choice(LEVELS)}\n",
            f"server:\n  timeout: {rng.choice((15, 30, 60))}s\n  owner: {team(rng)}\n",
            f"max_connections={rng.randrange(100, 400)}\nshared.buffers=256MB\n",
        )
    )


def _some(rng: Random, known: dict[str, Json], most: int = 3) -> Json:
    keys = rng.sample(sorted(known), rng.randint(1, most))
    return {key: known[key] for key in keys}
