"""The reading room of the advisory committee."""
