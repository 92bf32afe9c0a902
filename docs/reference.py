"""The reference: what the code says of its components, tables, commands and functions.

A Sphinx extension that writes Markdown into docs/reference/ before pages are read, so that nothing
there can be older than the code.
"""

from __future__ import annotations

import inspect
import pkgutil
import re
from collections.abc import Iterable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any, get_args

import typer
from pydantic import BaseModel
from pydantic.fields import FieldInfo
from typenames import type_of
from typer.cli import get_docs_for_click

import groundswell
from groundswell import analysis
from groundswell.cli import app as commands
from groundswell.component import PARTS, Component, load_plugins
from groundswell.listing import limits, shown
from groundswell.scenario import Scenario
from groundswell.scenarios.loading import LIBRARY, library
from groundswell.tables import TABLES, Meaning
from groundswell.testing import ConformanceError, check_component

HIDDEN = "model_config, part, kinds, default_kind, claims, agents"
"""What every component has, and what its class describes already."""
HERE = Path(__file__).parent / "reference"
INDEX = """# Reference

All of this is written from the code when the pages are built.

```{toctree}
scenario
%s
tables
commands
library
python
authors
analysis/index
```
"""


def setup(app: Any) -> dict[str, Any]:
    """Write the pages when a build starts."""
    app.connect("builder-inited", lambda _: write(HERE))
    return {"parallel_read_safe": True}


def write(folder: Path) -> None:
    """Write all pages into a folder, those that have not changed left as they are."""
    load_plugins()
    new = dict(pages())
    for old in folder.rglob("*.md"):
        if str(old.relative_to(folder)) not in new:
            old.unlink()
    for name, text in new.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")


def pages() -> Iterator[tuple[str, str]]:
    """Return the name and text of each page."""
    yield "index.md", INDEX % "\n".join(PARTS)
    yield "scenario.md", sections()
    for part in PARTS:
        yield f"{part}.md", components(part)
    yield "tables.md", tables()
    yield "commands.md", command_line()
    yield "library.md", scenarios()
    yield "python.md", python()
    yield "authors.md", authors()
    yield from modules()


def sections() -> str:
    """Describe the sections of a scenario that are no components."""
    parts = ["# Scenario files\n", words(Scenario), "", parameters(Scenario)]
    for section in nested(Scenario):
        parts += ["", f"## {section.__name__}\n", words(section), "", parameters(section)]
    return "\n".join(parts)


def nested(settings: type[BaseModel]) -> list[type[BaseModel]]:
    """Return the settings that fields of a scenario and of components are made of, each once."""
    roots = [settings, *(kind for part in PARTS.values() for kind in part.kinds.values())]
    found: dict[type[BaseModel], None] = {}
    while roots:
        for field in roots.pop(0).model_fields.values():
            for one in inside(field.annotation):
                if not issubclass(one, Component) and one not in found:
                    found[one] = None
                    roots.append(one)
    return list(found)


def inside(annotation: Any) -> Iterator[type[BaseModel]]:
    """Return the settings that an annotation names."""
    if inspect.isclass(annotation) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in get_args(annotation):
        yield from inside(argument)


def components(part: str) -> str:
    """Describe every kind of a part."""
    base = PARTS[part]
    default = f"\n\nThe default kind is `{base.default_kind}`." if base.default_kind else ""
    parts = [f"# {part.capitalize()}\n", words(base) + default]
    for kind, component in base.kinds.items():
        parts += ["", f"## {kind}\n", words(component), "", parameters(component)]
    return "\n".join(parts)


def parameters(settings: type[BaseModel]) -> str:
    """Return a table of the fields of some settings."""
    fields = {name: one for name, one in settings.model_fields.items() if name != "kind"}
    if not fields:
        return "It has no parameters."
    return table(
        ("parameter", "type", "default", "meaning"),
        ((f"`{name}`", *described(field)) for name, field in fields.items()),
    )


def described(field: FieldInfo) -> tuple[str, ...]:
    """Return type with bounds, default and meaning of a field."""
    bounds = ", ".join([type_of(field.annotation), *limits(field.metadata)])
    return bounds, default_of(field), field.description or ""


def default_of(field: FieldInfo) -> str:
    """Return the default of a field as a scenario file has it."""
    if field.is_required():
        return "required"
    default = field.get_default(call_default_factory=True)
    if isinstance(default, BaseModel) and not isinstance(default, Component):
        return "its defaults"
    return f"`{shown(default)}`"


def tables() -> str:
    """Describe every column of every table."""
    parts = [
        "# Tables\n",
        "Every table has a column `run`, the id of the run. A missing value means that a column "
        "does not apply. `runs` has a row per run: `run`, `replicate`, `seed`, `status`, "
        "`seconds`, and every setting that varies. `columns.json` in a results folder says the "
        "same of the columns that are in it.",
    ]
    for name, (key, columns) in TABLES.items():
        by = ", ".join(f"`{column}`" for column in key)
        parts += ["", f"## {name}\n", f"A row per run and {by}.", "", column_table(columns)]
    return "\n".join(parts)


