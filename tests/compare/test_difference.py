from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from migrator.compare import ALL, compare, comparison, describe, is_namespaced, redact, salt_of
from migrator.compare.scopes import as_written, placed_in
from migrator.model import Difference, DifferenceKind, Impact, ResId, resource_of
from migrator.yamlio import ABSENT


def config(name="a", namespace="", **body):
    metadata = {"name": name, **({"namespace": namespace} if namespace else {})}
    return resource_of({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, **body})


def kind_of(kind, api="v1", namespace="", **body):
    metadata = {"name": "a", **({"namespace": namespace} if namespace else {})}
    return resource_of({"apiVersion": api, "kind": kind, "metadata": metadata, **body})


def test_equal_to_kubernetes_is_equal():
    before = config(data={"a": "1", "b": "2"}, n=1.0)
    after = config(data={"b": "2", "a": "1"}, n=1)
    assert compare([before, config("b")], [config("b"), after]) == ()
    assert len(compare([config(n=1)], [config(n=True)])) == 1


def test_a_difference_names_its_object_and_place():
    (found,) = compare([config(data={"a/b": "1"}, namespace="x")], [config(data={"a/b": "2"}, namespace="x")])
    assert found.id == "ConfigMap/x/a#/data/a~1b"
    assert (found.before, found.after, found.path) == ("1", "2", ("data", "a/b"))


def test_labels_are_compared_one_by_one_even_where_a_side_has_none():
    bare, labelled = config(), config()
    labelled = resource_of({**labelled.body, "metadata": {"name": "a", "labels": {"x": "1", "y": "2"}}})
    assert [difference.path for difference in compare([bare], [labelled])] == [
        ("metadata", "labels", "x"),
        ("metadata", "labels", "y"),
    ]
    assert {difference.kind for difference in compare([labelled], [bare])} == {DifferenceKind.REMOVED}


def test_list_order_counts():
    (found,) = compare([config(x=["a", "b", "a"])], [config(x=["b", "a", "a"])])
    assert (found.id, found.is_order, describe(found)) == (
        "ConfigMap//a#/x",
        True,
        ('order: "a", "b", "a" -> "b", "a", "a"',),
    )
    (found,) = compare([config(x=[{"name": "a"}, {"name": "b"}])], [config(x=[{"name": "b"}, {"name": "a"}])])
    assert (found.id, found.kind, found.is_order) == ("ConfigMap//a#/x", DifferenceKind.CHANGED, True)
    assert describe(found) == ("order: a, b -> b, a",)


def test_only_what_both_have_is_in_another_order():
    before = [{"name": name} for name in "abcd"]
    after = [{"name": name} for name in "xcab"]
    found = compare([config(x=before)], [config(x=after)])
    assert [(each.id.partition("#")[2], each.place, describe(each)) for each in found] == [
        ("/x", "", ("order: a, b, c -> c, a, b",)),
        ("/x/0", "x[x]", ('+ {"name": "x"}',)),
        ("/x/3", "x[d]", ('- {"name": "d"}',)),
    ]


def test_what_digests_tell_apart_differs_even_where_nothing_in_it_does():
    # to Python these keys are one; no reader makes such a map
    (found,) = compare([config(data={1: "x"})], [config(data={True: "x"})])
    assert (found.path, found.kind) == ((), DifferenceKind.CHANGED)


def test_an_object_without_a_namespace_lands_in_the_release_namespace():
    there, bare = config(namespace="web"), config()
    assert compare([there], [bare], release_namespace="web") == ()
    assert {difference.kind.value for difference in compare([there], [bare], release_namespace="other")} == {
        "added",
        "removed",
    }
    assert {difference.kind.value for difference in compare([there], [bare])} == {"added", "removed"}
    # neither says where
    assert compare([bare], [bare], release_namespace="web") == ()
    # what is deployed without one is in the release's too, and never in another one
    assert compare([bare], [there], release_namespace="web") == ()
    assert len(compare([bare], [there], release_namespace="other")) == 2
    assert len(compare([bare], [there])) == 2
    assert comparison([bare], [there], release_namespace="web").equivalences == {"release-namespace": 1}
    assert len(compare([bare], [there], release_namespace="web", rules=ALL - {"release-namespace"})) == 2
    # where one is written it is another object than the one without
    assert [str(each.resource) for each in compare([bare, there], [bare], release_namespace="web")] == [
        "ConfigMap web/a"
    ]


