"""Which object after is which object before, and which may be one under another name."""
