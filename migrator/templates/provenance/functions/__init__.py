"""`toYaml`, `default`, `printf` and others once more: what these make still knows which values set it."""
