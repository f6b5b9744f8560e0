"""Values that might close a gap: only proposed here, the search renders and decides."""
