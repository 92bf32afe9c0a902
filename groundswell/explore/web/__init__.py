"""The page itself. Nothing outside this folder knows of Solara, but the server that shows it."""
