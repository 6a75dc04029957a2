"""Which bytes stood behind a text, where a decoder reads several alike or one is gone without a mark.

Those are taken that read best: UTF-8 shows which bytes may follow, pairs of bytes are searched with a beam.
"""
