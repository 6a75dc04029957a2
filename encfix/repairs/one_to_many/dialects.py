"""What Cantonese, Taiwanese, Hakka and Wu write otherwise than Mandarin, and what stays where a document is in them."""

from __future__ import annotations

import numpy as np

from encfix.batch import Batch, Mask, Positions
from encfix.chinese.characters import are_in

ONLY_CANTONESE = "佢嘅唔咁啲喺冇嚟哋咗喎嘢嗰乜"
"""Characters that Mandarin hardly has, of Cantonese."""

CANTONESE_TOO = "係吓响"
"""Words of Cantonese in either script: 係 is 是, 吓 is a particle, not 嚇, and 响 is 在."""

CANTONESE_FORMS = "吓响矇"
"""Those that traditional text would write otherwise, with 矇 of eyes that are half shut."""

DIALECT = "佇毋袂囡攏媠恁咱箍佮仝攑囥覕"
"""Characters of Taiwanese and Hakka that Mandarin hardly has."""

DIALECT_FORMS = "齣睏颱"
"""Forms that these write in words of their own: 頭齣, 睏椅."""

MANDARIN = "的了們很嗎吧呢沒"
"""Words of Mandarin that these, and Wu, hardly have."""


def are_dialect(batch: Batch, places: Positions, others: Positions) -> Mask:
    """Return which places hold 个 as Taiwanese, Hakka and Wu write it: in a document with characters of theirs, or
    without a word of Mandarin and other leftovers, of which some places are `others`."""
    found = batch.codes.take(places) == ord("个")
    if found.any():
        strange = np.sort(np.concatenate((places[~found], others)))
        is_mandarin = batch.holding(strange) | batch.holds(are_in(MANDARIN, batch.codes))
        is_dialect = batch.holds(are_in(DIALECT, batch.codes)) | ~is_mandarin
        found &= is_dialect[batch.documents_of(places)]
    return np.asarray(found)


def are_dialect_forms(batch: Batch, places: Positions) -> Mask:
    """Return which places hold a form of a document with characters of Taiwanese and Hakka that these write too."""
    return _where_document_holds(DIALECT, batch, places, are_in(DIALECT_FORMS, batch.codes.take(places)))


def are_cantonese(batch: Batch, places: Positions) -> Mask:
    """Return which places hold a word that Cantonese has in either script, in a document with words of its own."""
    return _where_document_holds(ONLY_CANTONESE, batch, places, are_in(CANTONESE_TOO, batch.codes.take(places)))


def are_cantonese_forms(batch: Batch, places: Positions) -> Mask:
    """Return which places hold a form that Cantonese has of its own, or count with 隻, in a document in Cantonese."""
    codes = batch.codes.take(places)
    found = are_in(CANTONESE_FORMS, codes)
    found |= (codes == ord("隻")) & are_in("呢嗰", batch.codes.take(places - 1))
    return _where_document_holds(ONLY_CANTONESE, batch, places, found)


def _where_document_holds(characters: str, batch: Batch, places: Positions, found: Mask) -> Mask:
    """Return which of the places that are found lie in a document with some of the characters."""
    if not found.any():
        return found
    return np.asarray(found & batch.holds(are_in(characters, batch.codes))[batch.documents_of(places)])
