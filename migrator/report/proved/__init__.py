"""A proof as it is shown: its verdict and what stands in its way first, then all of it."""
