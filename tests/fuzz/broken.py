"""Scenario files and data files with something wrong in them."""

from __future__ import annotations

import re
from collections.abc import Callable

import tomlkit
from hypothesis import strategies as st

from groundswell.scenarios.loading import LIBRARY
from tests.fuzz.scenarios import FILES, VALID, Case, case

WILD = (
    "nan", "inf", "-inf", "1e308", "-1e308", "1e-320", "-1", "0", "-0.0", "1.5", "0x10", "1_000",
    "10000000000000000000000", "9223372036854775808", "9223372036854775807", "true", '"x"', '""',
    '" "', "[]", "{}", "[[]]", "[nan]", "[inf, 1]", '[1, "a"]', "{ a = 1 }",
    '{ kind = "nobody" }', "{ kind = 1 }", '{ kind = "normal", mean = 1e308, sd = 1e308 }',
    "1979-05-27", "07:32:00",
    r'"\u0000"', r'"a\nb"', '"∞⟡𝔘"', r'"\u202e"', '"../../etc/passwd"', '"/"',
    '"' + "a" * 3000 + '"', "[" * 80 + "]" * 80, "{}{", "= =", "",
)  # fmt: skip
"""Values that stand in for others."""
NAMES = (
    "kind", "name", "a b", '"a b"', '""', r'"a\nb"', '"∞"', '"x.y"', "extends", "version", "users",
    "platform.learner", "-", "1", "µ",
)  # fmt: skip
"""Keys that stand in for others."""
LIBRARY_TEXTS = [
    text
    for path in sorted(LIBRARY.glob("*.toml"))
    if "path =" not in (text := path.read_text(encoding="utf-8"))
]

Change = Callable[[st.DrawFn, list[str]], None]
"""Changes lines of a file in place."""


def _line(draw: st.DrawFn, lines: list[str]) -> int:
    return draw(st.integers(0, len(lines) - 1))


def _delete(draw: st.DrawFn, lines: list[str]) -> None:
    del lines[_line(draw, lines)]


def _double(draw: st.DrawFn, lines: list[str]) -> None:
    lines.insert(_line(draw, lines), lines[_line(draw, lines)])


def _swap(draw: st.DrawFn, lines: list[str]) -> None:
    i, j = _line(draw, lines), _line(draw, lines)
    lines[i], lines[j] = lines[j], lines[i]


def _cut(draw: st.DrawFn, lines: list[str]) -> None:
    i = _line(draw, lines)
    lines[i] = lines[i][: draw(st.integers(0, len(lines[i])))]


def _assigned(draw: st.DrawFn, lines: list[str]) -> int | None:
    known = [i for i, line in enumerate(lines) if "=" in line]
    return draw(st.sampled_from(known)) if known else None


def _other_value(draw: st.DrawFn, lines: list[str]) -> None:
    i = _assigned(draw, lines)
    if i is not None:
        lines[i] = f"{lines[i].partition('=')[0]}= {draw(st.sampled_from(WILD))}"


def _other_key(draw: st.DrawFn, lines: list[str]) -> None:
    i = _assigned(draw, lines)
    if i is not None:
        lines[i] = f"{draw(st.sampled_from(NAMES))} ={lines[i].partition('=')[2]}"


def _other_part(draw: st.DrawFn, lines: list[str]) -> None:
    """Put a wild value in the place of a value inside a line."""
    i = _line(draw, lines)
    inner = list(re.finditer(r"-?[\d.]+|\"[^\"]*\"|true|false", lines[i]))
    if inner:
        one = draw(st.sampled_from(inner))
        wild = draw(st.sampled_from(WILD))
        lines[i] = f"{lines[i][: one.start()]}{wild}{lines[i][one.end() :]}"


def _new_line(draw: st.DrawFn, lines: list[str]) -> None:
    new = f"{draw(st.sampled_from(NAMES))} = {draw(st.sampled_from(WILD))}"
    table = draw(st.sampled_from(["[population]", "[[sweep]]", "[a.b]", "[schedule]", "[", new]))
    lines.insert(_line(draw, lines), draw(st.sampled_from([new, table])))


def _unicode(draw: st.DrawFn, lines: list[str]) -> None:
    i = _line(draw, lines)
    at = draw(st.integers(0, len(lines[i])))
    lines[i] = lines[i][:at] + draw(st.text(min_size=1, max_size=3)) + lines[i][at:]


CHANGES: tuple[Change, ...] = (
    _delete, _double, _swap, _cut, _other_value, _other_value, _other_key, _other_part,
    _other_part, _new_line, _unicode,
)  # fmt: skip


@st.composite
def changed(draw: st.DrawFn, text: str) -> bytes:
    """Return the bytes of a text with one to three things wrong."""
    lines = text.split("\n")
    for _ in range(draw(st.integers(1, 3))):
        if lines:
            draw(st.sampled_from(CHANGES))(draw, lines)
    content = "\n".join(lines).encode("utf-8", "surrogatepass")
    return draw(bent(content)) if draw(st.integers(0, 9)) == 7 else content


