"""Trees that are odd in one way each, planned and applied: what is odd is said with its place, or handled; all else goes on.

Each one is made of the same small shop, in its third-party part, in its own part, or in both.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from cli_support import Migrate, committed
from odd_trees import DIVIDED, POINTER, Run, everywhere, replaced
from small_shop import SHOP, application, written


class TestNames:
    @pytest.mark.parametrize("layout", ["in-place", "growing"])
    def test_spaces_unicode_and_percent_signs(self, both: Callable[..., Run], shop: Path, layout: str) -> None:
        (shop / "base/queue").rename(shop / "base/the queue é")
        (shop / "base/api/api.yaml").rename(shop / "base/api/100%d 日本.yaml")
        (shop / "base/api").rename(shop / "base/my api ü")
        (shop / "overlays/prod/api.yaml").rename(shop / "overlays/prod/api patch.yaml")
        replaced(shop, "base/kustomization.yaml", "- queue", "- the queue é")
        replaced(shop, "base/kustomization.yaml", "- api", "- my api ü")
        replaced(shop, "base/my api ü/kustomization.yaml", "api.yaml", "100%d 日本.yaml")
        replaced(shop, "overlays/prod/kustomization.yaml", "path: api.yaml", "path: api patch.yaml")
        committed(shop)
        run = both(shop, layout)
        assert run.queue == "adopt"
        if layout == "growing":
            assert run.applications == {"my api ü", "web"}
            assert (shop / "applications/my api ü/overlays/prod/api patch.yaml").is_file()
            assert run.text("applications/my api ü/base/100%d 日本.yaml") == application("api").encode()

    def test_a_line_break_in_a_name(self, both: Callable[..., Run], shop: Path) -> None:
        (shop / "base/api/api.yaml").rename(shop / "base/api/odd\nname.yaml")
        (shop / "base/api/more\nnotes %s.txt").write_text("mine")
        (shop / "base/queue/more\nnotes.txt").write_text("mine")
        replaced(shop, "base/api/kustomization.yaml", "- api.yaml # by hand", '- "odd\\nname.yaml"')
        run = both(committed(shop))
        assert run.text("applications/api/base/odd\nname.yaml") == application("api").encode()
        assert run.text("applications/api/base/more\nnotes %s.txt") == b"mine"
        assert run.text("base/queue/more\nnotes.txt") == b"mine"

    def test_an_uncommitted_file_with_a_line_break_in_its_name(self, migrate: Migrate, shop: Path) -> None:
        committed(shop)
        (shop / "odd\nname %s").write_text("mine")
        shown = migrate("apply", shop, "--offline")
        assert shown.code == 1
        assert "[MIG908]" in shown.err

    def test_folders_that_are_named_like_files(self, both: Callable[..., Run], shop: Path) -> None:
        (shop / "base/queue").rename(shop / "base/queue.yaml")
        (shop / "base/api").rename(shop / "base/api.yaml")
        replaced(shop, "base/kustomization.yaml", "- queue\n- api", "- queue.yaml\n- api.yaml")
        (shop / "other/kustomization.yaml").mkdir(parents=True)
        (shop / "other/kustomization.yaml/notes.txt").write_text("mine")
        run = both(shop)
        assert run.queue == "adopt"
        assert run.applications == {"api.yaml", "web"}
        assert run.text("other/kustomization.yaml/notes.txt") == b"mine"

    def test_a_folder_in_place_of_the_kustomization_file(self, both: Callable[..., Run], shop: Path) -> None:
        (shop / "extra/misc/kustomization.yaml").mkdir(parents=True)
        (shop / "extra/kustomization.yaml").write_text("resources:\n- misc\n")
        run = both(shop)
        assert "extra/kustomization.yaml:2:3" in run.said("MIG210")
        assert "extra/misc has no kustomization file" in run.said("MIG210")
        assert run.queue == "adopt"
        assert run.applications == DIVIDED

    @pytest.mark.parametrize("part", ["queue", "api"])
    def test_very_long_paths(self, both: Callable[..., Run], shop: Path, part: str) -> None:
        deep = "/".join(["d" * 200] * 8)
        (shop / "base" / deep).parent.mkdir(parents=True)
        (shop / "base" / part).rename(shop / "base" / deep)
        replaced(shop, "base/kustomization.yaml", f"- {part}\n", f"- {deep}\n")
        run = both(shop)
        assert run.queue == "adopt"
        assert run.applications == {"d" * 200, "web"} if part == "api" else DIVIDED


class TestCase:
    def test_a_chart_folder_that_only_case_tells_from_another(self, both: Callable[..., Run], shop: Path) -> None:
        written(shop, {"helm-charts/Messaging/notes.txt": "mine"})
        run = both(shop)
        assert run.queue == "propose"
        assert "helm-charts/Messaging" in run.said("MIG611")
        assert "ignores case" in run.said("MIG611")
        assert run.applications == DIVIDED, "all else goes on"

    @pytest.mark.parametrize("part", ["helm-charts", "helm-charts/messaging", "helm-charts/messaging/tiny-queue"])
    @pytest.mark.parametrize("kind", ["file", "link"])
    def test_a_place_for_the_chart_that_is_no_folder(
        self, both: Callable[..., Run], shop: Path, tmp_path: Path, part: str, kind: str
    ) -> None:
        (shop / part).parent.mkdir(parents=True, exist_ok=True)
        if kind == "file":
            (shop / part).write_text("mine\n")
        else:
            (tmp_path / "away").mkdir()
            (shop / part).symlink_to(tmp_path / "away")
        run = both(shop)
        assert run.queue == "propose"
        assert f"{part}: cannot write here" in run.said("MIG611")
        assert run.applications == DIVIDED, "all else goes on"
        assert not list((tmp_path / "away").iterdir()) if kind == "link" else (shop / part).read_text() == "mine\n"

    def test_an_application_folder_that_only_case_tells_from_another(
        self, both: Callable[..., Run], shop: Path
    ) -> None:
        written(shop, {"Applications/notes.txt": "mine"})
        run = both(shop)
        assert run.queue == "adopt"
        assert run.applications == set()
        assert "and Applications would be one" in run.said("MIG641")

    def test_applications_that_only_case_tells_apart(self, both: Callable[..., Run], shop: Path) -> None:
        more = {"base/API/kustomization.yaml": "resources: [x.yaml]\n", "base/API/x.yaml": application("other")}
        written(shop, more)
        replaced(shop, "base/kustomization.yaml", "- api\n", "- api\n- API\n")
        run = both(shop)
        assert run.queue == "adopt"
        assert "ignores case" in run.said("MIG641")

    def test_what_was_there_in_two_spellings_stays(self, both: Callable[..., Run], shop: Path) -> None:
        written(shop, {"notes/A.txt": "1", "notes/a.txt": "2"})
        run = both(shop)
        assert run.queue == "adopt"
        assert run.applications == DIVIDED


class TestLinks:
    @pytest.mark.parametrize("layout", ["in-place", "growing"])
    def test_folders_behind_links(self, both: Callable[..., Run], shop: Path, layout: str) -> None:
        for name in ("queue", "api"):
            (shop / "base" / name).rename(shop / f"{name}-source")
            (shop / "base" / name).symlink_to(f"../{name}-source")
        run = both(shop, layout)
        assert run.queue == "adopt"
        assert (shop / "base/queue").is_symlink() or not (shop / "base").exists() or layout == "growing"

    @pytest.mark.parametrize("name", ["kustomization.yaml", "queue.yaml"])
    def test_a_third_party_file_behind_a_link(self, both: Callable[..., Run], shop: Path, name: str) -> None:
        (shop / "base/queue" / name).rename(shop / "base/queue/real.txt")
        (shop / "base/queue" / name).symlink_to("real.txt")
        run = both(shop)
        assert run.queue == "propose"
        assert "symbolic link" in run.said("MIG610")
        assert (shop / "base/queue" / name).is_symlink()

    @pytest.mark.parametrize("aim", ["real.txt", "../dev.txt"])
    def test_a_root_whose_kustomization_is_a_link(self, both: Callable[..., Run], shop: Path, aim: str) -> None:
        """Kustomize follows it within the folder, and not out of it."""
        (shop / "overlays/dev/kustomization.yaml").rename(shop / "overlays/dev" / aim)
        (shop / "overlays/dev/kustomization.yaml").symlink_to(aim)
        run = both(shop, "in-place")
        assert (shop / "overlays/dev/kustomization.yaml").is_symlink()
        environments = run.plan["environments"]
        assert isinstance(environments, dict)
        assert environments["dev"]["status"] == ("built" if aim == "real.txt" else "failed")
        if aim == "real.txt":
            assert run.queue == "adopt"
        else:
            assert "overlays/dev/kustomization.yaml is a link to overlays/dev.txt" in run.said("MIG210")

    @pytest.mark.parametrize("name", ["kustomization.yaml", "api.yaml"])
    def test_an_application_file_behind_a_link(self, both: Callable[..., Run], shop: Path, name: str) -> None:
        (shop / "base/api" / name).rename(shop / "base/api/real.txt")
        (shop / "base/api" / name).symlink_to("real.txt")
        run = both(shop)
        assert run.queue == "adopt", "all else goes on"
        assert run.applications == set()
        assert "symbolic link" in run.said("MIG641")

    def test_a_link_that_leaves_the_repository(self, both: Callable[..., Run], shop: Path, tmp_path: Path) -> None:
        outside = written(tmp_path / "outside", {"kustomization.yaml": "resources: []\n"})
        (shop / "extra").mkdir()
        (shop / "extra/kustomization.yaml").write_text("resources:\n- away\n")
        (shop / "extra/away").symlink_to(outside)
        run = both(shop)
        assert "extra/kustomization.yaml:2:3" in run.said("MIG210")
        assert "symbolic link that leads out of the repository" in run.said("MIG210")
        assert run.queue == "adopt"
        assert run.applications == DIVIDED
        assert (outside / "kustomization.yaml").read_text() == "resources: []\n"


class TestText:
    @pytest.mark.parametrize("layout", ["in-place", "growing"])
    @pytest.mark.parametrize(
        "change",
        [
            lambda data: data.replace(b"\n", b"\r\n"),
            lambda data: b"\xef\xbb\xbf" + data,
            lambda data: data.rstrip(b"\n"),
            lambda data: data.replace(b"spec:\n", b"spec:\t# a tab\n"),
        ],
        ids=["crlf", "bom", "no-final-newline", "tabs"],
    )
    def test_the_form_of_a_text_stays(
        self, both: Callable[..., Run], shop: Path, layout: str, change: Callable[[bytes], bytes]
    ) -> None:
        everywhere(shop, change)
        before = (shop / "overlays/prod/kustomization.yaml").read_bytes()
        run = both(shop, layout)
        assert run.queue == "adopt"
        api = "applications/api/base" if layout == "growing" else "base/api"
        assert run.text(f"{api}/api.yaml") == change(application("api").encode())
        assert run.text(f"{api}/kustomization.yaml") == change(SHOP["base/api/kustomization.yaml"].encode())
        after = run.text("overlays/prod/kustomization.yaml")
        assert after.startswith(before[:14])
        assert (b"\r\n" in after) == (b"\r\n" in before)
        assert after.count(b"\r\n") in {0, after.count(b"\n")}

    def test_utf_16_is_kept(self, both: Callable[..., Run], shop: Path) -> None:
        path = shop / "base/api/api.yaml"
        path.write_bytes(path.read_text().encode("utf-16"))
        before = path.read_bytes()
        run = both(shop)
        assert run.queue == "adopt"
        assert run.text("applications/api/base/api.yaml") == before

    def test_utf_16_of_which_kustomize_reads_half(self, both: Callable[..., Run], shop: Path) -> None:
        path = shop / "base/queue/queue.yaml"
        path.write_bytes(path.read_text().encode("utf-16"))
        run = both(shop)
        assert "base/queue/queue.yaml:16" in run.said("MIG114")
        assert run.after == run.before

    @pytest.mark.parametrize(
        ("text", "place", "problem"),
        [
            (b"kind: X\n# caf\xe9\n", "extra/x.yaml:2", "not UTF-8"),
            (b"kind: X\nmetadata:\n\tname: x\n", "extra/x.yaml:3:1", "cannot start any token"),
            (b"kind: X\nmetadata: {name: x}\nspec:\n  a: 1\n  a: 2\n", "extra/x.yaml:5:3", "'a' is there already"),
            (
                b"apiVersion: v1\nkind: X\nmetadata: {name: x}\nspec:\n  1: x\n",
                "extra/x.yaml:5:3",
                "the key 1 is not text",
            ),
        ],
        ids=["latin-1", "tab", "key-twice", "key-no-text"],
    )
    def test_a_manifest_that_kustomize_refuses(
        self, both: Callable[..., Run], shop: Path, text: bytes, place: str, problem: str
    ) -> None:
        written(shop, {"extra/kustomization.yaml": "resources:\n- x.yaml\n", "extra/x.yaml": text})
        run = both(shop)
        said = run.said("MIG214")
        assert place in said
        assert problem in said
        assert run.queue == "adopt", "all else goes on"
        assert run.applications == DIVIDED

    def test_a_patch_that_kustomize_refuses(self, both: Callable[..., Run], shop: Path) -> None:
        (shop / "overlays/prod/api.yaml").write_text("kind: Deployment\nspec:\n  a: 1\n  a: 2\n")
        run = both(shop)
        assert "overlays/prod/api.yaml:4:3" in run.applied.err
        assert run.after == run.before, "what is also part of a root that does not build stays"

    @pytest.mark.parametrize(("more", "word"), [("namespace: shop\n", "namespace"), ("images: []\n", "images")])
    def test_a_key_that_a_kustomization_has_twice(
        self, both: Callable[..., Run], shop: Path, more: str, word: str
    ) -> None:
        replaced(shop, "overlays/prod/kustomization.yaml", "patches:", f"{more}patches:")
        run = both(shop)
        assert run.queue == "adopt"
        assert run.text("overlays/prod/kustomization.yaml").count(f"{word}:".encode()) == 2
        assert "overlays/prod/kustomization.yaml: " in run.said("MIG641")

    def test_a_key_of_a_kustomization_that_is_no_text(self, both: Callable[..., Run], shop: Path) -> None:
        written(shop, {"extra/kustomization.yaml": "resources: []\n1: x\n"})
        run = both(shop)
        assert "extra/kustomization.yaml:2:1" in run.said("MIG111")
        assert run.queue == "adopt"
        assert run.applications == DIVIDED


class TestKustomizationFiles:
    @pytest.mark.parametrize("text", ["", "# nothing yet\n"])
    def test_an_empty_one(self, both: Callable[..., Run], shop: Path, text: str) -> None:
        written(shop, {"extra/kustomization.yaml": "resources: [part]\n", "extra/part/kustomization.yaml": text})
        run = both(shop)
        assert "extra/part/kustomization.yaml: error: extra does not build" in run.said("MIG219")
        assert run.queue == "adopt"
        assert run.applications == DIVIDED

    @pytest.mark.parametrize("path", ["base/queue", "base/api", "overlays/prod"])
    def test_one_with_two_documents(self, both: Callable[..., Run], shop: Path, path: str) -> None:
        file = shop / path / "kustomization.yaml"
        lines = file.read_text().count("\n")
        file.write_text(f"{file.read_text()}---\nnamePrefix: never-\n")
        run = both(shop)
        assert f"{path}/kustomization.yaml:{lines + 2}: warning" in run.said("MIG114")
        assert run.queue == "adopt"
        assert run.applications == DIVIDED
        kept = {"base/api": "applications/api/base", "overlays/prod": "overlays/prod"}.get(path)
        assert kept is None or run.text(f"{kept}/kustomization.yaml").endswith(b"---\nnamePrefix: never-\n")

    @pytest.mark.parametrize("part", ["queue", "api"])
    def test_a_file_of_two_of_them(self, both: Callable[..., Run], shop: Path, part: str) -> None:
        written(shop, {"extra/kustomization.yaml": f"resources:\n- ../base/{part}/{part}.yaml\n"})
        run = both(shop)
        assert "extra/kustomization.yaml:2:3" in run.said("MIG219")
        assert "not below the kustomization that names it" in run.said("MIG219")
        assert "reads base/" in run.said("MIG641")
        assert run.queue == ("propose" if part == "queue" else "adopt")
        assert (shop / f"base/{part}/{part}.yaml").is_file()

    def test_a_folder_of_two_of_them(self, both: Callable[..., Run], shop: Path) -> None:
        written(shop, {"extra/kustomization.yaml": "namePrefix: other-\nresources:\n- ../base/web\n"})
        run = both(shop)
        assert run.queue == "adopt"
        assert "extra/kustomization.yaml" in run.after

    def test_two_of_them_in_one_folder(self, both: Callable[..., Run], shop: Path) -> None:
        written(shop, {"extra/kustomization.yaml": "resources: []\n", "extra/Kustomization": "resources: []\n"})
        run = both(shop)
        assert "extra" in run.said("MIG112")
        assert run.queue == "adopt"
        assert run.applications == DIVIDED


class TestWhatIsNotHere:
    @pytest.mark.parametrize("part", ["queue", "api"])
    def test_a_submodule_is_another_repository(self, both: Callable[..., Run], shop: Path, part: str) -> None:
        (shop / ".gitmodules").write_text(f'[submodule "x"]\n\tpath = base/{part}\n\turl = https://git.example.org/x\n')
        (shop / f"base/{part}/.git").write_text("gitdir: ../../.git/modules/x\n")
        run = both(shop)
        assert run.queue == ("propose" if part == "queue" else "adopt")
        assert f"belongs to the submodule base/{part}" in run.said("MIG641")
        assert (shop / f"base/{part}/{part}.yaml").read_text() == SHOP[f"base/{part}/{part}.yaml"]

    def test_a_submodule_that_is_not_checked_out(self, both: Callable[..., Run], shop: Path) -> None:
        (shop / ".gitmodules").write_text('[submodule "x"]\n\tpath = extra/x\n\turl = https://git.example.org/x\n')
        (shop / "extra/x").mkdir(parents=True)
        (shop / "extra/kustomization.yaml").write_text("resources:\n- x\n")
        run = both(shop)
        assert "extra/kustomization.yaml:2:3" in run.said("MIG210")
        assert "extra/x is a submodule that is not checked out" in run.said("MIG210")
        assert "git submodule update --init" in run.applied.err
        assert run.queue == "adopt"
        assert run.applications == DIVIDED

    def test_a_manifest_that_git_lfs_keeps(self, both: Callable[..., Run], shop: Path) -> None:
        written(shop, {"extra/kustomization.yaml": "resources:\n- x.yaml\n", "extra/x.yaml": POINTER})
        run = both(shop)
        assert "extra/x.yaml:1" in run.said("MIG215")
        assert "git lfs pull" in run.applied.err
        assert run.queue == "adopt"
        assert run.applications == DIVIDED

    def test_data_that_git_lfs_keeps_moves_as_it_is(self, both: Callable[..., Run], shop: Path) -> None:
        (shop / "base/api/dashboard.json").write_text(POINTER)
        with (shop / "base/api/kustomization.yaml").open("a") as file:
            file.write("configMapGenerator:\n- name: dashboard\n  files: [dashboard.json]\n")
        run = both(shop)
        assert run.text("applications/api/base/dashboard.json") == POINTER.encode()


def test_a_folder_that_cannot_be_one_stays_with_a_warning(migrate: Migrate, app: Path, mirror: Path) -> None:
    (app / "overlays/prod").rename(app / "overlays/pr\x1bod\n")
    shown = migrate("apply", app, "--offline", "--chart-mirror", mirror, "--layout", "growing")
    assert shown.code == 0
    assert "error:" not in shown.err
    assert "cannot be the name of a folder [MIG641]" in shown.err
    assert not any(each in shown.err + shown.out for each in ("\x1b", "pr\nod"))
