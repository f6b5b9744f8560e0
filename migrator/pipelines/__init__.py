"""Pipelines, scripts and configuration of bots that look after the migrated repository."""
