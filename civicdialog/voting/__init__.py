"""Secret opinions on submissions."""
