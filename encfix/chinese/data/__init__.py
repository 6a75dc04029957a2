"""Tables built by `tools/build_data.py`, mapped from disk when first used."""

from __future__ import annotations

from importlib.resources import as_file, files
from typing import Any

import numpy as np
import numpy.typing as npt

VERSION = "2026.11.8"
"""Changes whenever a table's content changes; written into every audit."""


def load(name: str) -> npt.NDArray[Any]:
    """Map the table `name` into memory, read-only.

    >>> load("classes").shape
    (1114113,)
    """
    with as_file(files(__name__) / f"{name}.npy") as path:
        return np.asarray(np.load(path, mmap_mode="r", allow_pickle=False))
