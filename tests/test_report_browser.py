"""The report in a real browser: every link, every control, nothing from outside, accessible, escaped.

Needs Debian's chromium with its driver and a finished ``make reproduce``; without either the tests say so and
skip. The check of accessibility needs axe-core under ``build/axe/`` (``.ci/run`` puts it there).
"""

import json
import re
import shutil
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pandas as pd
import pytest
from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

import own_files
from analysis import customs, ledger, paths
from analysis.data import formats, indicators, package
from analysis.publish import citation, exhibits, parameters, report, tables
from analysis.publish.ledger_file import read_ledger, write_ledger

BROWSER = shutil.which("chromium") or shutil.which("chromium-browser")
DRIVER = shutil.which("chromedriver")
AXE = paths.build() / "axe" / "package" / "axe.min.js"
OPTIONS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
)
HOSTILE = "<script>window.hostile = 1</script><img src=x onerror='window.hostile = 2'>"
PAIRED = ("index", "exhibits", "ledger", "multiverse", "notebooks", "sources")
# one page of each kind, in both languages where there are two
SAMPLES = (
    "index.html",
    "ru/index.html",
    "exhibits.html",
    "exhibits/table-1.html",
    "ru/exhibits/association-forest.html",
    "exhibits/rating-transitions.html",
    "ledger.html",
    "ru/ledger.html",
    "multiverse.html",
    "ru/multiverse.html",
    "notebooks.html",
    "notebooks/05_association.html",
    "ru/notebooks/05_association.html",
    "ru/exhibits/leave-one-out.html",
    "ru/sources.html",
    "sources/rosstat-trade.html",
)

