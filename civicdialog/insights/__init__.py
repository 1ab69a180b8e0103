"""Runs: topics from texts, as stored snapshots."""
