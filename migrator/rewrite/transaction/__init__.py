"""File edits become the repository, all or nothing, under a journal that survives a crash."""
