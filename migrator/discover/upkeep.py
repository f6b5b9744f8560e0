"""`ci` and `teams` of `migrate.yaml`: what looks after the migrated repository, and who owns which part."""

from __future__ import annotations

from dataclasses import dataclass

from migrator.yamlio.fields import Field

CI_PLATFORMS = ("github", "gitlab", "none")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ci:
    """Whose pipelines are written, and whether Renovate is told what to look at; None where nobody says."""

    platform: str | None = None
    renovate: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Teams:
    """Owners as CODEOWNERS names them; none where nobody says."""

    platform: tuple[str, ...] = ()
    applications: tuple[str, ...] = ()


def read_ci(held: Field) -> Ci:
    """What `ci` says: the word of a platform, or a map; raises the file's error for what it cannot be."""
    if isinstance(held.value, str):  # `ci: github` is short for `ci: {platform: github}`
        return Ci(platform=held.one_of(CI_PLATFORMS))
    held.needed().refuse_others(("platform", "renovate"))
    platform = held.child("platform")
    return Ci(
        platform=None if platform.value is None else platform.one_of(CI_PLATFORMS),
        renovate=None if (renovate := held.child("renovate")).value is None else renovate.flag(),
    )


def read_teams(held: Field) -> Teams:
    """What `teams` says; raises the file's error for what it cannot be."""
    held.needed().refuse_others(("platform", "applications"))
    return Teams(platform=_owners(held.child("platform")), applications=_owners(held.child("applications")))


def _owners(held: Field) -> tuple[str, ...]:
    """One owner or several: `@team`, `@organisation/team` or an address."""
    if held.value is None:
        return ()
    found = tuple(item.text() for item in held.items())
    for each in found:
        if "@" not in each or len(each.split()) != 1 or not each.isprintable():
            raise held.error(f"{each!r} is no owner: write @team, @organisation/team or a mail address")
    return found