pytestmark = [
    pytest.mark.skipif(not (BROWSER and DRIVER), reason="no chromium with chromedriver on this machine"),
    pytest.mark.skipif(
        not (paths.results() / "exhibits").is_dir(), reason="no results/ to report on; run `make reproduce`"
    ),
]


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The report of the present results, built anew by the present code."""
    folder = tmp_path_factory.mktemp("site") / "results"
    shutil.copytree(paths.results(), folder, ignore=shutil.ignore_patterns(report.site.FOLDER))
    return report.build(folder)


@pytest.fixture(scope="module")
def driver(tmp_path_factory):
    options = webdriver.ChromeOptions()
    options.binary_location = BROWSER
    for argument in OPTIONS.split():
        options.add_argument(argument)
    options.add_argument(f"--user-data-dir={tmp_path_factory.mktemp('profile')}")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    made = webdriver.Chrome(options=options, service=Service(DRIVER))
    made.set_window_size(1200, 900)
    yield made
    made.quit()


def opened(driver, page, query=""):
    """Open a page of the report with empty logs."""
    driver.get_log("browser")
    driver.get_log("performance")
    driver.get(page.as_uri() + query)
    return driver


def pages(site):
    return sorted(site.rglob("*.html"))


def shown_rows(driver, table):
    return driver.execute_script(
        "return [...document.querySelectorAll(arguments[0] + ' tbody tr')].filter(r => !r.hidden)"
        ".map(r => [...r.cells].map(c => c.textContent.trim()))",
        table,
    )


def test_every_page_is_there_in_both_languages(site):
    names = {page.relative_to(site).as_posix() for page in pages(site)}
    expected = {f"{name}.html" for name in PAIRED} | {
        f"exhibits/{path.stem}.html" for path in (site.parent / "exhibits").glob("*.json")
    }
    expected |= {f"notebooks/{name}.html" for name in parameters.study()}
    expected |= {f"sources/{name}.html" for name in package.resources()}
    assert names == expected | {f"ru/{name}" for name in expected}


def test_every_link_and_anchor_leads_somewhere_without_errors_or_requests(site, driver):
    """Opens every page once: dead links, missing anchors, double ids, script errors, calls to a network."""
    ids, links = {}, []
    for page in pages(site):
        opened(driver, page)
        found = driver.execute_script(
            "return [[...document.querySelectorAll('[id]')].map(e => e.id),"
            "[...document.querySelectorAll('a[href]')].map(a => a.href),"
            "document.documentElement.lang]"
        )
        ids[page] = found[0]
        links += [(page, href) for href in found[1]]
        assert found[2] == ("ru" if page.is_relative_to(site / "ru") else "en")
        assert [e["message"] for e in driver.get_log("browser")] == [], page
        for entry in driver.get_log("performance"):
            message = json.loads(entry["message"])["message"]
            if message["method"] == "Network.requestWillBeSent":
                assert urlsplit(message["params"]["request"]["url"]).scheme in ("file", "data"), page
    for page, names in ids.items():
        assert len(names) == len(set(names)), (page, [n for n in names if names.count(n) > 1][:3])
    for page, href in links:
        parts = urlsplit(href)
        if parts.scheme in ("http", "https"):
            # the addresses of sources, to be followed by a person
            assert page.name == "sources.html" or page.parent.name == "sources", (page, href)
            continue
        target = Path(unquote(parts.path))
        assert target.is_file(), (page, href)
        if parts.fragment:
            assert unquote(parts.fragment) in ids[target], (page, href)


def test_no_page_loads_anything_but_its_own_sheet_and_script(site):
    for page in pages(site):
        text = page.read_text(encoding="utf-8")
        for address in re.findall(r"<(?:script|link|img|iframe)\b[^>]*?(?:src|href)=\"([^\"]*)\"", text):
            # the gallery and the notebooks show figures that lie beside the report
            assert re.match(r"data:|(\.\./)*(assets|figures)/", address), (
                page,
                address[:80],
            )
        assert "@import" not in text


def test_the_switch_leads_to_the_same_page_and_back(site, driver):
    for name in ("index.html", "exhibits/table-1.html", "ledger.html"):
        opened(driver, site / name)
        driver.find_element(By.CSS_SELECTOR, ".switch a").click()
        assert driver.current_url == (site / "ru" / name).as_uri()
        assert driver.execute_script("return document.documentElement.lang") == "ru"
        driver.find_element(By.CSS_SELECTOR, ".switch a").click()
        assert driver.current_url == (site / name).as_uri()


@pytest.mark.parametrize(
    ("page", "minus"), [("exhibits/association-forest.html", 1), ("ru/exhibits/association-forest.html", 1)]
)
def test_a_column_of_numbers_sorts_as_numbers_and_the_third_press_restores(site, driver, page, minus):
    """Text order would put -0.5 before -0.2 before 0.1, and a thousands comma would break it."""
    opened(driver, site / page)
    before = shown_rows(driver, "table.sortable")
    heads = [h.text for h in driver.find_elements(By.CSS_SELECTOR, "table.sortable th")]
    column = next(i for i, head in enumerate(heads) if "tau" in head or "тау" in head.lower())

    def press():
        button = driver.find_elements(By.CSS_SELECTOR, "table.sortable th button")[column]
        driver.execute_script("arguments[0].scrollIntoView({block: 'center'})", button)
        # by keyboard, as a reader without a mouse
        button.send_keys(Keys.ENTER)
        values = [
            row[column].replace("\u2212", "-").replace(",", ".")
            for row in shown_rows(driver, "table.sortable")
        ]
        return [float(value) for value in values]

    def state():
        return driver.find_elements(By.CSS_SELECTOR, "table.sortable th")[column].get_attribute("aria-sort")

    rising = press()
    assert rising == sorted(rising)
    assert len(set(rising)) > 2
    assert state() == "ascending"
    assert press() == sorted(rising, reverse=True)
    assert state() == "descending"
    press()
    assert state() is None
    assert shown_rows(driver, "table.sortable") == before


def test_thousands_and_decimal_commas_are_told_apart(site, driver):
    """1,254 is a number of an English table, 0,006 one that the paper printed; both sort by size."""
    for page, column in (("exhibits/table-1.html", 2), ("exhibits/association-data.html", 3)):
        opened(driver, site / page)
        rows = [row[column] for row in shown_rows(driver, "table.sortable")]
        button = driver.find_elements(By.CSS_SELECTOR, "table.sortable th button")[column]
        driver.execute_script("arguments[0].click()", button)
        kind = button.find_element(By.XPATH, "..").get_attribute("data-kind")
        as_number = {
            "printed": lambda text: float(text.replace("\u00a0", "").replace(" ", "").replace(",", ".")),
            "number": lambda text: float(text.replace(",", "")),
        }[kind]
        assert [row[column] for row in shown_rows(driver, "table.sortable")] == sorted(rows, key=as_number)


def both_ledgers() -> ledger.Ledger:
    """Rows of the paper and of the rating, as the page has them."""
    files = (paths.results() / name for name in ("ledger.csv", "rating-ledger.csv"))
    return ledger.Ledger(tuple(row for path in files for row in read_ledger(path).rows))


def test_the_ledger_filters_and_counts(site, driver):
    found = both_ledgers()
    opened(driver, site / "ledger.html")
    assert len(shown_rows(driver, "#ledger-table")) == len(found.rows)
    driver.execute_script(
        "const s = document.getElementById('filter-verdict'); s.value = 'paper_error';"
        "s.dispatchEvent(new Event('input', {bubbles: true}))"
    )
    expected = [row.claim_id for row in found.rows if row.verdict == "paper_error"]
    assert [row[0] for row in shown_rows(driver, "#ledger-table")] == expected
    assert driver.find_element(By.CSS_SELECTOR, "#ledger-count span").text == str(len(expected))
    driver.find_element(By.ID, "filter-text").send_keys("Table 3")
    narrowed = shown_rows(driver, "#ledger-table")
    assert 0 < len(narrowed) < len(expected)
    assert all("table 3" in " ".join(row).lower() for row in narrowed)
    driver.find_element(By.CSS_SELECTOR, "#ledger-filter button[type=reset]").click()
    driver.execute_async_script("setTimeout(arguments[0], 50)")
    assert len(shown_rows(driver, "#ledger-table")) == len(found.rows)


@pytest.mark.parametrize("page", ["ledger.html", "ru/ledger.html"])
def test_the_ledger_fits_a_screen(site, driver, page):
    """A scrollbar under the last of 300 rows hid the notes of the first."""
    opened(driver, site / page)
    table, room = driver.execute_script(
        "const t = document.getElementById('ledger-table');"
        "return [t.getBoundingClientRect().right, document.querySelector('main').getBoundingClientRect().right]"
    )
    assert table <= room
    # the longest word of a verdict stays whole: one line of text is lower than two lines of 1.5 em
    heights = driver.execute_script(
        "return [...document.querySelectorAll('#ledger-table .verdict.match')].map(v => v.offsetHeight)"
    )
    assert heights and max(heights) < 30


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("language", ["", "ru/"])
def test_no_table_is_cut(site, driver, language, width):
    """Columns beyond the edge are not read; what does not fit waits behind a button of its row."""
    size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 600}
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    try:
        for name in ("leave-one-out", "association-data", "table-2", "rating-initiatives", "table-1"):
            opened(driver, site / f"{language}exhibits/{name}.html")
            assert driver.execute_script(
                "const box = document.querySelector('.scroll:has(> table)'); return box.scrollWidth <= box.clientWidth + 1"
            ), name
        # the last, table-1: all columns are there, in the row or behind its button
        heads, hidden = driver.execute_script(
            "const heads = [...document.querySelectorAll('.scroll > table thead th')];"
            "return [heads.length, heads.filter(h => h.hidden).length]"
        )
        assert bool(hidden) == (width == 390)
        if hidden:
            driver.execute_script("document.querySelector('button.rest').click()")
            assert driver.execute_script("return document.querySelectorAll('tr.rest dt').length") == hidden
            driver.execute_script("document.querySelector('.columns button').click()")
            assert not driver.execute_script("return document.querySelectorAll('th[hidden]').length")
            assert heads > hidden
    finally:
        driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


@pytest.mark.parametrize(
    ("page", "asked", "found"), [("", "table 2", "table-2"), ("ru/", "таблица 2", "table-2")]
)
def test_the_gallery_finds_by_the_papers_number(site, driver, page, asked, found):
    opened(driver, site / f"{page}exhibits.html")
    driver.find_element(By.ID, "gallery-text").send_keys(asked)
    shown = [
        card.find_element(By.TAG_NAME, "code").text
        for card in driver.find_elements(By.CSS_SELECTOR, ".gallery li")
        if card.is_displayed()
    ]
    assert found in shown and len(shown) < 6
    driver.find_element(By.ID, "gallery-text").send_keys("zzz")
    assert driver.find_element(By.ID, "gallery-nothing").is_displayed()


def test_the_first_page_answers_before_it_counts(site, driver):
    """A first sentence, what fails with its row in the ledger, then pictures, then the statistics."""
    opened(driver, site / "index.html")
    order = driver.execute_script(
        "return ['h1', '#holds', '#finds', '#heading-china-share-lines', '#heading-rating-map', '#findings',"
        "'#heading-association-forest'].map(s => document.querySelector(s).getBoundingClientRect().top)"
    )
    assert order == sorted(order)
    finds = driver.find_elements(By.CSS_SELECTOR, "#finds + ul li")
    text = " ".join(find.text for find in finds)
    for figure in ("49.3 million", "14.3 million", "Rosstat's of 2018", "the lowest is Zabaykalsky Krai"):
        assert figure in text
    assert all("#claim-" in find.find_element(By.TAG_NAME, "a").get_attribute("href") for find in finds)


def test_five_figures_can_be_followed_to_their_place_in_the_source(site, driver):
    """From a figure of the observations to its row on the page of its raw file, with publisher and place; one click from an exhibit."""
    table = indicators.observations()
    # derived ones are computed from several
    table = table[table["source"].str.startswith("rosstat-") & (table["basis"] == "observed")]
    described = {entry["name"]: entry for entry in package.descriptor()["resources"]}
    for figure in table.sample(5, random_state=20261126).to_dict("records"):
        opened(driver, site / "sources" / f"{figure['source']}.html")
        entry = described[figure["source"]]
        shown = driver.find_element(By.TAG_NAME, "main").text
        assert entry["sources"][0]["title"] in shown and entry["table"] in shown
        region = formats.region_name(figure["region"], "ru")
        rows = driver.execute_script(
            "const heads = [...document.querySelectorAll('.raw th')].map(h => h.textContent);"
            "return [...document.querySelectorAll('.raw tbody tr')].filter(r => [...r.cells].some(c => c.textContent === "
            "arguments[0])).map(r => r.cells[heads.indexOf(arguments[1])].textContent)",
            region,
            figure["period"],
        )
        numbers = [float(value) for value in rows if value]
        # an indicator may be a sum of a row's series, or one of them in another unit
        total = sum(numbers)
        assert any(
            abs(figure["value"] - made * scale) <= 1e-6 * abs(figure["value"])
            for made in (*numbers, total, *(a + b for a in numbers for b in numbers))
            for scale in (1, 1000)
        ), figure
    exhibit = (site / "exhibits" / "association-data.html").read_text(encoding="utf-8")
    assert 'href="../sources/rosstat-trade.html"' in exhibit


def test_russian_notebooks_show_russian_exhibits(site, driver):
    opened(driver, site / "ru" / "notebooks" / "05_association.html")
    for shown in driver.find_elements(By.CSS_SELECTOR, ".notebook figure[id]"):
        assert shown.get_attribute("lang") == "ru"


def test_the_ledger_says_that_a_readers_customs_files_took_part(site, tmp_path, monkeypatch):
    """Verdicts that nobody else gets would pass for the study's."""
    monkeypatch.setattr(paths, "user", lambda: tmp_path / "user")
    folder = tmp_path / "results"
    shutil.copytree(site.parent, folder, ignore=shutil.ignore_patterns(report.site.FOLDER))
    # these results may be a reader's own
    is_told = any(row.customs for row in read_ledger(site.parent / "ledger.csv").rows)
    assert ("customs files were set against" in (site / "ledger.html").read_text(encoding="utf-8")) == is_told
    customs.ingest([own_files.far_east_unload(tmp_path)], tmp_path / "user" / "customs")
    write_ledger(ledger.judge(), folder / "ledger.csv")
    made = report.build(folder)
    assert "Your customs files were set against" in (made / "ledger.html").read_text(encoding="utf-8")
    assert "С вашими таможенными файлами сопоставлено" in (made / "ru/ledger.html").read_text(
        encoding="utf-8"
    )
    assert "Your own figures in data/user/ took part" in (made / "index.html").read_text(encoding="utf-8")


