"""Functions that hash, encrypt, or draw at random."""
