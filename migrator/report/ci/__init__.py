"""Writers for systems that run pipelines."""
