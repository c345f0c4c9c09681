"""Every performance figure of Horus, each one command; see docs/benchmarks.md."""
