"""Single changes of a migrated repository, and who notices them."""
