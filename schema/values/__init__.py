"""The pure functions that bring one raw value into its one stored form, one noun a module."""
