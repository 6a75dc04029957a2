"""Which encodings were taken for which, and from which bytes the characters of a damaged text came.

Pairs of encodings, what the decoders of each charset read and lose, and their exact inverses; also what was done to
the characters later: by ftfy, by pages that put marks in, by what made spaces plain or wide letters narrow. Whether
there is damage at all is asked in the rooms after this one.
"""
