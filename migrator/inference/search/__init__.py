"""The search for values: passes over one environment, then over all environments and chart versions."""
