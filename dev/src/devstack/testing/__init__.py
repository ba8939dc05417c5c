"""Whole stacks for tests and benchmarks: the embedded one as a process, the real one as a process per role."""
