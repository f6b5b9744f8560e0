"""What the target holds and the render lacks, or the other way round: where, and how much."""
