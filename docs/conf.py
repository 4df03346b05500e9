"""Settings of Sphinx, for `make docs`: the Markdown files of this folder."""

project = "Portbook"
copyright = "the Portbook authors; code Apache-2.0, data CC0"  # noqa: A001  # Sphinx's name for it
extensions = ["myst_parser", "sphinx.ext.autodoc"]
html_theme = "furo"
html_title = "Portbook"
exclude_patterns = ["_build"]
myst_enable_extensions = ["colon_fence"]
myst_heading_anchors = 3
autodoc_member_order = "bysource"
