"""What leaves kustomization files and manifests when an object moves to a chart, byte for byte."""
