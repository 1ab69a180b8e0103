"""Reading cluster runs."""
