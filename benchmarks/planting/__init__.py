"""Faults that the audit has to find, planted in migrated repositories."""
