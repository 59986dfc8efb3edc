"""The test site serves its pages as it declares them, and the whole chain reads them."""

from __future__ import annotations

import io
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from capture_servers import check_warc
from PIL import Image

from workbench.capture.fetch import FetchRules, fetch
from workbench.capture.images import inspect_image
from workbench.capture.page import read_page
from workbench.capture.testsite import PAGES, SamplePage, TestSite, sample_screenshot


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.path)
def test_pages_are_served_as_declared(page: SamplePage) -> None:
    with TestSite() as site, urllib.request.urlopen(site.url(page.path)) as answer:
        body = answer.read()
        assert answer.status == 200
        assert answer.headers["Content-Type"] == f"text/html; charset={page.charset}"
        assert answer.headers["Content-Length"] == str(len(body))
    assert body == page.body()
    text = body.decode(page.charset)
    assert f'<meta charset="{page.charset}">' in text
    assert page.title in text
    assert all(line in text for line in page.lines)


def test_every_other_address_is_not_found() -> None:
    with TestSite() as site:
        for path in ("/", "/board", "/board/41/", "/../etc/passwd", "/board/41?x=1"):
            with pytest.raises(urllib.error.HTTPError) as refused:
                urllib.request.urlopen(site.url(path))
            assert refused.value.code == 404
            refused.value.close()


def test_two_sites_stand_beside_each_other_and_end() -> None:
    with TestSite() as one, TestSite() as other:
        assert one.host != other.host
        assert one.host.startswith("127.0.0.1:")
    with pytest.raises(urllib.error.URLError):
        urllib.request.urlopen(one.url(PAGES[0].path), timeout=2)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.path)
def test_a_page_through_fetch_and_reader(page: SamplePage, tmp_path: Path) -> None:
    with TestSite() as site:
        rules = FetchRules(allow_hosts=(site.host,), max_seconds=10)
        found = fetch(site.url(page.path), tmp_path / "a.warc.gz", rules)
    assert (found.outcome, found.status, found.untrusted_body) == ("captured", 200, page.body())
    check_warc(tmp_path / "a.warc.gz")
    reading = read_page(found.untrusted_body, found.content_type, found.final_url)
    assert reading.title == page.title
    assert reading.text.split("\n") == [page.title, *page.lines]
    # Once more with nothing stated by the server.
    assert read_page(found.untrusted_body, None, found.final_url).text == reading.text


def test_pages_are_all_different_and_invented() -> None:
    assert len({page.path for page in PAGES}) == len({page.title for page in PAGES}) == len(PAGES)
    assert {page.charset for page in PAGES} >= {"utf-8", "cp932", "euc_jp"}
    for page in PAGES:
        assert "http" not in "".join(page.lines)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.path)
def test_screenshots_are_pictures_and_the_same_every_time(page: SamplePage) -> None:
    content = sample_screenshot(page)
    assert content == sample_screenshot(page)
    facts = inspect_image(content)
    assert (facts.media_type, facts.width, facts.height, facts.frames) == ("image/png", 800, 500, 1)
    assert len(set(Image.open(io.BytesIO(content)).convert("L").tobytes())) > 4
