"""Proposals for AI applications, principles and concerns, and their life."""
