"""Serving the page: on this machine only, in production mode, and without a word to others."""

from __future__ import annotations

import os
import socket
import sys
import threading
import webbrowser
from collections.abc import Mapping
from importlib import import_module

from groundswell.problems import InputError

HOST = "localhost"
SETTINGS = {
    "SOLARA_APP": "groundswell.explore.web.page",
    "SOLARA_MODE": "production",
    "SOLARA_TELEMETRY_MIXPANEL_ENABLE": "False",
    "SOLARA_THEME_TITLE": "Groundswell",
    "SOLARA_THEME_SHOW_BANNER": "False",
    "SOLARA_CHECK_HOOKS": "off",  # it finds something in Mesa, and warns everybody
    "SOLARA_KERNEL_CULL_TIMEOUT": "10m",
    "MPLBACKEND": "Agg",
}
"""Solara reads its settings from the environment when it is imported."""
NEEDED = ("solara.server.starlette", "solara_assets", "mesa.visualization")
"""Without its assets Solara would ask a server far away for them."""
PATIENCE = 1
"""Seconds that browsers get to let go when the server stops."""


def check_installed() -> None:
    """Refuse to go on without the packages of the extra.

    Raises
    ------
    InputError
        Says how to get them.
    """
    os.environ.update(SETTINGS)
    try:
        for name in NEEDED:
            import_module(name)
    except ImportError as error:
        raise InputError(
            f"the explorer needs packages that are not installed ({error}): "
            "pip install 'groundswell[explore]'"
        ) from None


def listen(port: int) -> socket.socket:
    """Return a socket that listens on this machine; with port 0 on a free port.

    Raises
    ------
    InputError
        If the port is taken.
    """
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, port))
        listener.listen()  # whoever comes before all is ready waits
    except OSError as error:
        listener.close()
        raise InputError(
            f"cannot use port {port}: {error.strerror}; give another one with --port, "
            "or --port 0 for any that is free"
        ) from None
    return listener


def serve(listener: socket.socket, *, browser: bool) -> None:
    """Serve the page of what was opened until somebody interrupts.

    Parameters
    ----------
    listener
        Where to listen.
    browser
        Whether to open a browser.
    """
    import uvicorn
    from solara.server.patch import patch_matplotlib
    from solara.server.starlette import app

    # Solara would give each browser settings of matplotlib of its own, which it does not read as
    # matplotlib does: numbers in a style file would be text. So its patch is taken out again.
    patch_matplotlib()()
    url = f"http://{HOST}:{listener.getsockname()[1]}"
    print(f"the page is at {url}\nstop it with Ctrl-C", flush=True)  # noqa: T201
    if browser and has_display(os.environ):
        threading.Timer(1, webbrowser.open, [url]).start()
    config = uvicorn.Config(app, log_level="error", timeout_graceful_shutdown=PATIENCE)
    uvicorn.Server(config).run(sockets=[listener])


def has_display(environment: Mapping[str, str], system: str = sys.platform) -> bool:
    """Whether there is a screen; without one, Python would start a browser in the terminal.

    >>> has_display({}, "linux"), has_display({"DISPLAY": ":0"}, "linux"), has_display({}, "win32")
    (False, True, True)
    """
    return system in {"win32", "darwin"} or any(
        environment.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER")
    )
