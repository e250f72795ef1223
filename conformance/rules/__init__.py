"""Rules: what a call of a torch function is in the specification; each has that function's signature."""
