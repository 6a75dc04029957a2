"""Formats, one module each: which text of a file is a document, and where it stands.

A `TextFormat` cuts decoded text into chunks and says of each document where its characters stand in the chunk, so
that a repair becomes an edit of the file's own text and everything else stays as it is, byte for byte.
`docs/formats.md` says what each format takes for a document.
"""
