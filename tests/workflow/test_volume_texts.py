"""A root that kustomize 5.8 does not build for the volumes of a PodSecurityPolicy is planned, migrated and proved."""

from __future__ import annotations

from pathlib import Path

from cli_support import Migrate, committed, git

POLICY = """\
apiVersion: policy/v1beta1
kind: PodSecurityPolicy
metadata: {name: shop}
spec:
  privileged: false
  volumes: [secret]
"""


def test_it_is_migrated_and_stays_proved(migrate: Migrate, app: Path, mirror: Path) -> None:
    (app / "base/policy.yaml").write_text(POLICY)
    file = app / "base/kustomization.yaml"
    file.write_text(file.read_text().replace("resources:\n", "resources:\n- policy.yaml\n", 1))
    for name in ("dev", "prod"):
        overlay = app / f"overlays/{name}/kustomization.yaml"
        text = overlay.read_text()
        overlay.write_text(text if "images:" in text else f"{text.rstrip()}\nimages: [{{name: none, newTag: '1'}}]\n")
    committed(app)
    given = ("--offline", "--chart-mirror", mirror)
    shown = migrate("apply", app, *given, "--only", "tiny-db")
    assert shown.code == 0, shown.err + shown.out
    assert "overlays/prod is built as a kustomize before 5.8 builds it" in shown.err
    git(app, "add", "-A")
    git(app, "commit", "-q", "-m", "x")
    assert migrate("verify", app, *given).code == 0
    assert migrate("audit", app, *given).code == 0
    # it is said again, whatever is in the cache
    assert "MIG223" in migrate("plan", app, *given).err
    (app / "base/policy.yaml").write_text(POLICY.replace("[secret]", "[secret, nfs]"))
    assert migrate("verify", app, *given).code == 3
