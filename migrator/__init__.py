"""Move all-Kustomize GitOps repositories to a Helm + Kustomize hybrid, with proof."""

__version__ = "0.1.0"
