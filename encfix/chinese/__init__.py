"""What is known about Chinese: character classes, readings, conversion between the scripts."""
