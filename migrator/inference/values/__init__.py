"""The shape of values files: common and per environment, in the chart's order, with comments."""
