"""Every spelling of a remote reference names the same place."""

from __future__ import annotations

import pytest

from migrator.load import remote_url


@pytest.mark.parametrize(
    "text",
    [
        "https://github.com/acme/infra//deploy/base?ref=v1",
        "https://github.com/acme/infra/deploy/base?ref=v1",
        "https://github.com/acme/infra.git//deploy/base?ref=v1",
        "https://github.com/acme/infra.git/deploy/base?version=v1&timeout=90s",
        "https://user:token@github.com/acme/infra//deploy/base/?ref=v1",
        "git::https://www.github.com/acme/infra//deploy/base?ref=v1",
        "github.com/acme/infra/deploy/base?ref=v1",
        "github.com/acme/infra//deploy/base?ref=v1",
        "gh:acme/infra//deploy/base?ref=v1",
        "git@github.com:acme/infra.git//deploy/base?ref=v1",
        "git@github.com:acme/infra/deploy/base?ref=v1",
        "ssh://git@github.com:22/acme/infra//deploy/base?ref=v1",
        "https://raw.githubusercontent.com/acme/infra/v1/deploy/base",
        "https://raw.githubusercontent.com/acme/infra/refs/tags/v1/deploy/base",
        "https://github.com/acme/infra/raw/v1/deploy/base",
    ],
)
def test_one_place(text: str) -> None:
    url = remote_url(text)
    assert str(url) == "github.com/acme/infra/deploy/base?ref=v1"


@pytest.mark.parametrize(
    ("text", "key", "path"),
    [
        ("github.com/acme/infra/deploy?ref=v1", "https://github.com/acme/infra.git", "deploy"),
        ("github.com/Acme/Infra/Deploy", "github.com/acme/infra", "Deploy"),
        ("github.com/acme/infra", "github.com/acme/infra", "."),
        ("github.com/acme/infra/deploy/a", "github.com/acme/infra/deploy", "a"),
        ("github.com/acme/infra/deploy?ref=v1", "github.com/acme/infra?ref=v1", "deploy"),
        ("github.com/acme/infra/deploy?ref=v2", "github.com/acme/infra?ref=v1", None),
        ("github.com/acme/infra-two/deploy", "github.com/acme/infra", None),
        ("gitlab.example.org/acme/infra/deploy", "github.com/acme/infra", None),
        ("https://gitlab.example.org/a/b/c/infra.git//x", "git@gitlab.example.org:a/b/c/infra.git", "x"),
        ("https://gitlab.example.org/A/infra.git//x", "git@gitlab.example.org:a/infra.git", None),
        ("https://github.com/acme/infra/releases/download/v1/x.yaml", "github.com/acme/infra", None),
        (
            "https://github.com/acme/infra/releases/download/v1/x.yaml",
            "github.com/acme/infra/releases/download/v1/x.yaml",
            ".",
        ),
    ],
)
def test_what_lies_within_a_place(text: str, key: str, path: str | None) -> None:
    url, place = remote_url(text), remote_url(key)
    assert url is not None
    assert place is not None
    assert url.within(place) == path


@pytest.mark.parametrize("text", ["../base", "base", "https://github.com/../..", "github.com/", "a\nb", ""])
def test_what_is_no_place(text: str) -> None:
    assert remote_url(text) is None
