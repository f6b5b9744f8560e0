"""What the search does once nothing likely helps any more."""
