"""Markdown from templates, in which what comes from outside stands as the text it is."""

from __future__ import annotations

import inspect
import re
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markdown_it import MarkdownIt

TEMPLATES = PackageLoader("groundswell", "reporting/templates")
SPECIAL = re.compile(r"([\\`*\[<|~$]|(?<![^\W_])_|_(?![^\W_])|&(?=#|\w+;))")
"""What means something within a line of Markdown, of HTML inside it, or of maths."""
START = re.compile(r"^(?=[#>+-])|^(\d+)(?=[.)])")
"""What means something at the start of a line: a heading, a quotation, a list."""
CODE = re.compile(r"(`+)(.+?)\1")
SECTION = re.compile(r"\n\n\w+\n-{3,}\n|\n\n>>> ")
"""Where the prose of a docstring ends: at a numpydoc section, or an example."""
INDENT = "    "


class Markdown(str):
    """Text that is Markdown already."""

    __slots__ = ()


@cache
def environment() -> Environment:
    """Return the templates of Markdown pages: all values are escaped unless they are Markdown."""
    return Environment(
        loader=TEMPLATES,
        autoescape=False,  # noqa: S701  (HTML's escapes are not Markdown's; `finalize` escapes)
        finalize=escape,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def escape(value: Any) -> Markdown:
    r"""Return a value as Markdown that shows it as it is, on one line.

    >>> print(escape("a * b_i <script>"))
    a \* b_i \<script>
    """
    if isinstance(value, Markdown):
        return value
    return Markdown(_escaped(" ".join(str(value).split())))


def code(text: object) -> Markdown:
    """Return text as a code span, whatever is in it.

    >>> code("seeds = 3"), code("a`b")
    ('`seeds = 3`', '`` a`b ``')
    """
    line = " ".join(str(text).split())
    longest = max(map(len, re.findall("`+", line)), default=0)
    fence = "`" * (longest + 1)
    pad = " " if longest else ""
    # A bar ends a cell of a table even in code.
    return Markdown(f"{fence}{pad}{line}{pad}{fence}".replace("|", r"\|"))


def prose(docstring: str | None) -> Markdown:
    """Return the prose of a docstring: paragraphs on a line each, code as code.

    >>> prose("Join when ``m >= θ``, of all_users.")
    'Join when `m >= θ`, of all_users.'
    """
    text = SECTION.split(inspect.cleandoc(docstring or ""))[0]
    return Markdown("\n\n".join(_paragraph(one) for one in re.split(r"\n{2,}", text)))


def line(docstring: str | None) -> Markdown:
    """Return the prose of a docstring on one line, as in a cell of a table."""
    return Markdown(" ".join(prose(docstring).split()))


def html(text: str) -> str:
    """Return Markdown as HTML, in which HTML is text, and wide tables scroll in a box."""
    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
    parser.add_render_rule("table_open", lambda *_: '<div class="box" tabindex="0">\n<table>\n')
    parser.add_render_rule("table_close", lambda *_: "</table>\n</div>\n")
    return str(parser.render(text))


def _paragraph(text: str) -> str:
    if text.startswith(INDENT):
        return text
    joined = " ".join(text.split())
    joined = f"{joined[:-1]}" if joined.endswith("::") else joined
    parts = CODE.split(joined)  # text, backticks, code, text, ...
    shown = [
        code(part) if i % 3 == 2 else "" if i % 3 == 1 else _escaped(part)  # noqa: PLR2004
        for i, part in enumerate(parts)
    ]
    return START.sub(r"\1\\", "".join(shown))


def _escaped(text: str) -> str:
    return SPECIAL.sub(r"\\\1", text)
