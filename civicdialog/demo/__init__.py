"""The sample city: believable data, clearly marked as such."""
