"""Build the tables of `encfix.chinese.model` from cjclassifier's pair counts and jieba's word list.

Both scripts are folded into one first, as `encfix.chinese.model` folds the text that it judges; what falls together is
added up. Chinese comes from cjclassifier's simplified half, since its traditional half was partly made by a converter.
"""

from __future__ import annotations

import gzip
import math
from collections import defaultdict
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
import numpy.typing as npt
import opencc

from encfix.chinese import model
from encfix.chinese.characters import HAN_CLASSES, SIMPLIFIED_FORMS, TRADITIONAL_CLASSES, class_of

MARKS = {
    "，": 0.055, "。": 0.024, "、": 0.012, "：": 0.006, "；": 0.003, "？": 0.003, "！": 0.003,
    "“": 0.004, "”": 0.004, "「": 0.002, "」": 0.002, "《": 0.003, "》": 0.003, "（": 0.004, "）": 0.004,
    "『": 0.0002, "』": 0.0002, "‘": 0.0003, "’": 0.0003, "—": 0.001, "…": 0.001, "·": 0.001, "～": 0.0003,
    "【": 0.0003, "】": 0.0003, "〈": 0.0002, "〉": 0.0002, " ": 0.012, "\n": 0.012, "\u3000": 0.002, ".": 0.004,
    ",": 0.004, "(": 0.002, ")": 0.002, ":": 0.002, "-": 0.002, "/": 0.0008, "%": 0.001, '"': 0.001, "?": 0.0006,
    "!": 0.0006, ";": 0.0006, "'": 0.0005, "\t": 0.0005, "○": 0.0001, "●": 0.0001, "①": 0.0001, "％": 0.0003,
}  # fmt: skip
"""How often the marks of prose stand in it, in round figures; no listed source counts them."""

GROUPS: tuple[tuple[tuple[range, ...], float, float], ...] = (
    ((range(0x30, 0x3A),), 0.004, 0.07),
    ((range(0x61, 0x7B),), 0.0015, 0.04),
    ((range(0x41, 0x5B),), 0.0015, 0.02),
    ((range(0xFF10, 0xFF1A),), 0.00001, 0.05),
    ((range(0xFF21, 0xFF3B), range(0xFF41, 0xFF5B)), 0.000002, 0.02),
    ((range(0x3041, 0x3100), range(0x31F0, 0x3200)), 0.00004, 0.012),
    ((range(0xFF66, 0xFFA0),), 0.000002, 0.0002),
    ((range(0xAC00, 0xD7A4), range(0x1100, 0x1200), range(0x3130, 0x3190)), 0.000002, 0.002),
    ((range(0x21, 0x7F),), 0.0001, 0.002),
    ((range(0xFF01, 0xFF5F), range(0x2010, 0x2040), range(0x3000, 0x3040)), 0.00001, 0.0005),
    ((range(0xA1, 0x250), range(0x370, 0x530)), 0.000005, 0.00002),
    ((range(0x3400, 0xA000), range(0xF900, 0xFB00)), 3e-8, 3e-8),
)
"""Ranges that share a symbol, unless they have one of their own: the probability of each member, and after a fellow."""

CASES = (("A", "a", 0.03), ("a", "A", 0.002), ("A", "0", 0.01), ("a", "0", 0.004))
"""The probability of a letter or digit after one of another group: only the groups that these stand for matter."""

STRANGER = 1e-9
"""The probability of a code point that has no place in prose."""

HAN_SHARE = 0.80
UNIGRAMS, PAIRS = 1435710500, 1122950896
"""The characters and pairs that cjclassifier counted in simplified text; its first line says so."""

UNLISTED = 10_000
"""About how often a character stands in pairs too rare to be listed."""

PRIOR = 2_000
MOST_BEGINS = 1.3
"""The most, in nats, by which a character gains behind a mark: 年 and 月 stand mostly behind digits."""

LEAST_JOINT = -16.0
"""The rarest pair that cjclassifier lists; a pair that it lacks is rarer."""

KEPT_BACK = 0.03
"""The least share of what follows a character that goes to pairs never seen."""

FORM_COST = 6.0
"""The most that a form may cost in traditional text."""

LEAST_FREQUENCY = 20
WORD_LENGTH = 1.6
"""Characters in an average word of running text, by which a character's share becomes that of a word."""


