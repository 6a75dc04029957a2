"""HTML: the text of a page changes, and no markup."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from encfix.files.formats.html import Html, shown_text
from encfix.options import Options
from tests.formats import DAMAGED, REPAIRED, changes_of, cleaned, findings_of, texts


class TestHtml:
    def test_text_and_attributes_change_and_no_markup(self, tmp_path: Any) -> None:
        page = (
            '<!DOCTYPE html>\r\n<HTML><meta charset=utf-8><meta name="description" content="{0}"><title>{0}</title>'
            "<script>var a = '{1}';</script><style>/* {1} */</style>\r\n<body  class='{1}'><!-- {1} -->"
            "<p>{0}&nbsp;&lt;b&gt; & <b>{0}</b><br/>{0}<code>{1}</code><img alt='{0}'>"
        )
        outcome = cleaned(tmp_path, "a.html", page.format(DAMAGED, DAMAGED))
        assert outcome.output.decode() == page.format(REPAIRED, DAMAGED)

    def test_a_repair_across_a_tag_that_cannot_be_divided_is_left_and_said(self, tmp_path: Any) -> None:
        page = f"<p>{DAMAGED}</p><p>&amp;#35<b>519</b>;整</p>"
        outcome = cleaned(tmp_path, "a.html", page)
        assert outcome.output.decode() == page.replace(DAMAGED, REPAIRED)
        (finding,) = findings_of(outcome)
        assert finding.before == "&amp;#35<b>519</b>;"
        assert "markup" in finding.reason

    def test_a_deletion_across_a_tag_leaves_the_tag(self, tmp_path: Any) -> None:
        page = f"<p>{DAMAGED}</p><p>貿(m<b>à</b>o)易，<i>進</i><b>(jìn)</b>口</p>"
        outcome = cleaned(tmp_path, "a.html", page)
        assert outcome.output.decode() == f"<p>{REPAIRED}</p><p>貿<b></b>易，<i>進</i><b></b>口</p>"
        assert [change.before for change in changes_of(outcome)][-4:] == ["(m", "à", "o)", "(jìn)"]
        assert not findings_of(outcome)

    def test_words_are_converted_on_both_sides_of_a_tag(self, tmp_path: Any) -> None:
        page = "<p>頭<b>髮</b>和<i>皇</i>后，發<br>展</p><p>面</p>\n<p>麵</p>"
        wanted = "<p>头<b>发</b>和<i>皇</i>后，发<br>展</p><p>面</p>\n<p>面</p>"
        for script in ("simplified", "t2s", "tw2sp"):
            outcome = cleaned(tmp_path, "a.html", page, Options(script=script))
            assert outcome.output.decode() == wanted
            assert not findings_of(outcome)

    def test_references_stay_unless_they_are_repaired(self) -> None:
        page = "<p title='&quot;&#20013;'>&#x4e2d;&amp;lt; &copy &unknown; a&b</p>"
        assert texts(Html(), page) == ["中&lt; © &unknown; a&b", '"中']

    @pytest.mark.parametrize(
        ("page", "shown"),
        [
            ("<p><ruby>看<rt>kàn</ruby>字。</p>\n<p>二</p>", "看字。\n二"),
            ("<ruby>看<rp>(<rt>kàn<rp>)</rp>字<rt>zì</ruby>好", "看字好"),
            ("<ruby><rb>看<rt>kàn<rb>字<rt>zì</ruby>好", "看字好"),
            ("<p><ruby>看<rt>kàn<p>二", "看\n二"),
            ("<td><ruby>看<rt>kàn</td><td>二", "看\n二"),
            ("<ruby>看<rt>k<br>à<b>n</b></rt></ruby>字", "看\n字"),
            ("<code><ruby>a<rt>b</ruby></code>字", "字"),
        ],
    )
    def test_a_reading_ends_without_its_end_tag(self, page: str, shown: str) -> None:
        assert texts(Html(), page)
        assert shown_text(page) == ("", shown)
        assert not Html().chunk(page, is_last=True).problems

    @pytest.mark.parametrize("tag", ["svg", "code", "script", "rt"])
    def test_what_is_never_closed_is_reported(self, tag: str) -> None:
        page = f"<p>一</p><{tag} id=a>二<i>三</i>"
        chunk = Html().chunk(page, is_last=True)
        assert [document.text for document in chunk.documents] == ["一"]
        (problem,) = chunk.problems
        assert page[problem.start : problem.end] == f"<{tag} id=a>二<i>三</i>"
        assert problem.reason == f"<{tag}> is never closed: what follows is left as it is"

    @given(st.text(st.sampled_from("<>&;/=\"' \n一pbai!-#x20[]")))
    def test_any_page_is_read_and_found(self, page: str) -> None:
        if page:
            texts(Html(), page)
