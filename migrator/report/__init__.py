"""Plans, proofs and findings as text, JSON, Markdown, SARIF, JUnit or annotations; nothing is decided here."""
