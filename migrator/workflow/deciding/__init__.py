"""From a proposal to an adoption: what a person says of differences, and what comes of it."""
