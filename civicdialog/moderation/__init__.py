"""The queue, decisions and their reasons."""
