"""Help for a person: the pages of the manual, and examples of each command."""
