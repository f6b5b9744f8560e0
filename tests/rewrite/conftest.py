from small_repository import make  # noqa: F401 - a fixture
