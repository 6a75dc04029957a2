"""Build the tables of `encfix.chinese.neighbours` from cjclassifier's Japanese counts and chardet's Korean ones.

chardet counts pairs of bytes, and so also those that the end of one syllable makes with the beginning of the next. In
EUC-KR and in Johab these fall on different syllables, so the smaller of the two counts is the true one.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt
from chardet.models import load_models

from encfix.chinese import neighbours
from tools.build_model import quantise, read_lines

KANJI_SHARE, HANGUL_SHARE = 0.35, 0.8
"""The share of ideographs in Japanese text, and of hangul in Korean, the rest being kana, marks and spaces."""

UNIGRAMS, PAIRS = 1579707074, 896982233
"""The characters and pairs that cjclassifier counted in Japanese text; its first line says so."""

LEAST_JOINT, LEAST_GAIN = -13.5, 1.0
"""The log probability of a pair below which it is left out, and how much its second must gain by its first."""

UNSEEN = 0.4
"""The count of a syllable that chardet's models lack, in steps of theirs."""


def build_kanji() -> dict[str, npt.NDArray[Any]]:
    """Return the log probability of each ideograph in Japanese, from `neighbours.FIRST_HAN` on, and after another."""
    single: dict[str, float] = {}
    joint: dict[str, float] = {}
    for line in read_lines():
        text, _, _, japanese, *_ = line.split(" ")
        if japanese != "0" and all(neighbours.FIRST_HAN <= ord(one) < neighbours.LAST_HAN for one in text):
            (single if len(text) == 1 else joint)[text] = float(japanese)
    logs = np.full(neighbours.LAST_HAN - neighbours.FIRST_HAN, neighbours.NEVER)
    for text, log in single.items():
        logs[ord(text) - neighbours.FIRST_HAN] = max(log + math.log(KANJI_SHARE), neighbours.NEVER)
    after = {}
    for text, log in joint.items():
        if log > LEAST_JOINT and single.keys() >= set(text):
            given = log - single[text[0]] + math.log(PAIRS / UNIGRAMS)
            if given > single[text[1]] + math.log(KANJI_SHARE) + LEAST_GAIN:
                after[text] = min(given, 0.0)
    first, second = (np.array([ord(text[nth]) for text in after], dtype=np.uint32) for nth in (0, 1))
    keys = neighbours.pair_keys(first, second)
    order = np.argsort(keys)
    return {
        "kanji_logs": quantise(logs),
        "kanji_pairs": keys[order],
        "kanji_pair_logs": quantise(list(after.values()))[order],
    }


def build_hangul() -> npt.NDArray[np.uint8]:
    """Return the log probability of each syllable of hangul in Korean: uint8, from U+AC00 on."""
    codecs = ("euc_kr", "johab")
    counted = [np.frombuffer(load_models()[f"ko/{codec}"], dtype=np.uint8).astype(float) for codec in codecs]
    pairs = [bytes((lead, trail)) for lead in range(0xB0, 0xC9) for trail in range(0xA1, 0xFF)]
    syllables = [pair.decode("euc_kr") for pair in pairs]
    places = [[int.from_bytes(one.encode(codec), "big") for one in syllables] for codec in codecs]
    found = [counts[where] for counts, where in zip(counted, places, strict=True)]
    found[1] *= found[0].max() / found[1].max()  # each is in steps of its own
    counts = np.maximum(np.minimum(*found), UNSEEN)
    logs = np.full(neighbours.LAST_HANGUL - neighbours.FIRST_HANGUL, neighbours.NEVER)
    logs[[ord(one) - neighbours.FIRST_HANGUL for one in syllables]] = np.log(HANGUL_SHARE * counts / counts.sum())
    return quantise(logs)


def build() -> dict[str, npt.NDArray[Any]]:
    """Return every table by name."""
    return {**build_kanji(), "hangul_logs": build_hangul()}
