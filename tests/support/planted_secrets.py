"""The fixture repository with unique secrets in more than forty kinds of places."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from pathlib import Path


def planted(number: int, version: str = "a") -> str:
    """A text that nothing else holds."""
    return f"pL4nt{number:02}{version}Zq9x"


def p(number: int) -> str:
    """The place of a secret in a text."""
    return "{{" + str(number) + "}}"


CONFIG = f"""\
apiVersion: v1
kind: ConfigMap
metadata:
  name: frontend-settings
  annotations:
    kubectl.kubernetes.io/last-applied-configuration: '{{"data":{{"password":"{p(1)}"}}}}'
    example.org/api-token: {p(2)}
data:
  password: {p(3)}
  api_token: {p(4)}
  DB_PASSWORD: {p(5)}
  dsn: postgres://shop:{p(6)}@db/shop
  jdbc: jdbc:mysql://db/shop?user=shop&password={p(7)}
  libpq: host=db user=shop password={p(8)} dbname=shop
  app.json: '{{"database": {{"password": "{p(9)}"}}, "clientSecret": "{p(10)}"}}'
  app.yaml: |
    database:
      password: {p(11)}
    oauth:
      client_secret: "{p(12)}"
  app.ini: |
    [db]
    secret_key = {p(13)}
  app.properties: |
    spring.datasource.password={p(14)}
  run.sh: |
    export AWS_SECRET_ACCESS_KEY={p(15)}
    PGPASSWORD={p(16)} psql
    mysql --password={p(17)} shop
    curl -H "Authorization: Bearer {p(18)}" https://example.org
  app.toml: |
    api_key = "{p(19)}"
  app.xml: |
    <password>{p(20)}</password>
  key.pem: |
    -----BEGIN PRIVATE KEY-----
    {p(21)}
    -----END PRIVATE KEY-----
  redis: redis://:{p(22)}@cache:6379/0
"""
SECRET = f"""\
apiVersion: v1
kind: Secret
metadata: {{name: frontend-secret}}
stringData:
  password: {p(23)}
  config.yaml: |
    smtp: {{password: {p(24)}}}
data:
  token: "b64:{p(25)}"
"""
FRONTEND = f"""
configMapGenerator:
- name: frontend-flags
  literals:
  - SESSION_SECRET={p(26)}
secretGenerator:
- name: frontend-literal
  literals:
  - password={p(27)}
- name: frontend-env
  envs: [secret.env]
- name: frontend-file
  files: [credentials.txt]
patches:
- patch: |
    - op: add
      path: /spec/template/spec/containers/0/env
      value:
      - name: JWT_SECRET
        value: {p(28)}
      - name: STRIPE_API_KEY
        value: {p(29)}
      - name: DATABASE_URL
        value: mongodb://shop:{p(30)}@db:27017
    - op: add
      path: /spec/template/spec/containers/0/args
      value:
      - --db-password={p(31)}
      - --token
      - {p(32)}
      - --endpoint=https://shop:{p(33)}@example.org/x
    - op: add
      path: /spec/template/spec/containers/0/readinessProbe
      value:
        httpGet:
          path: /
          port: 8080
          httpHeaders:
          - name: Authorization
            value: Bearer {p(34)}
  target: {{kind: Deployment, name: frontend}}
"""
MONITOR_ENV = f"""\
          - --web.password={p(35)}
          - --remote=https://writer:{p(36)}@metrics.example.org/write
        - name: API_TOKEN
          value: "{p(37)}"
        - name: SMTP_PASSWORD
          value: "{p(38)}"
"""
CUSTOM = f"""\
apiVersion: example.org/v1
kind: Account
metadata: {{name: frontend}}
spec:
  adminPassword: {p(39)}
  auth: {{username: a, secretKey: {p(40)}}}
  repoURL: https://git:{p(41)}@git.example.org/team/x.git
"""
FILES = {
    "base/frontend/settings.yaml": CONFIG,
    "base/frontend/secret.yaml": SECRET,
    "base/frontend/custom.yaml": CUSTOM,
    "base/frontend/secret.env": f"TOKEN={p(42)}\n",
    "base/frontend/credentials.txt": f"{p(43)}\n",
}
COUNT = 43


def _filled(text: str, version: str) -> str:
    text = re.sub(
        r"b64:\{\{(\d+)\}\}", lambda at: base64.b64encode(planted(int(at[1]), version).encode()).decode(), text
    )
    return re.sub(r"\{\{(\d+)\}\}", lambda at: planted(int(at[1]), version), text)


def plant(app: Path) -> None:
    """Put them into a copy of the fixture: into an application, and into what moves to a chart."""
    for file, text in FILES.items():
        (app / file).write_text(_filled(text, "a"))
    held = app / "base/frontend/kustomization.yaml"
    text = held.read_text().replace(
        "- deployment.yaml\n", "- deployment.yaml\n- settings.yaml\n- secret.yaml\n- custom.yaml\n"
    )
    held.write_text(text + _filled(FRONTEND, "a"))
    monitor = app / "base/monitoring/monitor.yaml"
    text = monitor.read_text()
    args, env = _filled(MONITOR_ENV, "a").split("        - name: API", 1)
    last = [line for line in text.splitlines(keepends=True) if line.lstrip().startswith("- --")][-1]
    indent = last[: len(last) - len(last.lstrip())]
    text = text.replace(last, last + args.replace("          - --", f"{indent}- --"), 1)
    env = (
        ("        - name: API" + env)
        .replace("        - name", f"{indent}- name")
        .replace("          value", f"{indent}  value")
    )
    monitor.write_text(text.replace(f"{indent}env:\n", f"{indent}env:\n{env}", 1))


def change_all(root: Path) -> None:
    """Let every secret become another one, wherever it stands."""
    old, new = (base64.b64encode(planted(25, version).encode()).decode() for version in "ab")
    for path in sorted(root.rglob("*")):
        if path.is_file() and ".git" not in path.relative_to(root).parts:
            text = path.read_text(encoding="utf-8")
            path.write_text(re.sub(r"pL4nt(\d\d)aZq9x", r"pL4nt\1bZq9x", text).replace(old, new), encoding="utf-8")


def leaks(text: str) -> Iterator[str]:
    """The lines of an output that hold one, with its number."""
    for number in range(1, COUNT + 1):
        for plain in (planted(number, version) for version in "ab"):
            for form in (plain, base64.b64encode(plain.encode()).decode()):
                yield from (f"{number}: {line.strip()}" for line in text.splitlines() if form in line)
