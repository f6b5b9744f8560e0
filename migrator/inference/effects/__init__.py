"""What a value changes in the rendered objects, found by rendering without it."""
