"""What Go prints and reads, byte for byte: fmt, JSON, YAML, TOML, regular expressions, time, numbers."""
