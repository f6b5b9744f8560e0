"""Writers over value types: they show what the other rooms found and decide nothing."""
