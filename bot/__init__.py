"""The shell: all I/O, all clocks, all frameworks. Imports `digests` and `config`; nothing imports it."""
