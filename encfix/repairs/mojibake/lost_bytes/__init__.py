"""Reading text of which a decoder lost bytes, with a mark for each or without, and what may be filled in.

UTF-8 shows where its characters begin, so a loss stays where it happened. In charsets of two bytes, GBK and Big5, it
moves all that follows, and all readings are weighed at once over a lattice. What is left in doubt is U+FFFD.
"""