def test_kinds_without_a_namespace_have_none():
    role = kind_of("ClusterRole", "rbac.authorization.k8s.io/v1")
    odd = kind_of("ClusterRole", "rbac.authorization.k8s.io/v1", namespace="web")
    assert compare([role], [role], release_namespace="web") == ()
    # the API server drops it
    kept = comparison([role], [odd], release_namespace="web")
    assert (kept.differences, kept.equivalences) == ((), {"release-namespace": 1})
    found = compare([role], [odd], release_namespace="web", rules=ALL - {"release-namespace"})
    assert [(difference.path, difference.impact) for difference in found] == [
        (("metadata", "namespace"), Impact.CONFIG)
    ]
    assert not is_namespaced(role)
    assert is_namespaced(config())
    assert is_namespaced(kind_of("ClusterRole", "example.com/v1"))


def binding(kind, namespace, *accounts):
    subjects = [
        {"kind": "ServiceAccount", "name": name, **({"namespace": there} if there else {})} for name, there in accounts
    ]
    return kind_of(kind, "rbac.authorization.k8s.io/v1", namespace=namespace, subjects=subjects)


def test_an_account_of_a_role_binding_is_in_its_namespace():
    bare, told = (binding("RoleBinding", "web", ("a", there), ("b", "ops")) for there in ("", "web"))
    same = comparison([bare], [told])
    assert (same.differences, same.equivalences) == ((), {"release-namespace": 1})
    assert compare([bare], [binding("RoleBinding", "", ("a", "web"), ("b", "ops"))], release_namespace="web") == ()
    assert compare([bare], [told], rules=ALL - {"release-namespace"}) != ()
    # another one's is a difference, and a binding of the whole cluster has no namespace
    assert compare([bare], [binding("RoleBinding", "web", ("a", "ops"), ("b", "ops"))]) != ()
    assert compare([binding("ClusterRoleBinding", "", ("a", ""))], [binding("ClusterRoleBinding", "", ("a", "web"))])


def test_scope_of_custom_resources_comes_from_their_definitions():
    names = {"group": "x.io", "scope": "Cluster", "names": {"kind": "Widget"}}
    crd = kind_of("CustomResourceDefinition", "apiextensions.k8s.io/v1", spec=names)
    widget = kind_of("Widget", "x.io/v1")
    elsewhere = kind_of("Widget", "x.io/v1", namespace="web")
    assert compare([elsewhere, crd], [widget, crd]) == ()
    assert len(compare([elsewhere], [widget])) == 2


def test_a_namespace_that_was_only_assumed_is_not_there_where_the_kind_has_none():
    written = kind_of("Widget", "example.org/v1")
    spec = {"group": "example.org", "names": {"kind": "Widget"}, "scope": "Cluster"}
    definition = kind_of("CustomResourceDefinition", "apiextensions.k8s.io/v1", spec=spec)
    placed = placed_in(written, "web", {})
    assert (placed.id.namespace, placed.own_namespace, as_written(placed)) == ("web", "", written)
    assert [each.resource.kind for each in compare([placed], [written, definition])] == ["CustomResourceDefinition"]


def test_a_second_object_of_one_identity_is_not_lost():
    (found,) = compare([config()], [config(), config()])
    assert found.kind is DifferenceKind.ADDED


