"""A chart -> its signature, by rendering it: what `migrate rules learn CHART` does."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from migrator.charts.types import ChartArchive
from migrator.compare import is_test_hook
from migrator.engines import HelmRender, Tool, helm_template, split_rendered
from migrator.model import KUBE_VERSION, ReleaseContext, ResId, Resource, resource_of
from migrator.signatures.learn import learn, merge
from migrator.signatures.types import Signature
from migrator.yamlio import Dialect, read_documents

_RELEASE = "qz"
"""A release name that no chart contains and that is short, so that no chart cuts its names."""
_NAMESPACE = "qzns"
_API_VERSIONS = ("monitoring.coreos.com/v1",)


def learn_chart(
    charts: Sequence[ChartArchive],
    helm: Tool,
    *,
    values: Sequence[bytes] = (),
    known: Collection[str] = (),
    category: str = "core",
    generic: bool = False,
    kube_version: str = KUBE_VERSION,
) -> Signature:
    """The signature of one chart out of one or more of its versions, newest first, rendered at their defaults.

    `values` are values files for a chart that does not render at its defaults; `known` are the charts that have
    signatures of their own. Raises EngineError (MIG405 and others) where helm refuses a version.
    """
    found: list[Signature] = []
    for chart in charts:
        request = HelmRender(
            context=ReleaseContext(
                release=_RELEASE, namespace=_NAMESPACE, kube_version=kube_version, api_versions=_API_VERSIONS
            ),
            chart=chart.path,
            values=tuple(values),
        )
        rendered, sources = rendered_with_sources(helm_template(helm, request))
        found.append(
            learn(
                chart,
                rendered,
                release=_RELEASE,
                namespace=_NAMESPACE,
                sources=sources,
                known=set(known) - {chart.ref.name},
                category=category,
                generic=generic,
            )
        )
    return merge(found)


def rendered_with_sources(stream: bytes) -> tuple[tuple[Resource, ...], dict[ResId, str]]:
    """The objects of helm's output, test hooks left out, and the `# Source:` comment of each.

    Of a file of `crds/` with several documents only the first has a comment.
    """
    resources: list[Resource] = []
    sources: dict[ResId, str] = {}
    comment = ""
    for text in split_rendered(stream):
        comment = next((line for line in text.splitlines() if line.startswith("# Source: ")), comment)
        for document in read_documents(text, dialect=Dialect.SIGS):
            body = document.value
            if not isinstance(body, dict) or not body.get("kind"):
                continue
            held = body.get("items") if body["kind"] == "List" else None
            for one in held if isinstance(held, list) else [body]:
                if is_test_hook(one):
                    continue
                resource = resource_of(one)
                resources.append(resource)
                sources[resource.id] = comment
    return tuple(resources), sources
