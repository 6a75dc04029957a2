"""`encfix report`: what the page holds, and that it works in a browser."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import encfix
from encfix.audit import Content, Entry, Header, dump_header
from encfix.report import gather, render
from encfix.report.excerpts import AROUND, SHOWN, excerpts_of
from tests.command import BAD, CLEAN, DAMAGED, REPAIRED, put, run
from tests.strategies import TEXTS

UNCERTAIN = "山东单(shàn)县\n"
HOSTILE = "</script><!--<script>alert(1)</script>&lt;\u2028"


def data_of(page: str | bytes) -> dict[str, Any]:
    text = page if isinstance(page, str) else page.decode("utf-8")
    (found,) = re.findall(r'<script id="data" type="application/json">(.*?)</script>', text, re.DOTALL)
    data: dict[str, Any] = json.loads(found)
    return data


def report(*arguments: str, code: int = 0) -> dict[str, Any]:
    run("report", "audit.jsonl", "-o", "report.html", *arguments, code=code)
    return data_of(Path("report.html").read_bytes())


class TestPage:
    @pytest.fixture(autouse=True)
    def _cleaned(self) -> None:
        put("in/a.txt", "今天天氣很好。\n" + DAMAGED)
        put("in/b.txt", UNCERTAIN + "字" * 99 + "***总书记\n")
        put("in/c.txt", CLEAN)
        put("in/bad.txt", BAD)
        run("clean", "in", "--output", "out", "--audit", "audit.jsonl", code=2)

    def test_it_counts_and_lists_all(self) -> None:
        data = report()
        assert data["files"] == 3
        assert data["verdicts"] == {"clean": 1, "repaired": 1, "suspect": 1, "lost": 0}
        assert data["counts"] == [["gloss.pinyin", 5, 1], ["noise.mask", 0, 1]]
        assert sum(data["confidence"]) == data["confidence"][-1] == 5
        assert [row[:2] for row in data["worst"]] == [["in/a.txt", 5], ["in/b.txt", 0]]
        assert [(data["names"][row[0]], row[1], row[2]) for row in data["rows"]] == [
            *[("in/a.txt", 2, column) for column in (2, 9, 16, 24, 31)],
            ("in/b.txt", 1, 4),
            ("in/b.txt", 2, 100),
        ]

    def test_each_change_stands_in_its_line(self) -> None:
        data = report()
        first = data["rows"][0]
        excerpt = data["excerpts"][first[7]]
        assert "".join(excerpt[::3]) == REPAIRED.strip()
        assert "".join(text for nth, text in enumerate(excerpt) if nth % 3 < 2) == DAMAGED.strip()
        assert data["excerpts"][data["rows"][-1][7]] == ["字" * AROUND, "***", "***", "总书记"]

    def test_limit_is_of_the_list_alone(self) -> None:
        data = report("--limit", "3")
        assert len(data["rows"]) == 3
        assert data["counts"] == [["gloss.pinyin", 5, 1], ["noise.mask", 0, 1]]
        assert report("--limit", "0")["rows"] == []

    def test_text_is_found_wherever_the_file_is(self) -> None:
        expected = report()["excerpts"]
        shutil.rmtree("in")
        assert report()["excerpts"] == expected, "from what it became"
        shutil.move("out", "elsewhere")
        assert report("--root", "elsewhere")["excerpts"] == expected

    def test_without_its_text_a_change_stands_alone(self) -> None:
        shutil.rmtree("out")
        put("in/a.txt", "someone else's")
        put("in/b.txt", b"\xff")
        data = report()
        assert data["rows"][0][1:4] == [0, 0, 9]
        assert data["excerpts"][0] == ["", "(jìn)", "", ""]

    def test_cleaned_in_place(self) -> None:
        Path("audit.jsonl").unlink()
        run("clean", "in/a.txt", "--in-place", "--audit", "audit.jsonl", code=0)
        assert "".join(report()["excerpts"][0][::3]) == REPAIRED.strip()

    @pytest.mark.parametrize("name", ["audit.jsonl", "in/a.txt"])
    def test_it_takes_the_place_of_nothing_but_a_report(self, name: str) -> None:
        before = Path(name).read_bytes()
        assert f"{name} is no report of encfix" in run("report", "audit.jsonl", "-o", name, code=2).stderr
        assert Path(name).read_bytes() == before
        put("report.html", "")
        assert report() == report()

    def test_what_is_wrong_is_named(self) -> None:
        put("audit.jsonl", "{}\n")
        assert "audit.jsonl: line 1" in run("report", "audit.jsonl", "-o", "r.html", code=2).stderr
        assert "none.jsonl: No such file" in run("report", "none.jsonl", "-o", "r.html", code=2).stderr
        assert not Path("r.html").exists()
        Path("audit.jsonl").write_bytes(dump_header(Header.of(encfix.Options())))
        assert "none/r.html: No such file" in run("report", "audit.jsonl", "-o", "none/r.html", code=2).stderr
        run("report", "audit.jsonl", code=2)


def entry_of(text: str, **options: Any) -> tuple[Entry, encfix.Result]:
    result = encfix.clean(text, **options)
    content = Content(0, "")
    return Entry("in", "a.txt", content, content, result.verdict, result.changes, result.findings), result


HEADER = Header("0", "0", {"script": "auto", "ignore": [HOSTILE]})


@given(TEXTS | st.lists(st.sampled_from([DAMAGED, "進(jìn)", "\r", "字" * 30, HOSTILE])).map("".join))
def test_any_text_is_embedded_whole_and_safe(text: str) -> None:
    entry, _ = entry_of(text)
    gathered = gather(HEADER, [entry], lambda _: text)
    page = render(gathered).decode("utf-8")
    assert page.count("</script>") == 2
    assert page.count("<!--") == 0
    data = data_of(page)
    assert data == json.loads(json.dumps(gathered.as_mapping()))
    assert len(data["rows"]) == len(entry.changes) + len(entry.findings)


def shortened(text: str) -> str:
    return text if len(text) <= SHOWN else f"{text[:100]}…{text[-100:]}"


@given(TEXTS | st.lists(st.sampled_from([DAMAGED, "進(jìn)", "\r", "字" * 30, "字" * 99])).map("".join))
def test_excerpts_are_pieces_of_both_texts(text: str) -> None:
    _, result = entry_of(text, script="simplified")
    items = list(result.changes)
    for excerpt in excerpts_of(text, items):
        count = len(excerpt) // 3
        mine, items = items[:count], items[count:]
        assert [shortened(change.before) for change in mine] == excerpt[1::3]
        assert [shortened(change.after) for change in mine] == excerpt[2::3]
        if all(len(change.before) <= SHOWN for change in mine):
            assert "".join(piece for nth, piece in enumerate(excerpt) if nth % 3 != 2) in text
            assert "".join(piece for nth, piece in enumerate(excerpt) if nth % 3 != 1) in result.text
        assert not any(end in kept for kept in excerpt[::3] for end in "\r\n")
    assert not items


def test_page_needs_nothing_else() -> None:
    page = render(gather(HEADER, [], lambda _: None)).decode("utf-8")
    assert not re.search(r"https?:|//[a-z]|\bsrc=|\bhref=|url\(|@import|fetch\(|import\(", page)
    assert "default-src 'none'" in page


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    webdriver = pytest.importorskip("selenium.webdriver", reason="needs the extra `browser`")
    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    driver = shutil.which("chromedriver")
    if not (chromium and driver):
        pytest.skip("needs Chromium and its driver")
    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    service = webdriver.ChromeService(driver)
    window = webdriver.Chrome(options=options, service=service)
    yield window
    window.quit()


class Page:
    """A page in a browser."""

    def __init__(self, browser: Any, path: Path) -> None:
        self.browser = browser
        browser.get(path.absolute().as_uri())
        assert browser.get_log("browser") == []

    def all(self, selector: str) -> list[Any]:
        return list(self.browser.find_elements("css selector", selector))

    def texts(self, selector: str) -> list[str]:
        script = "return [...document.querySelectorAll(arguments[0])].map((element) => element.textContent)"
        return list(self.browser.execute_script(script, selector))

    def one(self, selector: str) -> Any:
        (element,) = self.all(selector)
        return element

    def choose(self, selector: str, value: str) -> None:
        self.one(f"{selector} option[value='{value}']").click()

    def type(self, *keys: str) -> None:
        self.browser.switch_to.active_element.send_keys(*keys)

    def wait_for(self, text: str) -> None:
        from selenium.webdriver.support.ui import WebDriverWait

        WebDriverWait(self.browser, 20).until(lambda _: text in self.texts("#status")[0])


class TestBrowser:
    @pytest.fixture
    def page(self, browser: Any) -> Page:
        put("in/a.txt", DAMAGED * 30)
        put("in/b.txt", UNCERTAIN + "今天\u200b天气" + HOSTILE + "\n⽅便\n")
        run("clean", "in", "--audit", "audit.jsonl", code=1)
        run("report", "audit.jsonl", "-o", "report.html", code=0)
        return Page(browser, Path("report.html"))

    def test_it_shows_totals_and_charts(self, page: Page) -> None:
        assert page.texts("#totals dd")[:4] == ["2", "2", "152", "1"]
        assert page.texts(".bar.kind > span:first-child") == ["gloss", "form", "invisible"]
        assert page.texts("#histogram button > span:first-child") == ["0", "0", "0", "0", "0", "2", "150"]
        assert page.texts("#worst tbody td:first-child") == ["in/a.txt", "in/b.txt"]
        assert page.texts("#status") == ["153 of 153 listed"]

    def test_it_pages(self, page: Page) -> None:
        places = page.texts(".open")
        assert len(places) == 50
        assert not page.one("#previous").is_enabled()
        page.one("#next").click()
        assert page.texts(".open")[0] == "in/a.txt:11:2"
        field = page.one("#page")
        field.clear()
        field.send_keys("9", "\n")
        assert page.texts(".open") == ["in/b.txt:1:4", "in/b.txt:2:3", "in/b.txt:3:1"]
        assert not page.one("#next").is_enabled()
        page.one("#previous").click()
        assert page.one("#page").get_property("value") == "3"

    def test_it_filters(self, page: Page) -> None:
        page.one("#text").send_keys("b.txt")
        page.wait_for("3 of 153")
        page.choose("#outcome", "made")
        assert page.texts(".open") == ["in/b.txt:2:3", "in/b.txt:3:1"]
        page.choose("#rule", "form")
        assert page.texts("#list tbody td:nth-child(2)") == ["form.radical"]
        page.one("#filter [type=reset]").click()
        page.wait_for("153 of 153")
        page.one(".bar[data-rule='invisible']").click()
        page.wait_for("1 of 153")
        assert page.one(".bar[data-rule='invisible']").get_attribute("aria-pressed") == "true"
        page.one(".bar[data-rule='invisible']").click()
        page.one("#histogram [data-bin='5']").click()
        page.wait_for("2 of 153")
        page.one("#filter [type=reset]").click()
        page.wait_for("153 of 153")
        page.choose("#order", "least")
        assert page.texts(".open")[:3] == ["in/b.txt:1:4", "in/b.txt:2:3", "in/b.txt:3:1"]

    def test_it_opens_a_change(self, page: Page) -> None:
        page.all(".open")[1].click()
        original, clean = page.texts(".detail .box")
        assert (original, clean) == (DAMAGED.strip(), REPAIRED.strip())
        assert page.texts(".detail del.here") == ["(mào)"]
        assert len(page.all(".detail del")) == 5
        assert "U+0028 U+006D U+00E0 U+006F U+0029" in page.texts(".facts")[0]
        page.all(".open")[1].click()
        assert page.all(".detail") == []

    def test_what_cannot_be_seen_is_shown_and_text_is_no_markup(self, page: Page) -> None:
        page.choose("#rule", "invisible")
        page.one(".open").click()
        original, clean = page.texts(".detail .box")
        shown = HOSTILE.replace("\u2028", "U+2028")[: AROUND - 2]
        assert original == "今天U+200B天气" + shown
        assert clean == "今天天气" + shown
        assert len(page.all("script")) == 2

    def test_it_can_be_used_with_the_keyboard(self, page: Page) -> None:
        page.one("body").send_keys("/")
        page.type("(jìn)")
        page.wait_for("30 of 153")
        page.browser.execute_script("document.querySelector('.open').focus()")
        page.type("\ue015", "\ue015", "\ue013", "\n")  # down, down, up, enter
        assert [element.get_attribute("aria-expanded") for element in page.all(".open")[:3]] == [
            "false",
            "true",
            "false",
        ]
        assert len(page.all(".detail")) == 1

    def test_it_follows_the_colour_scheme(self, page: Page) -> None:
        brightness = []
        for scheme in ("light", "dark"):
            features = [{"name": "prefers-color-scheme", "value": scheme}]
            page.browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
            colours = [page.one("body").value_of_css_property(name) for name in ("background-color", "color")]
            brightness.append([sum(map(int, re.findall(r"\d+", colour)[:3])) for colour in colours])
        (light_paper, light_ink), (dark_paper, dark_ink) = brightness
        assert light_paper - light_ink > 500
        assert dark_ink - dark_paper > 500

    def test_a_hundred_thousand_changes_are_quick(self, browser: Any) -> None:
        put("in/a.txt", DAMAGED * 20_000)
        run("clean", "in", "--audit", "audit.jsonl", code=1)
        run("report", "audit.jsonl", "-o", "report.html", code=0)
        page = Page(browser, Path("report.html"))
        assert page.texts("#status") == ["100,000 of 100,000 listed"]
        assert page.texts("#pages") == ["of 2,000"]
        spent = page.browser.execute_script(
            "const start = performance.now(); at('text').value = 'mào'; choose(); return performance.now() - start"
        )
        assert page.texts("#status") == ["20,000 of 100,000 listed"]
        assert spent < 3000, "milliseconds to filter"