@st.composite
def bent(draw: st.DrawFn, content: bytes) -> bytes:
    """Return bytes with some put in, cut out, or cut off."""
    start = draw(st.integers(0, len(content)))
    end = draw(st.integers(start, min(start + 20, len(content))))
    odd = st.sampled_from(
        [b"\x00", b"\xff", b"\xef\xbb\xbf", b"\r", b"\r\n", b'"', b"\xc3", b"\x1a"]
    )
    middle = draw(st.one_of(odd, st.binary(max_size=8)))
    return draw(
        st.sampled_from(
            [content[:start], content[:start] + middle + content[end:], content[start:]]
        )
    )


@st.composite
def broken(draw: st.DrawFn) -> Case:
    """Return a random or library scenario whose file is changed."""
    if draw(st.booleans()):
        files = dict(draw(VALID))
        text = files["scenario.toml"].decode()
    else:
        text, files = draw(st.sampled_from(LIBRARY_TEXTS)), {}
    return {**files, "scenario.toml": draw(changed(text))}


CELLS = (
    "", "?", "nan", "NaN", "inf", "-inf", "1e999", "1e308", "-0", "0x1", "1_0", " 1", "1 ", "1,5",
    '"', '""', '"a', '"a\nb"', "a;b", "=1+1", "é", "𝔘",
    "true", "99999999999999999999", "1-2", "#", "\t",
)  # fmt: skip
"""What stands in cells of tables."""


@st.composite
def rows(draw: st.DrawFn, content: bytes, separator: str) -> bytes:
    """Return a table with cells, rows and bytes changed."""
    lines = [line.split(separator) for line in content.decode().splitlines()]
    if draw(st.integers(0, 9)) == 7:
        lines = lines[: draw(st.integers(1, len(lines)))]
    for _ in range(draw(st.integers(1, 3))):
        row = lines[draw(st.integers(0, len(lines) - 1))]
        cell = draw(st.integers(0, len(row)))
        row[cell : cell + draw(st.sampled_from([1, 1, 1, 1, 0, 2]))] = [
            draw(st.sampled_from(CELLS))
        ]
    end = draw(st.sampled_from(["\n", "\n", "\n", "\n", "\r\n", "\r"]))
    text = end.join(separator.join(row) for row in lines)
    content = text.encode(draw(st.sampled_from([*["utf-8"] * 8, "utf-8-sig", "utf-16"])))
    return draw(bent(content)) if draw(st.integers(0, 9)) == 7 else content


def reading(settings: str, file: str, separator: str) -> st.SearchStrategy[Case]:
    """Return cases of a scenario that reads a file with something wrong in it."""
    scenario = case(tomlkit.parse(settings))
    content = st.one_of(
        rows(FILES[file], separator), rows(FILES[file], separator), st.binary(max_size=80)
    )
    return content.map(lambda content: {**scenario, file: content})


PEOPLE = """\
name = "table"
rounds = 2
population = { kind = "table", path = "people.csv", label = "y" }
decision = "fixed"
platform = { kind = "learning", learner = "LEARNER" }
collective = { seeds = 0.2, strategy = { kind = "feature-label", target = "b" }, \
signal = { kind = "set-features", features = { x = 2.0 } } }
"""
DOCUMENTS = """\
name = "text"
rounds = 2
population = { kind = "text", path = "documents.csv", text = "text", label = "y" }
decision = "fixed"
platform = { kind = "learning", learner = "tfidf" }
collective = { seeds = 0.2, strategy = { kind = "feature-label", target = "b" }, \
signal = "insert-token" }
"""
TIES = """\
name = "ties"
rounds = 3
population = "blank"
network = { kind = "edge-list", path = "ties.txt" }
decision = { kind = "threshold", threshold = 0.3 }
platform = { kind = "response", curve = "logistic" }
"""
WEIGHTED = TIES.replace('"ties.txt"', '"weighted.txt", weighted = true, directed = true')
POINTS = """\
name = "points"
rounds = 2
population = { kind = "blank", users = 5 }
platform = { kind = "response", curve = "logistic" }
sweep = { table = "points.csv" }
"""

BROKEN = broken()
TABLES = st.one_of(
    reading(PEOPLE.replace("LEARNER", "logistic"), "people.csv", ","),
    reading(PEOPLE.replace("LEARNER", "naive-bayes"), "people.csv", ","),
    reading(PEOPLE.replace("LEARNER", "tree"), "people.csv", ","),
    reading(DOCUMENTS, "documents.csv", ","),
    reading(POINTS, "points.csv", ","),
)
EDGES = st.one_of(reading(TIES, "ties.txt", " "), reading(WEIGHTED, "weighted.txt", " "))
