"""Items of lists are told by the keys that Kubernetes has for them."""

from __future__ import annotations

import pytest

from migrator.compare.lists.keys import item_keys

KEYS = [
    ("containers", [{"name": "web"}, {"name": "proxy"}], ("web", "proxy")),
    ("initContainers", [{"name": "wait"}], ("wait",)),
    ("env", [{"name": "A", "value": "1"}, {"name": "B"}], ("A", "B")),
    ("volumes", [{"name": "data"}], ("data",)),
    ("imagePullSecrets", [{"name": "pull"}], ("pull",)),
    ("webhooks", [{"name": "a.example.org"}], ("a.example.org",)),
    ("versions", [{"name": "v1beta1"}, {"name": "v1"}], ("v1beta1", "v1")),
    ("listeners", [{"name": "http", "port": 80}], ("http",)),
    ("of-a-custom-resource", [{"name": "x"}], ("x",)),
    ("volumeMounts", [{"name": "d", "mountPath": "/a"}, {"name": "d", "mountPath": "/b"}], ("/a", "/b")),
    ("volumeDevices", [{"name": "d", "devicePath": "/dev/a"}], ("/dev/a",)),
    ("ports", [{"containerPort": 53, "protocol": "UDP"}, {"containerPort": 53}], ("53/UDP", "53/TCP")),
    ("ports", [{"port": 80, "name": "web"}, {"port": 443, "protocol": "TCP"}], ("80/TCP", "443/TCP")),
    ("hostAliases", [{"ip": "10.0.0.1", "hostnames": ["a"]}], ("10.0.0.1",)),
    (
        "topologySpreadConstraints",
        [
            {"topologyKey": "zone", "whenUnsatisfiable": "DoNotSchedule"},
            {"topologyKey": "zone", "whenUnsatisfiable": "S"},
        ],
        ("zone/DoNotSchedule", "zone/S"),
    ),
    ("conditions", [{"type": "Ready", "status": "True"}], ("Ready",)),
    ("ownerReferences", [{"uid": "1", "name": "same"}, {"uid": "2", "name": "same"}], ("1", "2")),
    ("volumeClaimTemplates", [{"metadata": {"name": "data"}, "spec": {}}], ("data",)),
    ("rules", [{"host": "a.example.org"}, {"host": "b.example.org"}], ("a.example.org", "b.example.org")),
    ("paths", [{"path": "/", "pathType": "Prefix"}, {"path": "/x"}], ("//Prefix", "/x")),
    ("items", [{"key": "a.conf", "path": "a"}], ("a.conf",)),
]


@pytest.mark.parametrize(("field", "items", "keys"), KEYS, ids=[f"{field}-{keys[0]}" for field, _, keys in KEYS])
def test_a_list_has_the_keys_of_its_field(field: str, items: list[dict[str, object]], keys: tuple[str, ...]) -> None:
    assert item_keys(field, items, []) == (keys, ())
    assert item_keys(field, [], items) == ((), keys)


@pytest.mark.parametrize(
    ("field", "items"),
    [
        ("args", ["--a", "--b"]),
        ("tolerations", [{"key": "a", "operator": "Exists"}]),
        ("envFrom", [{"configMapRef": {"name": "a"}}]),
        ("rules", [{"verbs": ["get"], "resources": ["pods"]}]),
        ("env", [{"name": "A"}, {"name": "A"}]),
        ("env", [{"name": "A"}, {"value": "no name"}]),
        ("env", [{"name": ""}]),
        ("env", [{"name": True}]),
        ("env", [{"name": "A"}, None]),
        ("env", [{"name": "A"}, "A"]),
        ("topologySpreadConstraints", [{"topologyKey": "zone"}]),
        ("ports", [{"protocol": "TCP"}]),
        ("volumeClaimTemplates", [{"metadata": {}}]),
    ],
)
def test_without_keys_of_their_own_the_items_have_none(field: str, items: list[object]) -> None:
    assert item_keys(field, items, items) is None
    assert item_keys(field, items, []) is None
    assert item_keys(field, [], items) is None
