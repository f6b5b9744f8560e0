"""Pipelines, CODEOWNERS, Renovate, Dependabot, SOPS rules and GitOps objects: the paths they name."""