def secret(**data):
    return resource_of({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s"}, "data": data})


def test_secrets_are_described_by_digests_or_not_at_all():
    before, after = secret(password="aHVudGVyMg==", same="eA=="), secret(password="aHVudGVyMw==", same="eA==")
    (found,) = compare([before], [after])
    assert found.before == "aHVudGVyMg=="
    assert describe(found) == ("(hidden) -> other (hidden)",)
    (line,) = describe(found, salt=salt_of([before, after]))
    assert line.startswith("<secret ")
    assert "aHVud" not in line
    shown = redact(before.body, "Secret", salt="s")
    assert shown["metadata"] == {"name": "s"}
    assert "aHVud" not in str(shown)
    assert redact(before.body, "Secret", salt="s") == shown != redact(before.body, "Secret", salt="t")
    assert redact(before.body, "ConfigMap", salt="s") is before.body
    (gone,) = compare([before], [])
    assert describe(gone) == ("only before",)
    (key,) = compare([secret(a="eA==")], [secret(a="eA==", b="aHVudGVyMg==")])
    assert describe(key) == ("+ (hidden)",)


def test_the_copy_that_kubectl_leaves_is_as_secret_as_the_data():
    annotation = "kubectl.kubernetes.io/last-applied-configuration"
    body = {
        **secret(a="eA==").body,
        "metadata": {"name": "s", "annotations": {annotation: '{"data":{"a":"eA=="}}', "x": "y"}},
    }
    shown = redact(body, "Secret", salt="s")
    assert shown["metadata"]["annotations"]["x"] == "y"
    assert "eA==" not in str(shown)
    (found,) = compare(
        [secret(a="eA==")], [resource_of({**body, "metadata": {"name": "s", "annotations": {annotation: "eA=="}}})]
    )
    assert describe(found) == ("+ (hidden)",)


def described(before, after, path=("data", "k")):
    resource = ResId(group="", kind="ConfigMap", namespace="", name="a")
    return describe(
        Difference(
            resource=resource, path=path, kind=DifferenceKind.CHANGED, before=before, after=after, impact=Impact.CONFIG
        )
    )


def test_documents_inside_texts_are_compared_by_value():
    before = "global:\n  interval: 1m\nrules:\n- a\n- b\n"
    after = "rules: [a, b]\nglobal: {interval: 2m}\n"
    assert described(before, after) == ("Value of ['global']['interval'] changed from \"1m\" to \"2m\".",)
    assert described("a: 1\n__b: 1\n", "a: 1\n__b: 2\n") == ("Value of ['__b'] changed from 1 to 2.",)
    same = described("a: 1\nb: 2\n", "b: 2\na: 1\n")
    assert same[0] == "the same values, written differently"
    assert described("a: 1\n", "a: true\n") != same
    assert described("a: [1]\n", "a: [true]\n")[1:] == ("-a: [1]", "+a: [true]")


def test_other_texts_are_compared_by_line():
    assert described("#!/bin/sh\nset -e\nrun\n", "#!/bin/sh\nset -eu\nrun\n")[1:] == (
        " #!/bin/sh",
        "-set -e",
        "+set -eu",
        " run",
    )
    assert described(1, "1") == ('1 -> "1"',)
    assert described({"a": 1}, [1]) == ('{"a": 1} -> [1]',)
    long = described("\n".join(map(str, range(100))), "\n".join(str(-number) for number in range(100)))
    assert len(long) == 21
    assert long[-1].endswith("lines more")
    assert len(described("x" * 1000, "y")[0]) < 250


JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-3, 3), st.sampled_from(["", "a", "b"])),
    lambda child: st.one_of(st.lists(child, max_size=3), st.dictionaries(st.sampled_from("abc"), child, max_size=3)),
    max_leaves=8,
)


def _at(body, path):
    for key in path:
        if (isinstance(body, dict) and key in body) or (
            isinstance(body, list) and isinstance(key, int) and key < len(body)
        ):
            body = body[key]
        else:
            return ABSENT
    return body


@settings(max_examples=200, deadline=None)
@given(a=JSON, b=JSON)
def test_differences_are_complete_and_true(a, b):
    before, after = config(spec=a), config(spec=b)
    found = compare([before], [after], rules=frozenset())
    for difference in found:
        old = _at(before.body, difference.before_path or difference.path)
        new = _at(after.body, difference.after_path or difference.path)
        assert old is difference.before or old == difference.before
        assert new is difference.after or new == difference.after
    assert bool(found) == bool(compare([after], [before], rules=frozenset()))
    assert compare([before], [config(spec=a)]) == ()
    assert len({difference.id for difference in found}) == len(found)
