"""What readers chose, and the variants they share."""

from __future__ import annotations

import json
from dataclasses import dataclass
from hashlib import sha256


@dataclass(frozen=True, slots=True, order=True)
class Choice:
    """What parts one reader from another; empty: as the issue for everybody.

    ``sections`` in the reader's order; ``top`` by section how many stories; ``by`` the reader's values by column;
    ``had`` the ids of today's stories whose event the reader has had; ``capped`` the bookings the reader has had as
    often as they may be seen.
    """

    sections: tuple[str, ...] = ()
    top: tuple[tuple[str, int], ...] = ()
    language: str = ""
    by: tuple[tuple[str, tuple[str, ...]], ...] = ()
    had: tuple[str, ...] = ()
    capped: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The choice as one line of JSON, without what is empty."""
        fields = {
            "sections": list(self.sections),
            "top": dict(self.top),
            "language": self.language,
            "by": {column: list(values) for column, values in self.by},
            "had": list(self.had),
            "capped": list(self.capped),
        }
        return json.dumps({key: value for key, value in fields.items() if value}, ensure_ascii=False)


@dataclass(frozen=True, slots=True)
class Group:
    """The readers of one choice. ``code`` is its number in the table."""

    code: int
    choice: Choice
    readers: int


@dataclass(frozen=True, slots=True)
class Piece:
    """Readers of one group who share a variant: those from ``first`` up to ``last``, in the group's own stable order.

    ``without`` are the bookings that were given to others of the group.
    """

    code: int
    choice: Choice
    first: int
    last: int
    without: tuple[str, ...] = ()

    @property
    def readers(self) -> int:
        return self.last - self.first

    @property
    def variant(self) -> str:
        """The variant's name: the same choice and bookings have the same name on every day and machine."""
        content = self.choice.text + ("\n" + "\n".join(self.without) if self.without else "")
        return sha256(content.encode("utf-8", "surrogatepass")).hexdigest()[:16]
