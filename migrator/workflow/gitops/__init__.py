"""What a run adds for the GitOps tool that was chosen."""