def column_table(columns: dict[str, Meaning]) -> str:
    """Return a table of what columns mean."""
    return table(
        ("column", "meaning", "unit", "range"),
        ((f"`{name}`", one.meaning, one.unit, one.range) for name, one in columns.items()),
    )


def command_line() -> str:
    """Describe every command as typer documents it."""
    command = typer.main.get_command(commands)
    context = command.context_class(command)
    text = get_docs_for_click(obj=command, ctx=context, name="groundswell")
    text = re.sub(r"\*\*Commands\*\*:\n\n(\* .*\n)+\n", "", text, count=1)  # cut short there
    return text.replace("# `groundswell`", "# Commands", 1)


def scenarios() -> str:
    """Show every scenario of the library."""
    parts = [
        "# Library scenarios\n",
        "Each runs by its name, `groundswell run quickstart`, and may be the start of another: "
        '`extends = "..."` takes the path of a copy.',
    ]
    for name in library():
        text = (LIBRARY / f"{name}.toml").read_text(encoding="utf-8")
        parts += ["", f"## {name}\n", f"```toml\n{text}```"]
    return "\n".join(parts)


def python() -> str:
    """Document the public names of the package."""
    names = [name for name in groundswell.__all__ if not name.startswith("__")]
    documented = [directive(f"groundswell.{name}", getattr(groundswell, name)) for name in names]
    return "# From Python\n\n" + rst(
        *documented[: names.index("PARTS")], *documented[names.index("PARTS") + 1 :]
    )


def directive(name: str, what: Any) -> str:
    """Return the autodoc directive that documents a class or function."""
    if inspect.isclass(what):
        return f".. autoclass:: {name}\n   :members:\n   :exclude-members: {HIDDEN}"
    return f".. autofunction:: {name}"


def authors() -> str:
    """Document what authors of components implement and are given."""
    given = [
        "groundswell.agents.situation.Situation",
        "groundswell.agents.columns.Columns",
        "groundswell.agents.ties.Ties",
        "groundswell.agents.joining.Witness",
        "groundswell.agents.beliefs.News",
        "groundswell.agents.strategy.Context",
        "groundswell.agents.users.Users",
        "groundswell.data.Schema",
        "groundswell.data.Column",
        "groundswell.data.Points",
        "groundswell.gradients.Objective",
        "groundswell.gradients.Steering",
        "groundswell.platform.learners.base.TrainingSet",
        "groundswell.platform.learners.base.Classifier",
        "groundswell.platform.validation.Examination",
        "groundswell.scenarios.engines.Submits",
    ]
    bases = [f"{base.__module__}.{base.__name__}" for base in PARTS.values()]
    return (
        "# For authors of components\n\nThe base class of each part, then what its methods are "
        "given. See [Write a rule](../rule.md), [Write a learner](../learner.md) and "
        "[Check a component](../conformance.md).\n\n"
        + rst(
            directive("groundswell.testing.check_component", check_component),
            directive("groundswell.testing.ConformanceError", ConformanceError),
            *(directive(name, type) for name in [*bases, *given]),
        )
    )


def modules() -> Iterator[tuple[str, str]]:
    """Document every module of `groundswell.analysis`."""
    found = {module.name: module.ispkg for module in pkgutil.iter_modules(analysis.__path__)}
    summary = table(
        ("module", "what it does"),
        (
            (f"[{name}]({name}.md)", (inspect.getdoc(import_module(full)) or "").split("\n")[0])
            for name in found
            if (full := f"groundswell.analysis.{name}")
        ),
    )
    toctree = "\n".join(["```{toctree}\n:hidden:\n", *found, "```"])
    yield "analysis/index.md", f"# Analysis\n\n{summary}\n\n{toctree}\n"
    for name, package in found.items():
        members = "\n   :imported-members:" if package else ""
        body = rst(f".. automodule:: groundswell.analysis.{name}\n   :members:{members}")
        yield f"analysis/{name}.md", f"# {name}\n\n{body}"


def rst(*directives: str) -> str:
    """Return a block of reStructuredText, which docstrings are written in."""
    body = "\n\n".join(directives)
    return f"````{{eval-rst}}\n{body}\n````\n"


def words(what: type) -> str:
    """Return a docstring as Markdown: literal blocks and examples fenced, references as code."""
    text = inspect.getdoc(what) or ""
    text = re.sub(r"::\n\n((?: {4}.*\n?|\n)+)", lambda m: f":\n\n```text\n{m[1]}\n```\n", text)
    return re.sub(r"((?:^>>> .*\n?)(?:^\S.*\n?)*)", r"```pycon\n\1\n```\n", text, flags=re.M)


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """Return a Markdown table."""
    head = tuple(head)
    lines = [head, ("---",) * len(head), *rows]
    cells = ([one.replace("|", "\\|").replace("\n", " ") for one in line] for line in lines)
    return "\n".join(f"| {' | '.join(line)} |" for line in cells)
