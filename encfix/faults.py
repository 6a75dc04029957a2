"""A fault of encfix itself: it costs the document on which it occurs, never the others, and is said aloud."""

from __future__ import annotations

import traceback
import warnings
from pathlib import Path


def warned_of(error: Exception) -> str:
    """Warn of a fault, and return what it is and where. Raises the error if it is a lack of memory, which is no fault.

    A RuntimeWarning, so that a test suite that makes errors of warnings finds every fault.
    """
    if isinstance(error, MemoryError):
        raise error
    *_, place = traceback.extract_tb(error.__traceback__)
    what = f"{type(error).__name__}: {error} ({Path(place.filename).name}, line {place.lineno})"
    warnings.warn(f"a fault in encfix, please report it: {what}", RuntimeWarning, stacklevel=2)
    return what
