"""What a cluster would hold of an object: two that are the same there are the same here."""

from migrator.compare.stored.equivalences import ALL, RELEASE_NAMESPACE, Equivalences
from migrator.compare.stored.form import Stored, stored_form

__all__ = ["ALL", "RELEASE_NAMESPACE", "Equivalences", "Stored", "stored_form"]
