"""The objects of Argo CD and Flux that deploy a migrated repository, as values and as files."""
