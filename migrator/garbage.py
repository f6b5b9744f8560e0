"""When Python looks for garbage: a run keeps what it reads to its end, so looking often is time lost."""

THRESHOLDS = (100_000, 20, 50)
"""For `gc.set_threshold`; Python's own suit programs that live long."""
