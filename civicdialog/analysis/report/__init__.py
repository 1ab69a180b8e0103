"""The result of a run as one HTML page in German that needs nothing but a browser."""
