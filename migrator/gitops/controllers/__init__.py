"""A model of what Argo CD, Flux and helm do to the live objects of clusters."""
