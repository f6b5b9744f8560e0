"""What the objects of Argo CD and Flux in a repository deploy, read from its files and from what its roots render."""

from migrator.gitops.reading.named import own_repositories
from migrator.gitops.reading.objects import Rendered
from migrator.gitops.reading.read import Reading, read_deployers

__all__ = ["Reading", "Rendered", "own_repositories", "read_deployers"]
