"""The result of an opinion run as one HTML page that needs nothing but a browser."""
