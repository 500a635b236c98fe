"""test_report_browser.py - the report of a run in a real browser: nothing asked for, nothing overlaps, nothing overflows, names for all, prints."""
# SPDX-License-Identifier: Apache-2.0
import os
import re
import sys
import tempfile
import unicodedata

sys.path.insert(0, os.path.join(os.environ["APSIS_SRC"], "tests", "support"))
import browser as browsers  # noqa: E402
import pdf_text  # noqa: E402
from apsis_command import model_path, run  # noqa: E402
from html_page import Page  # noqa: E402
from page_in_browser import GEOMETRY, check_names, check_quiet, contrast  # noqa: E402

if not browsers.find():
    print("SKIPPED: no Chromium is installed; set APSIS_BROWSER to its command")
    sys.exit(77)

MODELS = {"first": [], "orbital_compute": ["--percentiles", "1,5,10,25,50,75,90,95,99"], "portfolio": [], "terrestrial_dc": []}
WIDTHS = [360, 768, 1440]

def check_colours(page):
    """WCAG AA: texts 4.5 against what they stand on, shapes 3."""
    for dark in (False, True):
        page.media(dark)
        names = "bg ink soft panel accent bar down warn warnbg outer inner".split() + [f"c{i}" for i in range(8)]
        colours = page.evaluate("(names => { const s = getComputedStyle(document.documentElement); return Object.fromEntries(names.map(n => [n, s.getPropertyValue('--' + n).trim()])) })(%s)" % names)
        colours = {name: c if len(c) == 7 else "#" + "".join(2 * x for x in c[1:]) for name, c in colours.items()}
        for text in ("ink", "soft", "accent"):
            for ground in ("bg", "panel", "warnbg"):
                assert contrast(colours[text], colours[ground]) >= 4.5, (dark, text, ground, contrast(colours[text], colours[ground]))
        for shape in ["bar", "down", "accent", "warn"] + [f"c{i}" for i in range(8)]:
            assert contrast(colours[shape], colours["bg"]) >= 3, (dark, shape, contrast(colours[shape], colours["bg"]))
        assert contrast(colours["accent"], colours["inner"]) >= 2.3 and contrast(colours["inner"], colours["outer"]) >= 1.4, dark
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == ("rgb(19, 22, 26)" if dark else "rgb(255, 255, 255)")
    page.media()


def check_print(page, text, name):
    soup = Page(text)
    printed = pdf_text.pages(page.pdf(paperWidth=8.27, paperHeight=11.69))
    whole = "".join(printed)
    assert len(printed) > 3, len(printed)

    def flat(words):
        return re.sub(r"[\s\u2060]", "", unicodedata.normalize("NFKC", words))

    assert flat(soup.headings[0][1]) in whole, (name, whole[:200])
    for _, heading in soup.headings[1:]:
        assert flat(heading) in whole, (name, heading)
    digest = re.search(r"<dt>Digest</dt><dd><code>(\w+)", text)[1]
    assert digest in whole, name
    rows = [row for table in soup.tables for row in table["rows"] if len(row) > 1]
    seen = sum(flat("".join(row)) in whole or all(flat(cell) in whole for cell in row) for row in rows)
    assert seen == len(rows), (name, seen, len(rows))  # the tables below the charts are open on paper
    for label in re.findall(r'<text class="p[^>]*>([^<]*)<', text):
        assert flat(label) in whole, (name, label)
    return len(printed)


with tempfile.TemporaryDirectory() as folder, browsers.Browser() as page:
    for name, arguments in MODELS.items():
        path = os.path.join(folder, name + ".html")
        run("run", model_path(name), "--draws", "20k", "--html", path, *arguments)
        with open(path, encoding="utf-8") as file:
            text = file.read()
        narrowest, labels = 1e9, 0
        for width in WIDTHS:
            page.open(path, width)
            check_quiet(page, path)
            geometry = page.evaluate(GEOMETRY)
            assert not geometry["faults"], (name, width, geometry["faults"][:8])
            narrowest = min([narrowest] + geometry["plots"][:])
            labels += geometry["counts"]["labels"]
        check_names(page, text.count("<figure"), headings=8)
        for width in WIDTHS[::2]: # every table open
            page.open(path, width)
            page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
            geometry = page.evaluate(GEOMETRY)
            assert not geometry["faults"], (name, width, "open", geometry["faults"][:8])
        page.open(path)
        sheets = check_print(page, text, name)
        assert labels > 20 and narrowest >= 216  # what labels are placed for: APSIS_SVG_NARROWEST
        print(f"{name}: {labels} labels apart, plots from {narrowest:.0f} px, {sheets} printed pages")
    check_colours(page)
