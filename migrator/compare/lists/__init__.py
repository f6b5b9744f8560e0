"""Items of lists: which is which on two sides, and where their order means nothing."""
