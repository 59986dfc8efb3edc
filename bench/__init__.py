"""Benchmarks: each prints its figures and the ratio to a named floor measured in the same run."""
