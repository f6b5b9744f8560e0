"""What looks after the migrated repository, added to the edits that make it."""
