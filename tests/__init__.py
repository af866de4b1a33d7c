"""The ladder of tests: core, wire, services, migrations, e2e, and the benchmarks."""
