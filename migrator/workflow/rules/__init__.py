"""What `migrate rules` does."""
