"""Posts in real blog engines and a real browser."""
