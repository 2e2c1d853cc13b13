"""Write the tables of ``docs/reference.md`` anew, from the keys of the model."""

from __future__ import annotations

from pathlib import Path

from digest.config.reference import with_tables

PAGE = Path(__file__).parents[1] / "docs" / "reference.md"

if __name__ == "__main__":
    PAGE.write_text(with_tables(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
