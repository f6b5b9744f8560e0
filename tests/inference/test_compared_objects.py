"""Which rendered objects are compared."""

from migrator.inference.hypothesis.compared_objects import is_skipped


def test_hooks_that_helm_does_not_know_are_left_out():
    def body(hook):
        return {"metadata": {"annotations": {"helm.sh/hook": hook}}}

    assert is_skipped(body("crd-install"))
    assert is_skipped(body("pre-install,crd-install"))
    assert not is_skipped(body("pre-install, post-upgrade"))
    assert not is_skipped({"metadata": {}})
