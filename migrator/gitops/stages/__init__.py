"""The stages of a change of hands: what protects live objects before another deployer takes them over (ADR 20)."""
