"""Charts as light SVG text, each with its numbers as a plain table and in words."""
