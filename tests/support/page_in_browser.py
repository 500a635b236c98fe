"""page_in_browser.py - what every HTML report must show in a real browser: nothing asked for, nothing overlaps or sticks out, names for all."""
# SPDX-License-Identifier: Apache-2.0

# What sticks out of the window, or of its figure; and texts of one drawing that overlap.
GEOMETRY = """(() => {
  const faults = [], wide = document.documentElement.clientWidth, shown = e => { const r = e.getBoundingClientRect(); return r.width > 0 && r.height > 0 ? r : null; };
  if (document.documentElement.scrollWidth > wide) faults.push('the page is ' + document.documentElement.scrollWidth + ' wide in ' + wide);
  for (const e of document.querySelectorAll('body *')) {
    if (e.closest('.hide, .skip')) continue;
    const r = shown(e);
    if (!r) continue;
    const box = e.closest('.scroll');
    if (box && box !== e) continue;
    if (r.right > wide + 0.5 || r.left < -0.5) faults.push(e.tagName + ' ' + (e.textContent || '').slice(0, 40) + ' from ' + r.left + ' to ' + r.right);
  }
  const plots = [], counts = {labels: 0, texts: 0};
  for (const svg of document.querySelectorAll('svg.c')) {
    const frame = svg.closest('figure').getBoundingClientRect(), style = getComputedStyle(svg);
    if (svg.querySelector('.m')) plots.push(svg.getBoundingClientRect().width - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight));
    const texts = [...svg.querySelectorAll('text')].map(e => [e, shown(e)]).filter(([e, r]) => r);
    counts.texts += texts.length;
    for (const [e, r] of texts) {
      if (r.left < frame.left - 1 || r.right > frame.right + 1 || r.bottom > frame.bottom || r.top < frame.top) faults.push('outside of its figure: ' + e.textContent);
      if (e.classList.contains('p')) counts.labels++;
    }
    for (let i = 0; i < texts.length; i++)
      for (let k = i + 1; k < texts.length; k++) {
        const a = texts[i][1], b = texts[k][1];
        if (a.left < b.right && b.left < a.right && a.top + 2 < b.bottom - 2 && b.top + 2 < a.bottom - 2) faults.push('overlap: ' + texts[i][0].textContent + ' | ' + texts[k][0].textContent);
      }
  }
  return {faults, plots, counts};
})()"""


def luminance(colour):
    parts = [int(colour[i:i + 2], 16) / 255 for i in (1, 3, 5)]
    return sum(w * (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4) for w, p in zip((0.2126, 0.7152, 0.0722), parts))


def contrast(a, b):
    low, high = sorted((luminance(a), luminance(b)))
    return (high + 0.05) / (low + 0.05)


def check_quiet(page, path):
    """No message of the console, no request but the page itself."""
    page.evaluate("1")
    for event in page.events:
        method, parameters = event["method"], event["params"]
        assert method not in ("Log.entryAdded", "Runtime.consoleAPICalled", "Runtime.exceptionThrown"), event
        if method == "Network.requestWillBeSent":
            url = parameters["request"]["url"]
            assert url == "file://" + path.replace(" ", "%20") or url == "data:,", url


def check_names(page, figures, headings):
    """The accessibility tree: every drawing is an image with a name and a description, every table and region has a name."""
    nodes = [n for n in page.call("Accessibility.getFullAXTree")["nodes"] if not n.get("ignored")]

    def of(role):
        return [n for n in nodes if n.get("role", {}).get("value", "").lower() in role]

    images = of({"img", "image"})
    assert len(images) == figures, (len(images), figures)
    for node in images:
        name = node["name"]["value"]
        assert len(name) > 25, node  # title and description
        assert "nan" not in name.lower().split(), name
    assert len(of({"figure"})) == figures
    for node in of({"figure", "table", "region", "navigation", "link"}):
        assert node.get("name", {}).get("value", "").strip(), node
    for role in ("banner", "navigation", "main", "contentinfo"):
        assert len(of({role})) == 1, (role, len(of({role})))
    assert len(of({"heading"})) > headings
    assert of({"rowheader"}) and of({"columnheader"})
