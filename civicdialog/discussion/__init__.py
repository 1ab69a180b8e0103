"""Arguments and questions under a submission."""
