"""Examples of each command, as `--help` shows them; a test reads every one as a command line."""

from __future__ import annotations

EXAMPLES: dict[str, tuple[str, ...]] = {
    "plan": (
        "migrate plan .",
        "migrate plan . --format html > plan.html",
        "migrate plan . --offline --chart-mirror ./charts --verbose",
    ),
    "review": ("migrate review .", "migrate review . redis"),
    "accept": ("migrate accept . redis --up-to rollout --reason 'restarts are fine at night'",),
    "apply": (
        "migrate apply . --diff",
        "migrate apply . --only redis --branch hybrid",
        "migrate apply . --gitops argocd --ci github",
        "migrate apply . --relock",
    ),
    "handover": ("migrate handover .", "migrate handover . --format markdown"),
    "audit": ("migrate audit . --format sarif > migrate.sarif",),
    "verify": (
        "migrate verify . --base origin/main",
        "migrate verify . --format intoto > proof.intoto.json",
    ),
    "infer": ("migrate infer --chart redis-17.14.4.tgz --target redis.yaml --namespace shop",),
    "explain": ("migrate explain redis auth.password", "migrate explain Deployment/shop/api"),
    "graph": ("migrate graph . --format mermaid",),
    "charts": ("migrate charts . --fetch ./charts", "migrate charts . --format helm"),
    "rules": ("migrate rules list", "migrate rules learn ./my-chart", "migrate rules refresh"),
    "help": ("migrate help handover", "migrate help MIG503"),
}


def epilog(command: str | None) -> str:
    """The examples of a command, in lines that click leaves as they are."""
    return "\n".join(["\b", "Examples:", *(f"  {each}" for each in EXAMPLES.get(command or "", ()))])
