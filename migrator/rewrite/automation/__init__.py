"""What other files say of paths follows what moved: scripts, CI pipelines, bots, CODEOWNERS, GitOps objects."""
