"""How Sphinx builds the documentation: strictly, and into pages that need no network."""

from __future__ import annotations

import hashlib
import os
import sys
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parent
sys.path[:0] = [str(ROOT), str(HERE)]
os.environ["PYTHONPATH"] = str(ROOT)  # cells call the code that the reference is written from

import groundswell  # noqa: E402

project = "Groundswell"
author = copyright = "The Groundswell developers"  # noqa: A001  (Sphinx calls it so)
version = release = groundswell.__version__

extensions = [
    "myst_nb",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx-mathjax-offline",  # formulas are set by a copy of MathJax in the built pages
    "reference",  # docs/reference.py writes docs/reference/ from the code
]
exclude_patterns = ["_build", "example-plugin"]

html_theme = "furo"
html_title = "Groundswell"
html_static_path = ["_static"]
html_css_files = ["pages.css"]
html_show_sphinx = False

myst_enable_extensions = ["dollarmath", "deflist", "attrs_inline"]
myst_heading_anchors = 4

nb_execution_mode = "cache"
nb_execution_raise_on_error = nb_execution_show_tb = True
nb_execution_timeout = 120
nb_execution_in_temp = True
# Cells run again whenever the code that they call has changed.
_code = b"".join(path.read_bytes() for path in sorted((ROOT / "groundswell").rglob("*.py")))
nb_execution_cache_path = str(HERE / "_build" / "cells" / hashlib.sha256(_code).hexdigest()[:16])

autodoc_typehints = "description"
autodoc_typehints_description_target = "documented"
autodoc_member_order = "bysource"
default_role = "literal"  # `name` in docstrings is code
add_module_names = False
python_use_unqualified_type_names = True
nitpick_ignore_regex = [
    ("py:.*", r"(?!groundswell).*"),  # there is no network to look others up
    # What authors of components meet in signatures, and need not know.
    (
        "py:class",
        r"groundswell\.(agents\.(aim|answers|gains|payoff|situation|tally)|platform\.validation)\..*",
    ),
]
