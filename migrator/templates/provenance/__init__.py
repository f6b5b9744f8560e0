"""Values and texts that know which values path set them."""
