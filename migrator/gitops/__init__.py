"""What Argo CD and Flux objects deploy, and what their owners have to do before a chart takes objects over."""
