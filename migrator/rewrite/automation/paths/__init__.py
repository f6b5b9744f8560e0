"""Words of automation files that are paths of the repository, before and after a move."""
