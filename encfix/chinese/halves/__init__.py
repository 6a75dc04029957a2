"""Characters cut in the middle: how they come about, and the search for what they were.

`cutting` makes the damage, so that a reading can be checked. A line is taken to pieces (`tokens`); the damage is run
backwards from one to the next (`arcs`), with the characters that the bytes allow (`choices`); pairs of characters prune
what is possible (`lattice`), and a beam finds the most probable readings of what is left (`readings`, `scoring`), also
by what the sound parts of the page say (`page`). What left no sign at all casts doubt on the best of them (`vanished`).
"""
