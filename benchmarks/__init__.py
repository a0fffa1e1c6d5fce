"""Benchmarks: what is fast and what is right, measured; see docs/benchmarks.md."""
