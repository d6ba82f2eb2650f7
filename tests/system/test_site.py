"""The site: built with warnings as errors, and read in a browser without a network."""

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urldefrag

import pytest
from harness import PROJECT
from playwright.sync_api import Browser, Page, Route

from documentation.building import build_site
from documentation.doors import entries, packages, page_of
from experiments.errors import UserError

FORBIDDEN = (str(PROJECT), f"{Path.home()}/")
PAGES = ("index.html", "tutorial.html", "options.html", "reference/nn.html", "statistics.html")
ID = re.compile(r'\sid="?([^"\s>]+)')
HREF = re.compile(r'\s(?:href|src)="?([^"\s>]+)')


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_site(tmp_path_factory.mktemp("docs")).parent


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page of a browser without a network, which keeps what goes wrong in `problems`."""
    context = browser.new_context(offline=True, viewport={"width": 390, "height": 800})
    opened = context.new_page()
    problems: list[str] = []

    def leave(route: Route) -> None:
        if route.request.url.startswith(("http:", "https:", "ws:")):
            problems.append(f"asks for {route.request.url}")
        route.continue_()

    opened.route("**/*", leave)
    opened.on("console", lambda said: said.type == "error" and problems.append(said.text))
    opened.on("pageerror", lambda error: problems.append(str(error)))
    opened.on("requestfailed", lambda request: problems.append(f"no {request.url}"))
    yield opened
    context.close()
    assert problems == []


def html(site: Path) -> dict[Path, str]:
    return {path: path.read_text(encoding="utf-8") for path in site.rglob("*.html")}


def test_every_link_and_anchor_is_there(site: Path) -> None:
    texts = html(site)
    ids = {path: {unquote(each) for each in ID.findall(text)} for path, text in texts.items()}
    missing = []
    for path, text in texts.items():
        if path.name == "404.html":  # its links are those of a server
            continue
        for link in HREF.findall(text):
            if link.startswith(("http:", "https:", "mailto:", "data:", "javascript:")):
                continue
            name, anchor = urldefrag(unquote(link))
            target = (path.parent / name).resolve() if name else path
            known = ids.get(target)
            if not target.is_file() or (anchor and known is not None and anchor not in known):
                missing.append(f"{path.relative_to(site)}: {link}")
    assert missing == []


def test_nothing_is_fetched_and_no_path_of_this_machine_is_named(site: Path) -> None:
    for path, text in html(site).items():
        fetched = re.findall(r'<(?:script|img|iframe)[^>]* src="?https?:[^"\s>]+', text)
        fetched += re.findall(r'<link[^>]* rel="?(?:stylesheet|preconnect)[^>]*https?:[^>]*', text)
        assert fetched == [], path
        assert [each for each in FORBIDDEN if each in text] == [], path


def test_every_name_of_a_door_is_in_its_page(site: Path) -> None:
    for package in packages():
        text = (site / page_of(package)).with_suffix(".html").read_text(encoding="utf-8")
        assert f"<code>{package}</code>" in text
        shown = {*ID.findall(text)}
        assert [each for each in entries(package).values() if each not in shown] == []
    assert 'id="nn.Adam"' in (site / "reference" / "nn.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_page_opens_from_the_file_system(site: Path, page: Page, name: str, scheme: str) -> None:
    page.emulate_media(color_scheme=scheme)
    page.goto((site / name).as_uri())
    assert page.locator("h1").is_visible()
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= 390, "the page is wider than a phone"


def test_no_equation_has_a_vertical_scrollbar(site: Path, page: Page) -> None:
    """On a phone, a long equation scrolls to the side; none is cut off at the top or bottom."""
    page.goto((site / "backpropagation.html").as_uri())
    hidden = "all => all.map(each => each.scrollHeight - each.clientHeight)"
    found = page.locator(".equation").evaluate_all(hidden)
    assert len(found) > 50
    assert {*found} == {0}


def test_the_number_of_an_equation_is_on_the_screen_and_beside_no_formula(
    site: Path, page: Page
) -> None:
    page.goto((site / "backpropagation.html").as_uri())
    places = """all => all.map(each => {
        const [formula, number] = [...each.children].map(part => part.getBoundingClientRect());
        return [number.top - formula.bottom, number.left, innerWidth - number.right];
    })"""
    found = page.locator(".equation:has(span)").evaluate_all(places)
    assert len(found) > 30
    assert [each for each in found if min(each) < 0] == []


def test_a_picture_leads_to_its_file(site: Path, page: Page) -> None:
    page.goto((site / "replication.html").as_uri())
    links = page.locator("a.picture:has(img)")
    assert links.count() == page.locator("article img").count() > 0
    for link in links.all():
        file = str(link.get_attribute("href"))
        assert (site / file).is_file()
        assert file == link.locator("img").get_attribute("src")


def test_no_table_of_a_replication_is_wider_than_the_text(site: Path, page: Page) -> None:
    page.set_viewport_size({"width": 1280, "height": 800})
    page.goto((site / "replication.html").as_uri())
    hidden = "all => all.map(each => each.scrollWidth - each.clientWidth)"
    found = page.locator(".md-typeset__scrollwrap").evaluate_all(hidden)
    assert len(found) > 10
    assert {*found} == {0}


def test_the_meaning_of_an_option_is_readable_on_a_phone(site: Path, page: Page) -> None:
    page.goto((site / "options.html").as_uri())
    widths = page.locator(".options th:last-child").evaluate_all(
        "all => all.map(each => each.clientWidth)"
    )
    assert len(widths) > 15
    assert min(widths) >= 250


def test_the_search_finds_a_page_without_a_network(site: Path, page: Page) -> None:
    page.set_viewport_size({"width": 1280, "height": 800})
    page.goto((site / "index.html").as_uri())
    page.get_by_role("button", name="Search").click()
    page.get_by_placeholder("Search").fill("confidence sequence")
    page.get_by_text("Questions of a reviewer").wait_for()


@pytest.mark.stress  # it builds the site again
def test_a_warning_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "documentation.pages.options_page", lambda: "# Options\n\n[a](nowhere.md)\n"
    )
    with pytest.raises(UserError, match=r"^options\.md:3:5: page does not exist: "):
        build_site(tmp_path)
