"""Every function that Helm 3.17 offers to templates, over plain values."""
