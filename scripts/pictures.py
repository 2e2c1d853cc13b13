"""The sample newsroom's pictures: a small painted scene for each story and a banner for each picture ad.

    python scripts/pictures.py [NAME.jpg ...]

Paints those named and, anew, those that are there. Needs Pillow. What a scene shows follows from the words in its name,
its colours from the name's hash, so a run paints the same pictures again. The files are small on purpose: the sample
must look finished without a network.
"""

from __future__ import annotations

import re
import sys
from hashlib import sha256
from pathlib import Path
from random import Random

from PIL import Image, ImageDraw, ImageFont

ROOT = Path(__file__).resolve().parent.parent
OUT = ROOT / "samples" / "pictures"
SIZE = (576, 324)
SKIES = (
    ("#f7d9b4", "#f0a878", "#6b4a5a"), ("#cfe3f2", "#8fb8de", "#2c4a6b"), ("#d8ecdf", "#8cc3a4", "#2f5d50"),
    ("#e9d9ee", "#b79bc9", "#4d3766"), ("#fbe7c2", "#e8b04a", "#7a4b1f"), ("#d5e6e8", "#6fa8ad", "#23505a"),
    ("#f4d6d2", "#d98880", "#5e2f3a"), ("#dfe3ea", "#9aa7b8", "#39434f"),
)  # fmt: skip
KINDS = {
    "water": "tug kayak manatee marina bridge narrows river dam pelican osprey shipyard boat harbor "
    "ferry canal pier dock launch",
    "snow": "ice iced snow storm smoke winter frost wing terminal jet",
    "care": "nurse hospital clinic heart toothbrush pharmac vaccine wash hands ward eye drops alder "
    "lungs blood handwashing",
    "money": "gold tax pay ticker trading piggy mortgage rate stub coin price bank retire bull pawn",
    "stage": "curtain carpet mic juno projector radio podcast quiz stage violin concert film award "
    "ticket perfume memoir scarf",
    "law": "patrol lights police court car-wash tape badge ransom scam",
    "table": "sandwich peanut strawberry lunch spoon kitchen cup market basket heater phone bread tomato game",
}
BANNERS = {
    "harborlight": ("Harborlight Bank", "This morning's news is on us", "#12355b", "#f4c95d"),
    "aquafresh": ("Gleammour AquaFresh", "Whiter in 14 days", "#e6f6f4", "#0b7a75"),
    "rain": ("Voyager Cover", "For people who pack an umbrella", "#2d3047", "#93b7be"),
    "leave-the-car": ("Riverline Transit", "Leave the car at home", "#0b6e4f", "#fdf6e3"),
    "read-on-board": ("Riverline Transit", "Read this on board", "#fdf6e3", "#0b6e4f"),
    "getaway": ("Marlin Bay Cruises", "Three nights to anywhere warm", "#f2a65a", "#33225b"),
    "clearance": ("Tidewater Furniture", "Warehouse clearance on Saturday", "#d7e1e9", "#7b2d26"),
}


def main() -> None:
    OUT.mkdir(parents=True, exist_ok=True)
    for name in sorted({*sys.argv[1:], *(path.name for path in OUT.glob("*.jpg"))}):
        scene(name).save(OUT / name, quality=50, optimize=True, progressive=True)
    for size in re.findall(
        r"samples/pictures/([a-z-]+)-(\d+)x(\d+)\.png", (ROOT / "adslots.yaml").read_text("utf-8")
    ):
        banner(size[0], int(size[1]), int(size[2])).save(
            OUT / f"{size[0]}-{size[1]}x{size[2]}.png", optimize=True
        )


def kind_of(name: str) -> str:
    return next(
        (kind for kind, words in KINDS.items() if any(word in name for word in words.split())), "town"
    )


