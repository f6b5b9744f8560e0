from hybrid_repository import hybrid, make_hybrid  # noqa: F401 - fixtures
from odd_trees import both, charts, shop  # noqa: F401 - fixtures
from proposed_database import proposed  # noqa: F401 - a fixture