def fold_pairs() -> dict[int, int]:
    """Return the code points that OpenCC's character tables fold onto a simplified form, and that form."""
    converters = [opencc.OpenCC(name) for name in ("t2s", "tw2s", "hk2s")]
    folded: dict[int, int] = {}
    for code in (*range(0x3400, 0xA000), *range(0xF900, 0xFB00)):
        for converter in converters:
            form = converter.convert(chr(code))
            if form != chr(code) and len(form) == 1 and ord(form) < 0x10000:
                folded[code] = ord(form)
                break
    folded[ord("著")] = ord("着")  # in words such as 看著, which a table of single characters cannot tell apart
    return {code: folded.get(form, form) for code, form in folded.items()}


@cache
def read_lines() -> list[str]:
    """Return the lines of cjclassifier's model: text, then its log probability in each of three languages, or 0."""
    return gzip.decompress((files("cjclassifier") / "cjlogprobs.gz").read_bytes()).decode().splitlines()[1:]


def counts(fold: dict[int, int]) -> tuple[dict[int, float], dict[tuple[int, int], float]]:
    """Return the probabilities of characters and of pairs in simplified Chinese, both scripts' forms added up."""
    single: dict[int, float] = defaultdict(float)
    pair: dict[tuple[int, int], float] = defaultdict(float)
    for line in read_lines():
        text, simplified, *_ = line.split(" ")
        if simplified == "0":
            continue
        codes = [fold.get(ord(character), ord(character)) for character in text]
        if len(codes) == 1:
            single[codes[0]] += math.exp(float(simplified))
        else:
            pair[codes[0], codes[1]] += math.exp(float(simplified))
    return dict(single), dict(pair)


def build_form_costs(fold: dict[int, int]) -> npt.NDArray[np.uint8]:
    """Return what each form of a character costs in traditional text, in the steps of `encfix.chinese.model`."""
    mass: dict[int, float] = defaultdict(float)
    for line in read_lines():
        text, _, traditional, *_ = line.split(" ")
        if len(text) == 1 and traditional != "0":
            mass[ord(text)] = math.exp(float(traditional))
    forms: dict[int, set[int]] = defaultdict(set)
    for code, form in fold.items():
        forms[form] |= {code, form}
    legal = {*HAN_CLASSES} - {*SIMPLIFIED_FORMS, *TRADITIONAL_CLASSES}
    costs = np.zeros(0x10000)
    for form, codes in forms.items():
        most = max(mass[code] for code in codes)
        for code in codes:
            is_legal = code == form and class_of(chr(code)) in legal
            if most and not is_legal:
                costs[code] = min(FORM_COST, math.log(most / mass[code]) if mass[code] else FORM_COST)
    return quantise(-costs)


def quantise(values: npt.ArrayLike) -> npt.NDArray[np.uint8]:
    """Return log probabilities in the steps of `encfix.chinese.model`."""
    steps = np.rint(-np.asarray(values, dtype=np.float64) / model.STEP)
    return np.clip(steps, 0, 255).astype(np.uint8)


def build_symbols(
    single: dict[int, float], fold: dict[int, int]
) -> tuple[npt.NDArray[np.uint16], list[float], dict[tuple[int, int], float]]:
    """Return the symbol of each code point, the log probability of each symbol, and pairs of symbols not Han."""
    symbols = np.zeros(0x10000, dtype=np.uint16)
    logs = [math.log(STRANGER)]
    pairs = {}
    for ranges, probability, after in GROUPS:
        for codes in ranges:
            free = [code for code in codes if not symbols[code]]
            symbols[free] = len(logs)
        pairs[len(logs), len(logs)] = math.log(after)
        logs.append(math.log(probability))
    for upper, lower, probability in CASES:
        pairs[int(symbols[ord(upper)]), int(symbols[ord(lower)])] = math.log(probability)
    for mark, probability in MARKS.items():
        symbols[ord(mark)] = len(logs)
        logs.append(math.log(probability))
    assert len(logs) == model.FIRST_HAN, len(logs)
    for code, probability in sorted(single.items(), key=lambda item: (-item[1], item[0])):
        symbols[code] = len(logs)
        logs.append(math.log(HAN_SHARE * probability))
    for code, form in fold.items():
        if form in single:
            symbols[code] = symbols[form]
    return symbols, logs, pairs


def build_pairs(logs: dict[tuple[int, int], float]) -> dict[str, npt.NDArray[Any]]:
    """Lay out pairs of symbols as the buckets that `encfix.chinese.model` reads."""
    first, second = np.array(list(logs), dtype=np.int64).T
    mixed = model.mix(first, second)
    order = np.argsort(mixed)
    buckets = np.bincount(mixed >> model.REST_BITS, minlength=1 << model.BUCKET_BITS)
    return {
        "model_pair_offsets": np.concatenate(([0], np.cumsum(buckets))).astype(np.uint32),
        "model_pair_rests": (mixed[order] & ((1 << model.REST_BITS) - 1)).astype(np.uint8),
        "model_pair_logs": quantise(np.array(list(logs.values()))[order]),
    }


