"""The parts of the benchmarks: what is measured, how, and how it is shown."""