def test_a_link_to_a_claim_shows_it_and_a_link_to_a_part_filters(site, driver):
    found = read_ledger(paths.results() / "ledger.csv")
    row = next(row for row in found.rows if row.exhibit == "table-3" and row.is_failure)
    opened(driver, site / "ledger.html", f"#{row.anchor}")
    assert (
        driver.execute_script("return document.querySelector(':target').cells[0].textContent") == row.claim_id
    )
    opened(driver, site / "ru" / "ledger.html", "?part=table-3")
    assert {r[0] for r in shown_rows(driver, "#ledger-table")} == {
        row.claim_id for row in found.rows if row.exhibit == "table-3"
    }


def test_the_explorer_shows_the_specifications_that_were_chosen(site, driver):
    table = pd.read_csv(paths.results() / "multiverse.csv", dtype={"period": str})
    opened(driver, site / "multiverse.html")

    def counts():
        return [
            int(driver.find_element(By.CSS_SELECTOR, f"[data-count={n}]").text)
            for n in ("rows", "positive", "low")
        ]

    def expected(rows):
        return [len(rows), int((rows["estimate"] > 0).sum()), int((rows["p_exact"] <= 0.05).sum())]

    tau = table[table["statistic"] == "kendall_tau_b"]
    assert counts() == expected(tau)
    # no indicator, then one, by keyboard
    driver.find_element(
        By.CSS_SELECTOR, "#explorer-choices fieldset:first-child .both button:last-child"
    ).click()
    assert counts() == [0, 0, 0]
    assert driver.find_element(By.ID, "explorer-nothing").is_displayed()
    driver.find_element(By.CSS_SELECTOR, "input[value=china_share]").send_keys(Keys.SPACE)
    share = tau[tau["indicator"] == "china_share"].sort_values(["estimate", "rank"])
    assert counts() == expected(share)
    rows = shown_rows(driver, "#explorer-table")
    assert len(rows) == len(share)
    assert [row[0] for row in rows] == [formats.number(value, 2, "en") for value in share["estimate"]]
    assert [row[1].replace("\u2009", "") for row in rows] == [
        formats.p_value(value, "en").replace("\u2009", "") for value in share["p_exact"]
    ]
    assert [row[-1].count(",") + 1 for row in rows] == share["n"].tolist()
    assert len(driver.find_elements(By.CSS_SELECTOR, "#explorer-curve circle")) == len(share)


