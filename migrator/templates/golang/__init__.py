"""What Go prints and reads: fmt, JSON, YAML, TOML, regular expressions, time, numbers."""
