"""The loop over candidates, environments and chart versions."""
