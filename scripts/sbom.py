"""``… | python -m scripts.sbom``: a bill of materials without where this machine gets its packages from.

Name, version and licence of each package stay. The addresses and hashes of files belong to one package index; what is
installed is checked by the hashes of ``requirements.txt``.
"""

from __future__ import annotations

import json
import sys
from typing import Any


def plain(bill: dict[str, Any]) -> dict[str, Any]:
    """The bill without the addresses of distributions, and without the tool that made it."""
    bill["metadata"].pop("tools", None)
    for component in bill["components"]:
        others = [r for r in component.pop("externalReferences", []) if r["type"] != "distribution"]
        if others:
            component["externalReferences"] = others
    return bill


if __name__ == "__main__":
    json.dump(plain(json.load(sys.stdin)), sys.stdout, indent=2, sort_keys=True)
    print()
