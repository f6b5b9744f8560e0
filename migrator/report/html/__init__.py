"""One page that a person opens to understand a migration and to defend it: whole in itself, nothing is fetched."""