def test_a_parameter_left_empty_is_shown_as_such(site):
    """`goods = (default)` would look like a fault of the page."""
    page = (site / "exhibits" / "table-3.html").read_text(encoding="utf-8")
    assert "<code>goods</code> = — (default)" in page


def test_the_copy_button_copies_or_selects_the_reference(site, driver):
    opened(driver, site / "exhibits" / "table-3.html")
    button = driver.find_element(By.CSS_SELECTOR, "button.copy")
    usual = button.text
    button.send_keys(Keys.ENTER)
    driver.execute_async_script("setTimeout(arguments[0], 300)")
    assert button.text != usual


def test_without_a_mouse_the_first_stop_skips_to_the_content(site, driver):
    opened(driver, site / "index.html")
    driver.find_element(By.TAG_NAME, "body").send_keys(Keys.TAB)
    assert driver.switch_to.active_element.get_attribute("href").endswith("#content")
    driver.switch_to.active_element.send_keys(Keys.ENTER)
    assert driver.execute_script("return document.activeElement.id") == "content"


@pytest.fixture
def phone(driver):
    """The browser as wide as a phone."""
    driver.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": 390, "height": 844, "deviceScaleFactor": 1, "mobile": True},
    )
    yield driver
    driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


@pytest.mark.parametrize("name", SAMPLES)
def test_a_phone_never_scrolls_the_page_sideways(site, phone, name):
    opened(phone, site / name)
    assert phone.execute_script("return document.documentElement.scrollWidth") <= 390


