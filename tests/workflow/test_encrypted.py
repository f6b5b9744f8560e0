"""Files that SOPS has encrypted move byte for byte, their rules go along, and none is taken apart."""

from __future__ import annotations

from pathlib import Path

from cli_support import Migrate
from small_shop import CHART, SHOP, application, written


def secret(name: str) -> str:
    return (
        f"apiVersion: v1\nkind: Secret\nmetadata:\n    name: {name}\n    labels: {{app: {name}}}\nstringData:\n"
        "    password: ENC[AES256_GCM,data:AAAA,iv:BBBB,tag:CCCC,type:str]\n"
        "sops:\n    mac: ENC[AES256_GCM,data:DDDD,iv:EEEE,tag:FFFF,type:str]\n    version: 3.8.1\n"
    )


def shop(tmp_path: Path, files: dict[str, str]) -> Path:
    written(tmp_path / "charts", {f"tiny-queue/{path}": content for path, content in CHART.items()})
    return written(tmp_path / "shop", {**SHOP, **files})


def test_an_encrypted_file_moves_as_it_is_and_its_rule_goes_along(migrate: Migrate, tmp_path: Path) -> None:
    rules = "creation_rules:\n- path_regex: ^base/.*[.]enc[.]yaml$ # all of them\n  age: age1x\n"
    files = {
        ".sops.yaml": rules,
        "base/api/kustomization.yaml": "resources:\n- api.yaml\n- api.enc.yaml\n",
        "base/api/api.enc.yaml": secret("api"),
    }
    root = shop(tmp_path, files)
    options = ("--offline", "--chart-mirror", tmp_path / "charts", "--layout", "growing")
    shown = migrate("apply", root, *options)
    assert shown.code == 0, shown.err
    assert (root / "applications/api/base/api.enc.yaml").read_text() == secret("api")
    new = "|^applications/api/base/api[.]enc[.]yaml$"
    assert (root / ".sops.yaml").read_text() == rules.replace("yaml$ #", f"yaml${new} #")
    again = (root / ".sops.yaml").read_bytes()
    assert migrate("apply", root, *options).code == 0
    assert (root / ".sops.yaml").read_bytes() == again


def test_an_encrypted_file_of_two_applications_is_not_taken_apart(migrate: Migrate, tmp_path: Path) -> None:
    both = f"{secret('api')}---\n{secret('web')}"
    files = {
        "base/kustomization.yaml": "resources:\n- queue\n- all.yaml\n- all.enc.yaml\n",
        "base/all.yaml": f"{application('api')}---\n{application('web')}",
        "base/all.enc.yaml": both,
    }
    root = shop(tmp_path, files)
    shown = migrate("apply", root, "--offline", "--chart-mirror", tmp_path / "charts", "--layout", "growing")
    assert shown.code == 0, shown.err
    assert "base/all.enc.yaml is encrypted by SOPS as a whole" in shown.err
    assert (root / "base/all.enc.yaml").read_text() == both
    assert (root / "helm-charts/messaging/tiny-queue/values.yaml").is_file(), "all else goes on"


def test_an_encrypted_third_party_file_stays(migrate: Migrate, tmp_path: Path) -> None:
    queue = SHOP["base/queue/queue.yaml"] + "---\n" + secret("queue-tiny-queue")
    root = shop(tmp_path, {"base/queue/queue.yaml": queue})
    shown = migrate("apply", root, "--offline", "--chart-mirror", tmp_path / "charts", "--layout", "in-place")
    assert shown.code == 0, shown.err
    assert (root / "base/queue/queue.yaml").read_text() == queue
    assert "base/queue/queue.yaml is encrypted by SOPS" in shown.err
