"""What a value changes in the rendered objects, told by rendering without it."""
