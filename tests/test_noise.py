"""What is reported and never changed, and what looks like it and is not even reported."""

from __future__ import annotations

import pytest

import encfix

REPORTED = [
    ("noise.mask", "会议由***总书记主持召开。", "***"),
    ("noise.anti-copy", "楼主说得很有道理。J#iKk%&'m8~z\n大家都同意他的看法。", "J#iKk%&'m8~z"),
    ("noise.anti-copy", "大家都同意他的看法。\nJ#iKk%&'m8~z楼主说得很有道理。", "J#iKk%&'m8~z"),
    ("noise.furigana", "本章介绍普及ふきゅう的意思。", "ふきゅう"),
    ("noise.private-use", "他在\ue0aa路的尽头开了一家店。", "\ue0aa"),
    ("noise.question-marks", "第一行完好无损。\n????????，????。\n第三行也是。", "????????，????。"),
    ("noise.replacement", "他在\ufffd路的尽头开了一家店。", "\ufffd"),
]
UNREPORTED = [
    "会议的**重点**在这里，请看*下面*的内容。",
    "变量 ${perl:Depends} 会被 {pre,post}{inst,rm} 替换成 `a[$i]` 里的值。",
    '运行 ls -1 >>~/ls1.txt 以后，查看 "${RED}RED-TEXT${NORMAL}" 的颜色。',
    "|选项|含义|\n|~A{bullseye,sid}|匹配档案库|",
    "什么？？你说什么？？？",
]


@pytest.mark.parametrize(("rule", "text", "noise"), REPORTED)
def test_noise_is_reported_and_stays(rule: str, text: str, noise: str) -> None:
    result = encfix.clean(text)
    assert result.text is text
    assert [(finding.rules, finding.before) for finding in result.findings] == [((rule,), noise)]


@pytest.mark.parametrize("text", UNREPORTED)
def test_what_looks_like_noise_is_not_reported(text: str) -> None:
    assert [finding for finding in encfix.clean(text).findings if finding.kind == "noise"] == []
