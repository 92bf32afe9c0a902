"""Where each key of a TOML file stands; the standard reader does not say."""

from __future__ import annotations

import re
from collections.abc import Iterator

from groundswell.problems import Key

# A token with its line is all that is needed: values are read by tomllib, which has accepted the
# text before this scanner sees it.
TOKEN = re.compile(
    r'''(?P<string>"""(?:\\.|[^\\])*?"""|\'\'\'.*?\'\'\'|"(?:\\.|[^"\\\n])*"|'[^'\n]*')'''
    r"""|(?P<comment>\#[^\n]*)|(?P<newline>\n)|(?P<space>[ \t\r]+)"""
    r"""|(?P<mark>[\[\]{}=,.])|(?P<word>[^\s\[\]{}=,.\#"']+)""",
    re.DOTALL,
)


class _Scanner:
    def __init__(self, text: str) -> None:
        self.tokens = list(_tokens(text))
        self.at = 0
        self.lines: dict[Key, int] = {}

    def peek(self) -> str:
        return self.tokens[self.at][0] if self.at < len(self.tokens) else ""

    def next(self) -> tuple[str, int]:
        token = self.tokens[self.at]
        self.at += 1
        return token

    def skip(self, *what: str) -> None:
        while self.peek() in what:
            self.at += 1

    def key(self, prefix: Key) -> Key:
        """Read a dotted key and note the line of each of its parts."""
        while True:
            word, line = self.next()
            prefix = (*prefix, _plain(word))
            self.lines.setdefault(prefix, line)
            if self.peek() != ".":
                return prefix
            self.at += 1

    def value(self, key: Key) -> None:
        """Read past a value, noting the keys inside."""
        first = self.peek()
        if first == "{":
            self.table(key)
        elif first == "[":
            self.array(key)
        else:  # a number such as 1.5 is three tokens
            while self.peek() not in {"\n", ",", "]", "}", ""}:
                self.at += 1

    def table(self, key: Key) -> None:
        self.at += 1
        self.skip(",", "\n")
        while self.peek() != "}":
            self.assignment(key)
            self.skip(",", "\n")
        self.at += 1

    def array(self, key: Key) -> None:
        self.at += 1
        self.skip(",", "\n")
        index = 0
        while self.peek() != "]":
            self.lines.setdefault((*key, index), self.tokens[self.at][1])
            self.value((*key, index))
            self.skip(",", "\n")
            index += 1
        self.at += 1

    def assignment(self, prefix: Key) -> None:
        key = self.key(prefix)
        self.at += 1  # the equals sign
        self.value(key)

    def document(self) -> None:
        table: Key = ()
        counts: dict[Key, int] = {}
        self.skip("\n")
        while self.at < len(self.tokens):
            if self.peek() == "[":
                self.at += 1
                many = self.peek() == "["
                self.at += many
                table = self.key(())
                if many:  # an array of tables
                    index = counts[table] = counts.get(table, -1) + 1
                    table = (*table, index)
                self.at += 1 + many
            else:
                self.assignment(table)
            self.skip("\n")


def key_lines(text: str) -> dict[Key, int]:
    r"""Return the line on which each key first stands.

    Parameters
    ----------
    text
        A valid TOML document.

    >>> key_lines('a = 1\n[b]\nc = {d = 2}\n')
    {('a',): 1, ('b',): 2, ('b', 'c'): 3, ('b', 'c', 'd'): 3}
    """
    scanner = _Scanner(text)
    scanner.document()
    return scanner.lines


def _tokens(text: str) -> Iterator[tuple[str, int]]:
    line = 1
    for match in TOKEN.finditer(text):
        if match.lastgroup not in {"space", "comment"}:
            yield match.group(), line
        line += match.group().count("\n")


def _plain(word: str) -> str:
    """Return a key without its quotes and escapes."""
    if word[0] not in "\"'":
        return word
    import tomllib

    return str(next(iter(tomllib.loads(f"{word} = 0"))))
