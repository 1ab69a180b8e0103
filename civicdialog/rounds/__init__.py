"""Consultation rounds and the phases they go through."""
