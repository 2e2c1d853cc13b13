"""Names of months as feeds write them, in the languages of newsrooms."""

from __future__ import annotations

import unicodedata
from functools import cache

# The beginnings of a month's names, without accents and in lower case; the longest beginning that fits counts.
# Where one beginning means two months in two languages (listopad: Polish 11, Croatian 10), the language with more
# readers has it.
_BEGINNINGS = (
    "jan ene gen ian jaen sij tammi oca led sty янв січ яну ιαν يناير ינואר",
    "feb fev fevr febr vel helmi sub uno lut фев лют φεβ فبراير פברואר",
    "mar marz marzo mars mart mrt maart maar ozu brez bre maalis мар бер март μαρ مارس מרץ",
    "apr avr abr abril tra huhti nis dub kwi апр кві απρ أبريل ابريل אפריל",
    "may mai mag maj mei maio maggio touko kve maj мая май тра μαι مايو מאי",
    "jun juin jui1 giu iun jin kesa haz cvn cerven cze июн чер ιουν يونيو יוני",
    "jul juil lug iul heina tem cvc cervenec lip июл лип ιουλ يوليو יולי",
    "aug aou ago agu elo srp sie авг сер αυγ أغسطس اغسطس אוגוסט",
    "sep set syys eyl zar wrz сен вер σεπ سبتمبر ספטמבר",
    "oct okt out ott oto loka eki rij paz окт жов οκτ أكتوبر اكتوبر אוקטובר",
    "nov noi marras kas lis ноя нов лис νοε نوفمبر נובמבר",
    "dec dez dic dis des joulu ara pro gru дек гру δεκ ديسمبر דצמבר",
)


@cache
def _by_beginning() -> dict[str, int]:
    return {word: month for month, words in enumerate(_BEGINNINGS, 1) for word in words.split()}


def month_of(name: str) -> int | None:
    """The number of the month with this name, in full or short; ``None`` for what is none."""
    plain = _plain(name)
    if plain == "jui":  # French juin and juillet
        return None
    known = _by_beginning()
    for end in range(len(plain), 1, -1):
        if (end >= 3 or not plain.isascii()) and plain[:end] in known:
            return known[plain[:end]]
    return None


def _plain(name: str) -> str:
    spread = unicodedata.normalize("NFKD", name.casefold().rstrip("."))
    return (
        "".join(letter for letter in spread if not unicodedata.combining(letter))
        .replace("ı", "i")
        .replace("ł", "l")
    )
