"""pdf_text.py - the text layer of a PDF as Chromium writes them: fonts with ToUnicode maps, compressed streams. Standard library only."""
# SPDX-License-Identifier: Apache-2.0
import re
import unicodedata
import zlib


def objects(data):
    """number -> (dictionary text, stream bytes or None)"""
    found = {}
    for match in re.finditer(rb"(?<!\d)(\d+) 0 obj\b(.*?)\bendobj", data, re.S):
        body, stream = match[2], None
        if b"stream" in body:
            head, rest = re.split(rb"stream\r?\n", body, maxsplit=1)
            stream = rest.rsplit(b"endstream", 1)[0]
            if b"FlateDecode" in head:
                stream = zlib.decompressobj().decompress(stream)
            body = head
        found[int(match[1])] = (body.decode("latin-1"), stream)
    return found


def unicode_map(stream):
    codes = {}
    text = stream.decode("latin-1")
    for block in re.findall(r"beginbfchar(.*?)endbfchar", text, re.S):
        for code, goal in re.findall(r"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>", block):
            codes[int(code, 16)] = bytes.fromhex(goal).decode("utf-16-be", "replace")
    for block in re.findall(r"beginbfrange(.*?)endbfrange", text, re.S):
        for first, last, goal in re.findall(r"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>", block):
            base = bytes.fromhex(goal).decode("utf-16-be", "replace")
            for code in range(int(first, 16), int(last, 16) + 1):
                codes[code] = base[:-1] + chr(ord(base[-1]) + code - int(first, 16))
    return codes


def pages(data):
    """The text of each page, in the order it is drawn, without blanks."""
    found, texts = objects(data), []
    for body, _ in sorted(found.values(), key=lambda item: data.find(item[0].encode("latin-1"))):
        if not re.search(r"/Type\s*/Page\b", body):
            continue
        resources = body
        reference = re.search(r"/Resources\s+(\d+) 0 R", body)
        if reference:
            resources = found[int(reference[1])][0]
        block = re.search(r"/Font\s*<<(.*?)>>", resources, re.S)
        fonts = {}
        for name, number in re.findall(r"/(\w+)\s+(\d+) 0 R", block[1] if block else ""):
            font = found[int(number)][0]
            to = re.search(r"/ToUnicode\s+(\d+) 0 R", font)
            if to:
                fonts[name] = (2 if "/Type0" in font else 1, unicode_map(found[int(to[1])][1]))
        text, current = [], None
        for number in re.findall(r"(\d+) 0 R", re.search(r"/Contents\s*(\[[^\]]*\]|\d+ 0 R)", body)[1]):
            content = found[int(number)][1].decode("latin-1")
            for token in re.finditer(r"/(\w+)\s+[\d.]+\s+Tf|<([0-9A-Fa-f]+)>|\((?:\\.|[^\\()])*\)\s*Tj", content):
                if token[1]:
                    current = fonts.get(token[1])
                elif token[2] and current:
                    raw, width = bytes.fromhex(token[2]), current[0]
                    text += [current[1].get(int.from_bytes(raw[i:i + width], "big"), "") for i in range(0, len(raw), width)]
        texts.append(re.sub(r"[\s\u2060]", "", unicodedata.normalize("NFKC", "".join(text))))
    return texts
