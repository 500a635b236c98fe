"""html_page.py - reads a report's HTML strictly, for tests: balanced tags, ids, tables as lists of cells. Standard library only."""
# SPDX-License-Identifier: Apache-2.0
import html.parser
import re

VOID = {"meta", "link", "br", "hr", "img", "input"}
CLOSED_BY_NEXT = {"td": {"td", "th", "tr", "tbody", "table"}}  # the end tag of a data cell may be left out
SVG_EMPTY = {"line", "rect", "circle", "path"}


class Page(html.parser.HTMLParser):
    """mistakes, ids, references, tags in order, tables: {caption, heads, rows}, text of elements."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.mistakes, self.ids, self.references, self.tags, self.tables, self.open = [], [], [], [], [], []
        self.caption = self.row = self.cell = None
        self.headings, self.heading = [], None
        assert text.startswith("<!DOCTYPE html>\n"), text[:40]
        self.feed(text)
        self.close()
        self.mistakes += [f"<{tag}> is not closed" for tag in self.open]
        self.mistakes += [f"id {name} twice" for name in set(self.ids) if self.ids.count(name) > 1]
        self.mistakes += [f"no id {name}" for name in self.references if name not in self.ids]

    def handle_starttag(self, tag, attributes):
        names = [name for name, _ in attributes]
        values = dict(attributes)
        self.tags.append((tag, values))
        if len(set(names)) != len(names):
            self.mistakes.append(f"<{tag}> has an attribute twice: {names}")
        for name, value in attributes:
            if name == "id":
                self.ids.append(value)
            if name in ("aria-labelledby", "aria-describedby"):
                self.references += value.split()
            if name == "href" and value.startswith("#"):
                self.references.append(value[1:])
        if tag in ("th", "td", "tr", "tbody") and self.open and self.open[-1] == "td":
            self.end_cell()
            self.open.pop()
        if tag == "tr" and self.open and self.open[-1] == "tr":
            self.open.pop()
        if tag not in VOID:
            self.open.append(tag)
        if tag == "table":
            self.tables.append({"caption": "", "heads": [], "rows": [], "id": None})
        if tag == "caption":
            self.caption = ""
        if tag == "tr":
            self.row = []
            self.tables[-1]["rows"].append(self.row)
        if tag in ("td", "th"):
            self.cell = ""
            if tag == "th" and "scope" not in values:
                self.mistakes.append("a <th> without scope")
        if re.fullmatch("h[1-6]", tag):
            self.heading = ""

    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)
        if tag not in VOID:
            self.open.pop()
        if tag not in SVG_EMPTY | VOID:
            self.mistakes.append(f"<{tag}/>")

    def end_cell(self):
        if self.cell is not None:
            self.row.append(self.cell.rstrip("\n"))
            self.cell = None

    def handle_endtag(self, tag):
        while self.open and self.open[-1] != tag and self.open[-1] in ("td", "tr"):
            if self.open[-1] == "td":
                self.end_cell()
            self.open.pop()
        if not self.open or self.open[-1] != tag:
            self.mistakes.append(f"</{tag}> closes {self.open[-3:]} at {self.getpos()}")
            return
        self.open.pop()
        if tag in ("td", "th"):
            self.end_cell()
        if tag == "thead":
            self.tables[-1]["heads"] = self.tables[-1]["rows"].pop(0)
        if tag == "caption":
            self.tables[-1]["caption"], self.caption = self.caption, None
        if re.fullmatch("h[1-6]", tag):
            self.headings.append((int(tag[1]), self.heading))
            self.heading = None

    def handle_data(self, data):
        if self.caption is not None:
            self.caption += data
        if self.cell is not None:
            self.cell += data
        if self.heading is not None:
            self.heading += data

    def table(self, caption):
        found = [table for table in self.tables if table["caption"].startswith(caption)]
        assert found, f"no table {caption!r}: {[t['caption'] for t in self.tables]}"
        return found[0]


def check_page(text):
    page = Page(text)
    assert not page.mistakes, page.mistakes[:10]
    # nothing runs, nothing is loaded
    tags = {tag for tag, _ in page.tags}
    assert not tags & {"script", "img", "iframe", "object", "embed", "form", "input", "image", "use", "foreignobject", "video", "audio"}, tags
    for tag, values in page.tags:
        for name, value in values.items():
            assert not name.startswith("on"), (tag, name)
            assert name not in ("src", "srcset", "xlink:href", "action"), (tag, name)
            if name == "href":
                assert value.startswith("#") or value == "data:,", (tag, value)
    assert "url(" not in text and "@import" not in text and "javascript:" not in text.split("<body>")[0]
    policy = [v["content"] for t, v in page.tags if t == "meta" and v.get("http-equiv") == "Content-Security-Policy"]
    assert policy == ["default-src 'none'; style-src 'unsafe-inline'; img-src data:"], policy
    # headings in order, landmarks, names
    levels = [level for level, _ in page.headings]
    assert levels[0] == 1 and levels.count(1) == 1 and all(b <= a + 1 for a, b in zip(levels, levels[1:])), levels
    for landmark in ("header", "nav", "main", "footer"):
        assert sum(tag == landmark for tag, _ in page.tags) == 1, landmark
    figures = sum(tag == "figure" for tag, _ in page.tags)
    for tag in ("figcaption", "desc", "details"):
        assert sum(t == tag for t, _ in page.tags) == figures, tag
    for tag, values in page.tags:
        if tag == "svg" and values.get("class") == "c":
            assert values["role"] == "img" and len(values["aria-labelledby"].split()) == 2
    assert dict(page.tags[1][1] if page.tags[0][0] != "html" else page.tags[0][1])["lang"] == "en"
    return page


def number(text):
    """What a cell says, and the half of its last digit: "1,234.5" -> (1234.5, 0.05)."""
    plain = text.replace("\u2212", "-").replace(",", "").replace("\u00a0", "").replace("%", "").strip()
    match = re.fullmatch(r"-?\d+(\.\d+)?(e[+-]\d+)?", plain)
    assert match, f"no number: {text!r}"
    if match[2]:
        return float(plain), abs(float(plain)) * 10.0 ** -len(re.sub(r"[^\d]", "", plain.split("e")[0])) * 10
    decimals = len(match[1]) - 1 if match[1] else 0
    return float(plain), 0.5 * 10.0 ** -decimals


def shows(text, value):
    """Whether a cell is the value, rounded."""
    said, half = number(text)
    return abs(said - value) <= half * (1 + 1e-9) + 1e-12 * abs(value)
