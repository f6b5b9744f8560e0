from hybrid_repository import hybrid, make_hybrid, secretive  # noqa: F401 - fixtures
