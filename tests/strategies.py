"""Text for the properties: arbitrary, Chinese, damaged, and mixes of all three."""

from __future__ import annotations

from hypothesis import strategies as st

PIECES = (
    "進(jìn)口", "書(shu) 記", "強(qiáng)調(diào)", "習(xi) 近平", "注(zhu)(zhu)音", "单(shàn)县", "測量(liang)🆚導✊電", "f(a)",
    "江 西 省 地 方 税 务 局", "这 里 是 一 个 句 子 ， 写 得 不 短 。", "摘 要", "制度,、推進", "贯彻,,帮助", "，，", "。。", "……", "——", "！！！", "\n|\n", "|", "\r\n｜\r\n", "x0dx0a",
    "摘?要", "規?；慨a(chǎn)線", "?F(xiàn)", "?!", "????????", "***总书记", "**粗体**", "J#iKk%&'", "普及ふきゅう", "\u200b",
    "\u00ad", "\ufeff", "\u202e", "\u200d", "\x00", "\x07", "\x85", "\ufdd0", "⽅便", "⻘年", "﨑", "郎", "\ue5e5", "\ue81e", "\ufffd",
    "曆史", "關係", "发展", "後来", "著作", "显著", "什么", "看著", "漢字", "汉字", "台灣", "。", "，", "\n", "\r\n", " ", "\u3000", "👨‍👩‍👧",
    "می‌خواهم", "שלום\u200f", "abc", "Hello, world!", "12.5", "(", ")", "（jin）", "\ud800", "\udfff", "\U0010ffff", "𠮷", "日本語です",
    "绐楄竟鐨勫皬", "´óÊý¾Ý", "锟斤拷", "å…ƒç´", "&nbsp;", "&#x4e2d;", "\\u4e2d\\u56fd", "%E4%B8%AD",
)  # fmt: skip

ANYTHING = st.text(alphabet=st.characters(exclude_categories=()), max_size=60)
DAMAGED = st.lists(st.sampled_from(PIECES), max_size=24).map("".join)
MIXED = st.lists(st.one_of(st.sampled_from(PIECES), ANYTHING), max_size=10).map("".join)
TEXTS = st.one_of(ANYTHING, DAMAGED, MIXED)

SCRIPTS = st.sampled_from(
    ("auto", "keep", "simplified", "traditional", "taiwan", "hongkong", "taiwan-phrases", "hongkong-phrases")
)
