"""Files: which ones, how they become text, and how they are written. Knows nothing of repairs."""
