"""Judging a stretch of text by one pair of encodings: what stands there, which spans read better, and is that proof?

A `Block` is what is judged. Reading it again gives spans, which end where sound text begins; proof gives each its
confidence, or none.
"""
