"""The stages that keep every live object alive, in seven shapes of repositories; each detail can be left out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from handover_tables import (
    ARGO_MARK,
    BEFORE,
    CLEAN_UP,
    FLUX_MARK,
    KEEP,
    PROTECT,
    SWITCH,
    Body,
    Table,
    application,
    each,
    helm_release,
    kustomization,
    labelled,
    marked,
    moving,
    staying,
    thing,
)

OFF: Mapping[str, Any] = {"prune": False, "selfHeal": False}
ON: Mapping[str, Any] = {"prune": True, "selfHeal": True}


@dataclass(frozen=True, kw_only=True)
class Argo:
    """How the stages are written for Argo CD; as it should be unless something is said."""

    marks: Mapping[str, str] | None = None
    marked_from: int = PROTECT
    protects_application: bool = True
    old: Mapping[str, Any] | None = None
    """The policy of the old Application while objects change hands."""
    new: Mapping[str, Any] | None = None
    """That of the new one."""
    new_finalizer: bool = False
    keeps_finalizer: bool = False
    root_finalizer: bool = True
    restores_at: int = CLEAN_UP + 1
    release: str = "db"
    name: str = "db"
    chart: tuple[Body, ...] | None = None
    options: tuple[str, ...] = ()

    def overlays(self, table: Table) -> Table:
        marks = ARGO_MARK if self.marks is None else self.marks
        before = [*moving(), *staying()]
        held = [*(marked(moving(), marks) if self.marked_from == PROTECT else moving()), *staying()]
        table.put("overlays/prod", before, held, staying(), staying())
        chart = moving() if self.chart is None else list(self.chart)
        return table.put("charts/db", None, None, chart, chart)

    def old_application(self, stage: int, *, path: str = "overlays/prod", name: str = "shop") -> Body:
        is_open = PROTECT <= stage < self.restores_at and self.protects_application
        policy = (OFF if self.old is None else self.old) if is_open else ON
        finalizer = not is_open or self.keeps_finalizer
        return application(name, path, automated=policy, finalizer=finalizer)

    def new_application(self) -> Body:
        policy = OFF if self.new is None else self.new
        options = list(self.options)
        return application(
            self.name,
            "charts/db",
            automated=policy,
            release=self.release,
            finalizer=self.new_finalizer,
            options=options,
        )


def per_environment(how: Argo = Argo()) -> Table:
    """One Application, applied by hand; the root application comes with the new one."""
    table = how.overlays(Table())
    table.put("platform/argocd", None, None, [how.new_application()], [how.new_application()])
    root = application("root", "platform/argocd", finalizer=how.root_finalizer)
    return table.hand(*each(lambda stage: [how.old_application(stage), *([root] if stage >= SWITCH else [])]))


def app_of_apps(how: Argo = Argo()) -> Table:
    """A root application that delivers the Applications."""
    table = how.overlays(Table())
    new = how.new_application()
    table.put("apps", *each(lambda stage: [how.old_application(stage), *([new] if stage >= SWITCH else [])]))
    return table.hand(*[[application("root", "apps", finalizer=True)]] * 4)


def application_each(how: Argo = Argo()) -> Table:
    """One Application for each component: that of the release has nothing left, and goes with the clean-up."""
    table = Table()
    marks = ARGO_MARK if how.marks is None else how.marks
    chart = moving() if how.chart is None else list(how.chart)
    table.put("db", moving(), marked(moving(), marks), None, None).put("web", *[staying()] * 4)
    table.put("charts/db", None, None, chart, chart)

    def applications(stage: int) -> list[Body]:
        old = [how.old_application(stage, path="db", name="old-db")] if stage < CLEAN_UP else []
        return [*old, application("web", "web"), *([how.new_application()] if stage >= SWITCH else [])]

    table.put("apps", *each(applications))
    return table.hand(*[[application("root", "apps", finalizer=True)]] * 4)


def application_set(how: Argo = Argo(), *, preserves: bool = True) -> Table:
    """An ApplicationSet, delivered by a root application, that generates one Application for each environment."""
    table = how.overlays(Table())

    def generator(stage: int) -> Body:
        template = how.old_application(stage, name="shop-prod")
        template["metadata"].pop("finalizers", None)
        body = thing("ApplicationSet", "shop", api="argoproj.io/v1alpha1", namespace="argocd")
        body["spec"] = {"template": template}
        if stage >= PROTECT and preserves:
            body["spec"]["syncPolicy"] = {"preserveResourcesOnDeletion": True}
        return body

    new = how.new_application()
    table.put("apps", *each(lambda stage: [generator(stage), *([new] if stage >= SWITCH else [])]))
    return table.hand(*[[application("root", "apps", finalizer=True)]] * 4)


def label_tracking(how: Argo | None = None) -> Table:
    """As app_of_apps, tracked by label: the new Application is called like the release."""
    chart = tuple(labelled(moving(), {"app.kubernetes.io/instance": "db"}))
    return app_of_apps(how or Argo(chart=chart))


@dataclass(frozen=True, kw_only=True)
class Flux:
    """How the stages are written for Flux; as it should be unless something is said."""

    marks: Mapping[str, str] = field(default_factory=lambda: FLUX_MARK)
    release_marks: Mapping[str, str] | None = None
    prune_off: bool = True
    restores_at: int = CLEAN_UP + 1
    release: Body | None = None
    chart: tuple[Body, ...] | None = None
    own_kustomization: bool = True
    wait: bool = True

    def helm_release(self) -> Body:
        marks = {**KEEP, **FLUX_MARK} if self.release_marks is None else self.release_marks
        return helm_release("db", "charts/db", marks=marks) if self.release is None else self.release

    def charts(self, table: Table) -> Table:
        chart = moving() if self.chart is None else list(self.chart)
        table.put("charts/db", None, None, chart, chart)
        return table.put("platform/flux/prod", None, None, [self.helm_release()], [self.helm_release()])

    def prunes(self, stage: int) -> bool:
        return not (PROTECT <= stage < self.restores_at and self.prune_off)

    def cluster(self, table: Table, *, olds: list[tuple[str, str]], leaving: str = "") -> Table:
        def held(stage: int) -> list[Body]:
            own = kustomization("flux-system", "clusters/prod")
            kept = [(name, path) for name, path in olds if not (name == leaving and stage >= CLEAN_UP)]
            old = [kustomization(name, path, prune=self.prunes(stage)) for name, path in kept]
            new = kustomization("infrastructure", "platform/flux/prod", wait=self.wait)
            return [own, *old, *([new] if stage >= SWITCH and self.own_kustomization else [])]

        table.put("clusters/prod", *each(held))
        return table.hand(*[[kustomization("flux-system", "clusters/prod")]] * 4)


def per_cluster(how: Flux = Flux()) -> Table:
    """One Flux Kustomization for all of a cluster."""
    table = how.charts(Table())
    released = [] if how.own_kustomization else [how.helm_release()]
    held = [*marked(moving(), how.marks), *staying()]
    after = [*staying(), *released]
    table.put("overlays/prod", [*moving(), *staying()], held, after, after)
    return how.cluster(table, olds=[("apps", "overlays/prod")])


def per_component(how: Flux = Flux(), *, is_emptied: bool = False) -> Table:
    """One for each component: that of the release has nothing left, and goes with the clean-up."""
    table = how.charts(Table())
    table.put("web", *[staying()] * 4)
    table.put("db", moving(), marked(moving(), how.marks), [] if is_emptied else None, None)
    return how.cluster(table, olds=[("db", "db"), ("web", "web")], leaving="db")


def no_controller(*, takes_ownership: bool = True, uninstalls: bool = False, prunes: bool = False) -> Table:
    """A pipeline with `kubectl apply -k` and `helm upgrade --install`."""
    table = Table()
    table.put("overlays/prod", [*moving(), *staying()], [*moving(), *staying()], staying(), staying())
    table.put("charts/db", None, None, moving(), moving())
    apply = thing("Apply", "overlays", api="pipeline/v1", namespace="")
    apply["spec"] = {"path": "overlays/prod", "prune": prunes}
    release = thing("Release", "db", api="pipeline/v1", namespace="shop")
    release["spec"] = {
        "path": "charts/db",
        "releaseName": "db",
        "takeOwnership": takes_ownership,
        "uninstall": uninstalls,
    }
    return table.hand(*each(lambda stage: [apply, *([release] if stage >= SWITCH else [])]))


def self_delivered(*, prunes: bool = True) -> Table:
    """A Kustomization that deploys itself and the moving objects."""
    table = Table(*([of() for _ in range(3)] for of in (str, dict, list)))
    table.names = ["before", "protect", "switch"]
    owns = [kustomization("flux-system", "clusters/prod", prune=prunes or stage == BEFORE) for stage in range(3)]
    new = kustomization("infrastructure", "platform/flux/prod", wait=True)
    table.put(
        "clusters/prod",
        [owns[BEFORE], *moving(), *staying()],
        [owns[PROTECT], *marked(moving(), FLUX_MARK), *staying()],
        [owns[SWITCH], new, *staying()],
    )
    table.put("charts/db", None, None, moving())
    table.put("platform/flux/prod", None, None, [Flux().helm_release()])
    return table.hand(*[[own] for own in owns])


def finished(table: Table, folders: Mapping[str, list[Body]], by_hand: list[Body] | None = None) -> Table:
    """The same with a last commit that gives up the way back."""
    table.names.append("finish")
    table.folders.append({**table.folders[-1], **folders})
    table.by_hand.append(by_hand or table.by_hand[-1])
    table.generates.append(table.generates[-1])
    return table


def argo_finish() -> tuple[dict[str, list[Body]]]:
    """Policies and finalizers as they were, for the new one as well."""
    old = application("shop", "overlays/prod", finalizer=True)
    new = application("db", "charts/db", finalizer=True, release="db", options=["FailOnSharedResource=true"])
    return ({"apps": [old, new]},)


def flux_finish() -> tuple[dict[str, list[Body]]]:
    """Pruning again, nothing kept, and applications that wait for the releases."""
    new = kustomization("infrastructure", "platform/flux/prod", wait=True)
    old = kustomization("apps", "overlays/prod", dependsOn=[{"name": "infrastructure"}])
    held = {"clusters/prod": [kustomization("flux-system", "clusters/prod"), old, new]}
    return ({**held, "platform/flux/prod": [helm_release("db", "charts/db")]},)