def build_words(fold: dict[int, int], single: dict[int, float]) -> dict[str, npt.NDArray[Any]]:
    """Return the words that prose has, one a line in UTF-16, most frequent first, and their log probabilities."""
    frequency: dict[str, float] = defaultdict(float)
    for line in (files("jieba") / "dict.txt").read_text(encoding="utf-8").splitlines():
        word, count, _ = line.split(" ")
        is_bmp = max(map(ord, word)) < 0x10000
        if int(count) >= LEAST_FREQUENCY and len(word) <= model.LONGEST_WORD and is_bmp:
            frequency["".join(chr(fold.get(ord(c), ord(c))) for c in word)] += int(count)
    total = sum(frequency.values())
    frequency["的"] = single[ord("的")] * WORD_LENGTH * total  # implausibly low in the list
    for code, probability in single.items():  # a character that is no word of its own stands alone in names
        frequency.setdefault(chr(code), min(probability * total / 16, LEAST_FREQUENCY))
    ranked = sorted(frequency.items(), key=lambda item: (-item[1], item[0]))
    total = sum(frequency.values())
    return {
        "model_words": np.frombuffer("\n".join(word for word, _ in ranked).encode("utf-16-le"), dtype="<u2").copy(),
        "model_word_logs": quantise([math.log(count / total) for _, count in ranked]),
    }


def edge_shares(single: dict[int, float], inside: dict[int, float]) -> dict[int, float]:
    """Return how often each character stands at an edge of a run of Chinese, given its share inside pairs on that side.

    Pairs too rare to be listed are missing from `inside`; they are estimated, and rare characters drawn to the mean.
    """
    total = {code: probability * UNIGRAMS for code, probability in single.items()}
    edge = {code: max(total[code] - inside[code] * PAIRS, 0.0) for code in single}
    share = {}
    for code, count in edge.items():
        count -= min(UNLISTED, 0.8 * count)
        share[code] = min((count + PRIOR * (1 - HAN_SHARE)) / (total[code] + PRIOR), 0.97)
    return share


def build() -> dict[str, npt.NDArray[Any]]:
    """Return every table of the model by name."""
    fold = fold_pairs()
    single, pair = counts(fold)
    symbols, logs, pairs = build_symbols(single, fold)
    followed: dict[int, float] = defaultdict(float)
    preceded: dict[int, float] = defaultdict(float)
    seen: dict[int, float] = defaultdict(float)
    for (first, second), probability in pair.items():
        followed[first] += probability
        preceded[second] += probability
        seen[first] += single.get(second, 0.0)
    last, first_ = edge_shares(single, followed), edge_shares(single, preceded)
    backoff, ceiling, ends, begins = (np.zeros(len(logs), dtype=np.float32) for _ in range(4))
    share = {}
    for code, probability in single.items():
        place = symbols[code]
        share[code] = max(probability, followed[code]) / (1 - KEPT_BACK)
        left = 1 - followed[code] / share[code]
        log_inside = math.log((1 - last[code]) / HAN_SHARE)
        backoff[place] = min(0.0, math.log(left / max(1 - seen[code], KEPT_BACK)) + log_inside)
        ceiling[place] = min(0.0, LEAST_JOINT - math.log(share[code]) - 0.5)
        ends[place] = math.log(last[code] / (1 - HAN_SHARE))
        begins[place] = min(math.log(first_[code] / (1 - HAN_SHARE)), MOST_BEGINS)
    for (first, second), probability in pair.items():
        if first in single and second in single:
            place = int(symbols[first]), int(symbols[second])
            pairs[place] = math.log((1 - last[first]) * probability / share[first])
    fold_array = np.arange(0x10000, dtype=np.uint16)
    fold_array[list(fold)] = list(fold.values())
    return {
        "model_fold": fold_array,
        "model_form_costs": build_form_costs(fold),
        "model_symbols": symbols,
        "model_logs": np.array(logs, dtype=np.float32),
        "model_backoff": backoff,
        "model_ceiling": ceiling,
        "model_ends": ends,
        "model_begins": begins,
        **build_pairs(pairs),
        **build_words(fold, single),
    }
