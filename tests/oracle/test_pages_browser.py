"""test_pages_browser.py - the reports of stress and explain in a real browser: nothing asked for, nothing overlaps, nothing overflows, names for all, contrast."""
# SPDX-License-Identifier: Apache-2.0
import os
import re
import sys
import tempfile

sys.path.insert(0, os.path.join(os.environ["APSIS_SRC"], "tests", "support"))
import browser as browsers  # noqa: E402
import pdf_text  # noqa: E402
from apsis_command import model_path, run  # noqa: E402
from page_in_browser import GEOMETRY, check_names, check_quiet, contrast  # noqa: E402

if not browsers.find():
    print("SKIPPED: no Chromium is installed; set APSIS_BROWSER to its command")
    sys.exit(77)

ORBITAL = model_path("orbital_compute")
LONG = "wacc = 12%; permit_delay in P75..P100 alone; price_war; launch_cap = 50% * launch_cap"
PAGES = {
    "stress": ["stress", ORBITAL, "--draws", "5k"],
    "long names": ["stress", ORBITAL, "--draws", "5k", "--cell", LONG, "--scenario", "taiwan"],
    "grid": ["stress", ORBITAL, "--draws", "2k", "--grid", "wacc = 8%, 9%, 10%, 11%, 12%, 13%; launch_cap = 200, 500, 1000, 2000"],
    "explain": ["explain", ORBITAL, "--scenario", "price_war", "--set", "wacc = 12%", "--draws", "5k", "--of", "ev"],
}

# Numbers on shaded cells: colours of text and ground, as the browser paints them.
CELLS = """[...document.querySelectorAll('td.h')].map(e => { const c = document.createElement('canvas').getContext('2d'), s = getComputedStyle(e), out = [];
  for (const colour of [getComputedStyle(document.body).backgroundColor, s.backgroundColor, s.color]) { c.fillStyle = colour; c.fillRect(0, 0, 1, 1);
    out.push('#' + [...c.getImageData(0, 0, 1, 1).data].slice(0, 3).map(v => v.toString(16).padStart(2, '0')).join('')) }
  return [e.className, out[1], out[2]] })"""

with tempfile.TemporaryDirectory() as folder, browsers.Browser() as page:
    for name, command in PAGES.items():
        path = os.path.join(folder, name.split()[0] + ".html")
        run(*command, "--html", path)
        with open(path, encoding="utf-8") as file:
            text = file.read()
        texts = 0
        for width in (360, 768, 1440):
            for opened in (False, True):
                page.open(path, width)
                check_quiet(page, path)
                if opened:
                    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
                geometry = page.evaluate(GEOMETRY)
                assert not geometry["faults"], (name, width, opened, geometry["faults"][:8])
                texts += geometry["counts"]["texts"]
        check_names(page, text.count("<figure"), headings=4)
        if name == "grid":
            for dark in (False, True):
                page.media(dark)
                cells = page.evaluate(CELLS)
                assert len({c[0] for c in cells}) > 5 and len(cells) >= 24
                for shade, ground, ink in cells:
                    assert contrast(ground, ink) >= 4.5, (dark, shade, ground, ink)
                assert len({c[1] for c in cells}) > 5
            page.media()
        page.open(path)
        printed = re.sub(r"\s", "", "".join(pdf_text.pages(page.pdf(paperWidth=8.27, paperHeight=11.69))))
        for heading in re.findall(r"<h2[^>]*>([^<]*)</h2>", text):
            assert heading.replace(" ", "") in printed, (name, heading)
        print(f"{name}: {texts} texts apart, {len(text) / 1000:.0f} kB")
