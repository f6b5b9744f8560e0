"""What commands have in common: reading, recognising, resolving, inferring, staging and proving."""
