"""What every room stands on: database, clock, permissions, audit, errors, text, jobs."""
