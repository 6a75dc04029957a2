"""Damage to single places in text that is sound otherwise, or that no pair explains as a stretch.

Each file proposes edits of its own: short pieces in a document whose other lines prove a pair, marks alone, backslashes
and other remnants, and what European encodings did to letters and signs of Europe, which is ftfy's part.
"""