@pytest.mark.parametrize("page", ["ledger.html", "ru/ledger.html"])
def test_on_a_phone_a_claim_is_a_block_with_its_headings_and_still_a_row(site, phone, page):
    """Seven columns beside each other would show a phone's reader two of them."""
    opened(phone, site / page)
    shown = phone.execute_script(
        "const row = document.querySelector('#ledger-table tbody tr');"
        "return [...row.cells].map(c => [c.getBoundingClientRect().left, c.getBoundingClientRect().right,"
        "getComputedStyle(c, '::before').content.replaceAll('\"', ''), c.getAttribute('role')])"
    )
    heads = phone.find_elements(By.CSS_SELECTOR, "#ledger-table th")
    assert [label for *_, label, _ in shown][1:] == [head.text for head in heads][1:]
    for left, right, _, role in shown:
        assert left >= 0 and right <= 390
        # blocks lose the roles that a table's own layout gives
        assert role == "cell"
    assert all(head.find_element(By.TAG_NAME, "button").is_displayed() for head in heads)
    # what the filter hides stays hidden
    opened(phone, site / page, "?part=table-3")
    hidden = phone.find_elements(By.CSS_SELECTOR, "#ledger-table tbody tr[hidden]")
    assert hidden and not any(row.is_displayed() for row in hidden[:20])


