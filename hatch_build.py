"""Build hook: a wheel, and an installation from the source tree, carries a fresh look-up table.

The table is compiled in a Python of its own, without site packages (`-I -S`): the build needs nothing but the
standard library, and nothing of the build leaks into the table.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class LookupTableHook(BuildHookInterface):  # type: ignore[type-arg]  # hatchling's own parameter is private
    """Compile src/portbook/data/lookup.table before the files of the wheel are gathered."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        script = Path(self.root, "tools", "compile_table.py")
        subprocess.run([sys.executable, "-I", "-S", str(script)], check=True)