def scene(name: str) -> Image.Image:
    """A landscape, or a still life, in three colours and their mixtures."""
    random = Random(sha256(name.encode()).digest())
    light, middle, dark = SKIES[random.randrange(len(SKIES))]
    width, height = (2 * side for side in SIZE)
    picture = Image.new("RGB", (width, height), light)
    pen = ImageDraw.Draw(picture)
    for step in range(24):  # a sky that darkens upwards
        pen.rectangle(
            (0, step * height // 40, width, (step + 1) * height // 40), fill=mixed(middle, light, step / 24)
        )
    sun = random.randrange(width // 5, width * 4 // 5)
    radius = random.randrange(60, 110)
    pen.ellipse((sun - radius, 200 - radius, sun + radius, 200 + radius), fill=mixed(light, "#ffffff", 0.7))
    {
        "water": water,
        "snow": snow,
        "care": care,
        "money": money,
        "stage": stage,
        "law": law,
        "table": table,
    }.get(kind_of(name), town)(pen, random, width, height, (light, middle, dark))
    return picture.resize(SIZE, Image.Resampling.LANCZOS)


Colors = tuple[str, str, str]
Pen = ImageDraw.ImageDraw


def hills(pen: Pen, random: Random, width: int, base: int, color: str, rise: int) -> None:
    points = [(at, base - random.randrange(rise // 3, rise)) for at in range(0, width + 160, 160)]
    pen.polygon([(0, 2000), *points, (width + 200, 2000)], fill=color)


def water(pen: Pen, random: Random, width: int, height: int, colors: Colors) -> None:
    light, middle, dark = colors
    hills(pen, random, width, height * 6 // 10, mixed(middle, dark, 0.35), 120)
    pen.rectangle((0, height * 6 // 10, width, height), fill=mixed(middle, dark, 0.6))
    for _ in range(14):
        x, y = random.randrange(width), random.randrange(height * 62 // 100, height)
        pen.line((x, y, x + random.randrange(60, 220), y), fill=mixed(light, dark, 0.35), width=6)
    x, y = random.randrange(width // 4, width * 6 // 10), height * 7 // 10
    pen.polygon([(x - 170, y), (x + 190, y), (x + 140, y + 70), (x - 120, y + 70)], fill=dark)
    pen.rectangle((x - 60, y - 90, x + 60, y), fill=mixed(light, "#ffffff", 0.6))
    pen.rectangle((x - 10, y - 150, x + 30, y - 90), fill=dark)


def snow(pen: Pen, random: Random, width: int, height: int, colors: Colors) -> None:
    light, middle, dark = colors
    hills(pen, random, width, height * 7 // 10, mixed(middle, dark, 0.4), 260)
    hills(pen, random, width, height * 9 // 10, mixed(light, "#ffffff", 0.8), 120)
    for _ in range(60):
        x, y, r = random.randrange(width), random.randrange(height), random.randrange(5, 13)
        pen.ellipse((x - r, y - r, x + r, y + r), fill="#ffffff")


def care(pen: Pen, random: Random, width: int, height: int, colors: Colors) -> None:
    light, middle, dark = colors
    pen.rectangle((0, height * 8 // 10, width, height), fill=mixed(middle, dark, 0.5))
    left = random.randrange(width // 6, width // 3)
    pen.rectangle((left, height * 3 // 10, left + 620, height * 8 // 10), fill=mixed(light, "#ffffff", 0.7))
    for row in range(3):
        for column in range(5):
            x, y = left + 50 + column * 110, height * 4 // 10 + row * 90
            pen.rectangle((x, y, x + 60, y + 50), fill=mixed(middle, dark, random.random()))
    x, y = left + 690, height * 45 // 100
    pen.rectangle((x, y - 90, x + 60, y + 90), fill="#c0392b")
    pen.rectangle((x - 60, y - 30, x + 120, y + 30), fill="#c0392b")


def money(pen: Pen, random: Random, width: int, height: int, colors: Colors) -> None:
    light, middle, dark = colors
    tall = height // 4
    for column in range(9):
        tall = max(90, tall + random.randrange(-60, 110))
        x = 90 + column * 125
        pen.rectangle((x, height - tall, x + 85, height), fill=mixed(middle, dark, column / 9))
    line = [(130 + i * 125, height * 6 // 10 - i * 34 + random.randrange(-50, 50)) for i in range(9)]
    pen.line(line, fill=mixed(light, "#ffffff", 0.8), width=14, joint="curve")


def stage(pen: Pen, random: Random, width: int, height: int, colors: Colors) -> None:
    _, middle, dark = colors
    pen.rectangle((0, 0, width, height), fill=mixed(dark, "#000000", 0.35))
    for x in (width // 5, width // 2, width * 4 // 5):
        foot = x + random.randrange(-160, 160)
        pen.polygon(
            [(x - 16, 0), (x + 16, 0), (foot + 150, height), (foot - 150, height)],
            fill=mixed(dark, middle, 0.55),
        )
    for x in range(0, width // 6, 40):
        pen.rectangle((x, 0, x + 26, height), fill="#8c2f39")
        pen.rectangle((width - x - 26, 0, width - x, height), fill="#8c2f39")
    pen.rectangle((0, height * 85 // 100, width, height), fill=mixed(middle, dark, 0.7))
    x = width // 2 + random.randrange(-120, 120)
    pen.rectangle((x - 6, height * 45 // 100, x + 6, height * 87 // 100), fill="#f5f0e6")
    pen.ellipse((x - 34, height * 36 // 100, x + 34, height * 46 // 100), fill="#f5f0e6")


def law(pen: Pen, random: Random, width: int, height: int, colors: Colors) -> None:
    _, middle, dark = colors
    pen.rectangle((0, 0, width, height), fill=mixed(dark, "#0b1020", 0.6))
    town(pen, random, width, height, (middle, mixed(dark, "#0b1020", 0.3), mixed(dark, "#0b1020", 0.75)))
    for x, color in ((width * 4 // 10, "#d64545"), (width * 55 // 100, "#3f7de0")):
        for radius in (150, 100, 50):
            glow = mixed(mixed(dark, "#0b1020", 0.6), color, 1 - radius / 190)
            pen.ellipse(
                (x - radius, height * 7 // 10 - radius, x + radius, height * 7 // 10 + radius), fill=glow
            )


def table(pen: Pen, random: Random, width: int, height: int, colors: Colors) -> None:
    light, middle, dark = colors
    pen.rectangle((0, height * 62 // 100, width, height), fill=mixed(middle, dark, 0.45))
    for number in range(4):
        x, r = 190 + number * 290 + random.randrange(-40, 40), random.randrange(80, 130)
        y = height * 66 // 100
        color = mixed(
            random.choice((middle, dark, "#d9603b", "#e9b44c", "#5b8e7d")), light, random.random() / 3
        )
        pen.ellipse((x - r, y - r, x + r, y + r), fill=color)
        pen.ellipse((x - r // 2, y - r * 7 // 10, x - r // 6, y - r // 3), fill=mixed(color, "#ffffff", 0.5))


def town(pen: Pen, random: Random, width: int, height: int, colors: Colors) -> None:
    light, middle, dark = colors
    at = -20
    while at < width:
        wide, tall = random.randrange(90, 200), random.randrange(height // 4, height * 6 // 10)
        wall = mixed(middle, dark, random.uniform(0.35, 1))
        pen.rectangle((at, height - tall, at + wide, height), fill=wall)
        for x in range(at + 20, at + wide - 30, 50):
            for y in range(height - tall + 30, height - 40, 70):
                if random.random() < 0.6:
                    pen.rectangle((x, y, x + 22, y + 32), fill=mixed(wall, light, 0.7))
        at += wide + random.randrange(0, 12)


def banner(name: str, width: int, height: int) -> Image.Image:
    """A creative at twice the size at which it is shown."""
    who, says, ground, ink = BANNERS[name]
    picture = Image.new("RGB", (width * 2, height * 2), ground)
    pen = ImageDraw.Draw(picture)
    radius = height
    pen.ellipse(
        (width * 2 - radius, -radius // 2, width * 2 + radius, radius * 3 // 2), fill=mixed(ground, ink, 0.25)
    )
    pen.ellipse(
        (-radius // 2, height * 2 - radius // 2, radius // 2, height * 2 + radius // 2),
        fill=mixed(ground, ink, 0.15),
    )
    wide = width > height * 2
    for text, size, y in ((who, 64 if wide else 56, 0.36), (says, 40 if wide else 34, 0.62)):
        font = ImageFont.load_default(size)
        length = pen.textlength(text, font=font)
        pen.text(((width * 2 - length) / 2, height * 2 * y - size / 2), text, fill=ink, font=font)
    return picture.quantize(24, dither=Image.Dither.NONE)


def mixed(first: str, second: str, share: float) -> str:
    pairs = zip((first[i : i + 2] for i in (1, 3, 5)), (second[i : i + 2] for i in (1, 3, 5)), strict=True)
    return "#" + "".join(f"{round(int(a, 16) * (1 - share) + int(b, 16) * share):02x}" for a, b in pairs)


if __name__ == "__main__":
    main()
