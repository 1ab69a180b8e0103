"""Inbox and outgoing mail."""
