"""The Helm template interpreter with provenance, and the functions that Helm offers to templates."""
