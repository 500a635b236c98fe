# test_data_files.py - columns of CSV files behind empirical, cumulative and histogram: what is read, and what is told by file, line and column.
# SPDX-License-Identifier: Apache-2.0
import os

from cli_common import apsis, main, scratch

EMPIRICAL = 'empirical("d.csv", column: "r")'
ALONE = 'empirical("d.csv")'
CURVE = 'cumulative("d.csv", column: "v", probability: "p")'
BINS = 'histogram("d.csv", column: "edge", share: "s")'
COUNTS = 'histogram("d.csv", column: "edge", count: "s")'


def told(data, distribution, *words, command="check"):
    """What the command says of a model with this file beside it."""
    with scratch(m__risk=f"x ~ {distribution}\noutput y = x\n") as folder:
        if data is not None:
            with open(os.path.join(folder, "d.csv"), "wb") as file:
                file.write(data if isinstance(data, bytes) else data.encode())
        return apsis(command, "m.risk", *words, cwd=folder)


def values(data, distribution=EMPIRICAL):
    """The values that are drawn."""
    done = told(data, distribution, "--draws", "400", "--csv", "-", command="draws")
    assert done.code == 0, done.err
    return sorted({float(line.split(",")[1]) for line in done.out.splitlines()[1:]})


def test_what_is_read():
    assert values("r\n1\n2\n") == [1, 2]
    assert values(b"\xef\xbb\xbfr\r\n1\r\n2\r\n") == [1, 2]  # byte order mark, CRLF
    assert values("r\r1\r2") == [1, 2]  # CR alone, no end
    assert values("\n\nr,\n1,\n\n2,\n,\n  ,\n\n") == [1, 2]  # empty rows, and the commas that spreadsheets leave
    assert values('a,"r"\n"x, ""y"" \n z","1"\n,2\n') == [1, 2]  # quotes, a comma, a quote and a line end inside
    assert values(' a , r \n 7 ,\t1 \n 8 , "2" \n') == [1, 2]  # blanks around
    assert values("r\n1_000\n45%\n3.5k\n-2e3\n") == [-2000, 0.45, 1000, 3500]  # as the language writes numbers
    assert values("r\n+1\n.5\n5.\n-.25\n2.e1\n") == [-0.25, 0.5, 1, 5, 20]  # as other programs do
    assert values("any\n1\n2\n", ALONE) == [1, 2]
    assert values("2025,2026\n1,3\n2,4\n", 'empirical("d.csv", column: "2026")') == [3, 4]
    assert values("größe,r\nklein,1\n", EMPIRICAL) == [1]
    assert values("größe,r\n3,1\n", 'empirical("d.csv", column: "größe")') == [3]
    assert values("r,note\n1,\n2,\n") == [1, 2]  # an empty cell of another column


