"""Monolithic overlays become one folder per application, where every part renders the same by itself."""
