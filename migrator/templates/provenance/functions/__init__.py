"""Template functions that keep provenance: structure stays structure, text keeps its pieces."""
