"""Candidates: values that might close a difference between target and render; the search renders them and decides."""
