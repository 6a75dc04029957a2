"""Which pair of encodings explains a damaged stretch, of all that might.

A quick look drops most pairs, the rest are ranked, and the best judged with care, over the stretch as a whole and then
over lines that this leaves in doubt. What explains a stretch is `Explained`; it is completed once all of a document is
read.
"""