@pytest.mark.parametrize("page", ["index.html", "ru/exhibits/association-forest.html"])
def test_on_a_phone_a_figure_keeps_its_width_in_print_and_can_be_opened_alone(site, phone, page):
    """Shrunk to a phone, eight points would be four."""
    opened(phone, site / page)
    (box, svg, alone), *_ = phone.execute_script(
        "return [...document.querySelectorAll('.card:has(> svg)')].map(box => [box.clientWidth,"
        "box.querySelector('svg').getBoundingClientRect().width, box.nextElementSibling.querySelector('a').href])"
    )
    in_print = 180 / 25.4 * 96
    assert box < 390 < in_print - 1 <= svg
    target = Path(unquote(urlsplit(alone).path))
    name = "association-forest.ru" if page.startswith("ru/") else f"{report.site.FIRST_PICTURES[0]}.en"
    assert target == site.parent / "figures" / f"{name}.svg"


def test_on_a_phone_the_images_of_a_notebook_scroll_too(site, phone):
    opened(phone, site / "notebooks" / "05_association.html")
    boxes = phone.execute_script(
        "return [...document.querySelectorAll('.notebook figure img')].map(i => [i.width, i.parentNode.clientWidth,"
        "i.parentNode.tabIndex])"
    )
    assert boxes
    for image, box, tab in boxes:
        assert image > 600 and box < 390 and tab == 0


def test_russian_pages_name_notebooks_and_describe_data_in_russian(site, driver):
    questions = [citation.notebook_title(name, "ru") for name in parameters.study()]
    opened(driver, site / "ru" / "notebooks.html")
    assert [
        e.text for e in driver.find_elements(By.CSS_SELECTOR, "main .list li > a:first-child")
    ] == questions
    opened(driver, site / "ru" / "exhibits.html")
    headings = [e.text for e in driver.find_elements(By.CSS_SELECTOR, "main h2")]
    assert headings[0] == "Таблицы и диаграммы статьи"
    assert set(headings[1:]) <= set(questions)
    opened(driver, site / "ru" / "sources.html")
    assert driver.find_elements(By.CSS_SELECTOR, "main [lang=en]") == []
    for paragraph in driver.find_elements(By.CSS_SELECTOR, ".source > p"):
        assert re.match("[А-Я0-9]", paragraph.text) and re.search("[а-я]{5}", paragraph.text), paragraph.text


