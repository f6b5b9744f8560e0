from odd_trees import both, charts, shop  # noqa: F401 - fixtures
