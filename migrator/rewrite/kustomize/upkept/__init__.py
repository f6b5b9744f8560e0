"""What kustomize or a controller keeps up to date today, and what would be a constant in a release."""