@pytest.mark.skipif(not AXE.is_file(), reason="no axe-core in build/axe/ (npm pack axe-core, unpacked there)")
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", SAMPLES)
def test_axe_finds_no_barrier(site, driver, name, scheme):
    driver.execute_cdp_cmd(
        "Emulation.setEmulatedMedia",
        {"media": "", "features": [{"name": "prefers-color-scheme", "value": scheme}]},
    )
    opened(driver, site / name)
    assert barriers(driver) == []


@pytest.mark.skipif(not AXE.is_file(), reason="no axe-core in build/axe/ (npm pack axe-core, unpacked there)")
@pytest.mark.parametrize(
    "name", ["ledger.html", "ru/exhibits/association-forest.html", "notebooks/05_association.html"]
)
def test_axe_finds_no_barrier_on_a_phone(site, phone, name):
    opened(phone, site / name)
    assert barriers(phone) == []


def barriers(driver):
    """What axe-core finds on the page that is open."""
    driver.execute_script(AXE.read_text(encoding="utf-8"))
    driver.set_script_timeout(120)
    return driver.execute_async_script(
        "const done = arguments[0];"
        "axe.run(document, {resultTypes: ['violations']}).then(r => done(r.violations.map("
        "v => [v.id, v.impact, v.nodes.length, v.nodes[0].target, v.nodes[0].failureSummary])))"
    )


def test_paper_keeps_the_headings_of_a_table_and_drops_the_controls(site, driver):
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print", "features": []})
    try:
        opened(driver, site / "exhibits" / "table-1.html")
        assert all(h.is_displayed() for h in driver.find_elements(By.CSS_SELECTOR, "th button"))
        assert not any(e.is_displayed() for e in driver.find_elements(By.CSS_SELECTOR, "nav, button.copy"))
    finally:
        driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "", "features": []})


def test_markup_in_the_data_shows_as_text(site, driver, tmp_path):
    """A region named <script> in a table, a claim, a specification and a card stays text on every page."""
    folder = tmp_path / "results"
    shutil.copytree(site.parent, folder, ignore=shutil.ignore_patterns(report.site.FOLDER))
    entry = exhibits.entry("rating-scores")
    table = tables.Table(
        pd.DataFrame({"region": [HOSTILE], "v": [1.0]}),
        (tables.Column("region", {"en": "Region", "ru": "Регион"}),),
    )
    for language in ("en", "ru"):
        fragment = tables.to_html(table, language, entry.id, HOSTILE, HOSTILE)
        (folder / "tables" / f"{entry.id}.{language}.html").write_text(fragment, encoding="utf-8")
    card = json.loads((folder / "exhibits" / f"{entry.id}.json").read_text(encoding="utf-8"))
    card |= {
        "period": HOSTILE,
        "sentence": {"en": HOSTILE, "ru": HOSTILE},
        "source_line": {"en": HOSTILE, "ru": HOSTILE},
    }
    (folder / "exhibits" / f"{entry.id}.json").write_text(json.dumps(card), encoding="utf-8")
    claims = pd.read_csv(folder / "ledger.csv", dtype=str, keep_default_na=False)
    claims.loc[0, ["locus", "published", "reproduced", "note"]] = HOSTILE
    claims.to_csv(folder / "ledger.csv", index=False)
    specifications = pd.read_csv(folder / "multiverse.csv", dtype=str, keep_default_na=False)
    specifications.loc[0, "period"] = "</script>" + HOSTILE
    specifications.to_csv(folder / "multiverse.csv", index=False)
    hostile = report.build(folder)
    for name, where in (
        ("exhibits/rating-scores.html", "main"),
        ("ru/exhibits/rating-scores.html", "main"),
        ("ledger.html", "#ledger-table tbody tr"),
        ("multiverse.html", "#explorer-choices"),
    ):
        opened(driver, hostile / name)
        assert HOSTILE in driver.find_element(By.CSS_SELECTOR, where).get_attribute("textContent"), name
        assert driver.execute_script("return window.hostile") is None, name
        assert (
            driver.execute_script(
                "return document.querySelectorAll('img[onerror], main script:not([id])').length"
            )
            == 0
        )