def test_what_is_told():
    place = "m.risk:1:15: error: "
    for data, distribution, message, hint in [
        ("r\nnan\n", EMPIRICAL, 'd.csv:2:1: "nan" is not a number', None),
        ("r\n1\n-inf\n", EMPIRICAL, 'd.csv:3:1: "-inf" is not a number', None),
        ("r\n1\n\n1e999\n", EMPIRICAL, 'd.csv:4:1: "1e999" is too large for a number', None),
        ("r\n1\nNA\nabc\n\n5\nx\n", EMPIRICAL, 'd.csv:3:1: "NA" is not a number', "2 more cells like it"),
        ('é,r\n"é, é", x\n', EMPIRICAL, 'd.csv:2:9: "x" is not a number', None),
        ('a,r\n"x\ny",1\n3,"two, or so"\n', EMPIRICAL, 'd.csv:4:3: "two, or so" is not a number', None),
        ("r\n" + "9" * 39 + "xyz\n", EMPIRICAL, f'd.csv:2:1: "{"9" * 39}x..." is not a number', None),
        ('r\n"two\nlines\x07"\n', EMPIRICAL, 'd.csv:2:1: "two?lines?" is not a number', None),
        ('a,r\n"x, y","1,234.5"\n', EMPIRICAL, 'd.csv:2:8: "1,234.5" has commas between its thousands: write 1234.5', None),
        ('r\n"-1,234,567"\n', EMPIRICAL, 'd.csv:2:1: "-1,234,567" has commas between its thousands: write -1234567', None),
        ('r\n"1,23,456"\n', EMPIRICAL, 'd.csv:2:1: "1,23,456" is not a number', None),
        ('r\n"1,5"\n', EMPIRICAL, 'd.csv:2:1: "1,5" has a decimal comma: write 1.5', None),
        ("r\n1,234\n", EMPIRICAL, "d.csv:2: this row has 2 fields, the first row 1", "a text with a comma in it stands in quotes; numbers are written without commas"),
        ("a,r\n3,4\n1\n", EMPIRICAL, "d.csv:3: this row has 1 field, the first row 2", "an empty cell still has its comma; is the file whole?"),
        ("a,r\n1,\n2,3\n3,\n", EMPIRICAL, "d.csv:2:3: column r is empty", "leave the row out, or give it a number; 1 more cell like it"),
        ('a,r\n3,4\n"1,2\n', EMPIRICAL, "d.csv:3:1: the quote that begins here does not end", None),
        ('a,r\n3,"1"x\n', EMPIRICAL, 'd.csv:2:3: text follows the closing quote; a quote within quotes is written ""', None),
        ("", EMPIRICAL, "d.csv is empty", "its first row names the columns, the others hold their numbers"),
        ("\n\r\n", EMPIRICAL, "d.csv is empty", "its first row names the columns, the others hold their numbers"),
        ("r\n\n", EMPIRICAL, "d.csv has no rows under its header", None),
        ("1.5\n2.5\n", ALONE, "d.csv begins with numbers: its first row must name the columns", "write a name over each column"),
        ("a,b\n1,2\n", ALONE, "d.csv has several columns", 'say which by column: "..."; it has a, b'),
        (b"\xff\xfer\x00\n\x00", EMPIRICAL, "d.csv cannot be read: it is UTF-16: save it as UTF-8", None),
        ("r\n1\0\n", EMPIRICAL, "d.csv cannot be read: it is not a text", None),
        (None, EMPIRICAL, "d.csv cannot be read: No such file or directory", "a path begins at the folder of the model"),
        ("edge,s\n0,\n5,40\n9,60\n", BINS, "d.csv: the weights must sum to 100%", "where the column counts what fell into each bin, write count: for share:"),
        ("edge,s\n0,3\n5,40\n9,60\n", COUNTS, 'd.csv:2:3: "3" stands in the first row, which is the lowest edge of all: nothing lies below it',
         "leave that cell empty, or write 0"),
        ("edge,s\n0,\n5,-1\n9,4\n", COUNTS, "d.csv: a weight must not be negative", None),
        ("edge,s\n0,\n5,\n9,4\n", COUNTS, "d.csv:3:3: column s is empty", "leave the row out, or give it a number"),
    ]:
        done = told(data, distribution)
        lines = done.out.splitlines()
        assert done.code == 65 and lines[0] == place + message, (data, done.out)
        hints = [line[len("  hint: "):] for line in lines if line.startswith("  hint: ")]
        assert hints == ([hint] if hint else []), (data, done.out)
        assert lines[-1] == "m.risk: 1 error", done.out
    for data, column, distribution, message, hint in [
        ("Return,b\n1,2\n", 32, 'empirical("d.csv", column: "return")', "d.csv has no column return", "did you mean Return? it has Return, b"),
        ("a,b\n1,2\n", 32, EMPIRICAL, "d.csv has no column r", "it has a, b"),
        (",".join(f"c{i}" for i in range(20)) + "\n", 32, 'empirical("d.csv", column: "weight")', "d.csv has no column weight",
         "it has " + ", ".join(f"c{i}" for i in range(12)) + " and 8 more"),
        ("r;b\n1;2\n", 32, EMPIRICAL, "d.csv has no column r", "its first row has no commas: separate the columns by commas, not by semicolons"),
        ("r\tb\n1\t2\n", 32, EMPIRICAL, "d.csv has no column r", "its first row has no commas: separate the columns by commas, not by tabs"),
        ("r,b,r\n1,2,3\n", 32, EMPIRICAL, "d.csv has 2 columns r: of its 3, those in places 1 and 3", "give each a name of its own in the first row"),
        ("v,q\n1,2\n", 51, CURVE, "d.csv has no column p", "it has v, q"),
        ("v,p\n0,0\n5,40%\n9,90%\n", 16, CURVE, "d.csv: the last point must have the cumulative chance 100%", None),
        ("", 5, 'cumulative("d.csv", column: "v")', 'cumulative from a file takes ("file.csv", column: "of values", probability: "of chances so far")', None),
        ("", 15, 'histogram("d.csv", "e.csv", column: "edge", share: "s")', None, None),
        ("", 5, 'histogram("d.csv", column: "edge")',
         'histogram from a file takes ("file.csv", column: "of edges", share: "of each bin"), or count: where the bins are counts', None),
    ]:
        done = told(data, distribution)
        lines = done.out.splitlines()
        if message is None:  # the second file is the fault
            assert lines[0].startswith("m.risk:1:24: error: histogram from a file takes"), done.out
            continue
        assert done.code == 65 and lines[0] == f"m.risk:1:{column}: error: {message}", (data, done.out)
        hints = [line[len("  hint: "):] for line in lines if line.startswith("  hint: ")]
        assert hints == ([hint] if hint else []), (data, done.out)


def test_too_large():
    with scratch(m__risk=f"x ~ {EMPIRICAL}\noutput y = x\n") as folder:
        path = os.path.join(folder, "d.csv")
        with open(path, "wb") as file:
            file.write(b"r\n1\n")
            file.truncate(3_000_000_001)
        done = apsis("check", "m.risk", cwd=folder)
        assert done.code == 65 and done.out.startswith(
            "m.risk:1:15: error: d.csv cannot be read: it has 3001 MB, and a column is held in memory whole: at most 256 MB; "
            "a sample of its rows gives the same distribution\n"), done.out


def test_record_knows_the_files():
    for distribution, data in ((CURVE, "v,p\n0,0\n5,40%\n9,100%\n"), (COUNTS, "edge,s\n0,\n5,4\n9,6\n")):
        with scratch(m__risk=f"x ~ {distribution}\noutput y = x\n", d__csv=data) as folder:
            assert apsis("run", "m.risk", "--draws", "2000", "--record", "r.json", cwd=folder).code == 0
            assert apsis("verify", "r.json", cwd=folder).code == 0
            with open(os.path.join(folder, "d.csv"), "a") as file:
                file.write("\n")
            done = apsis("verify", "r.json", cwd=folder)
            assert done.code != 0 and "d.csv" in done.out + done.err, (done.out, done.err)


main(globals())
