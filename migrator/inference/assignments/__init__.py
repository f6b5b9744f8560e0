"""Values overlays: what a trial sets on top of the values at hand, and paths with wildcards."""
