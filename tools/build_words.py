"""The build's hook: a wheel, and an editable install, hold the compiled catalogues of words."""

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

sys.path.insert(0, str(Path(__file__).parent))

from catalogues import compile_all


class CompileWords(BuildHookInterface[Any]):
    """Compiles before files are gathered; what is compiled is in no repository."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile what is older than its source. Raises CatalogueError."""
        compile_all()
        build_data["artifacts"].append("kioskd/locale/*/LC_MESSAGES/*.mo")
