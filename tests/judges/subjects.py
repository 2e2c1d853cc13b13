"""The issues that are judged: the sample, forty real stories, Arabic, Japanese, no images, ads only in text."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest.mock import patch

from digest.config import load
from digest.model import (
    AdBook,
    Advertiser,
    Creative,
    Entry,
    Image,
    Issue,
    LineItem,
    Lineup,
    Newsroom,
    Placement,
    Plan,
    Rendered,
    Section,
    Selection,
    Slot,
    Story,
    Window,
)
from digest.model.mail import MailerSpec
from digest.publish.message import message
from digest.render import RenderRequest, inliner, load_theme, render
from tests.real import rows

ROOT = Path(__file__).parents[2]
DAY = date(2026, 1, 23)
WINDOW = Window(datetime(2026, 1, 22, 11, tzinfo=UTC), datetime(2026, 1, 23, 11, tzinfo=UTC))
SEEN = datetime(2026, 1, 22, 18, tzinfo=UTC)

ARABIC = (
    ("أخبار محلية", "افتتاح الجسر الجديد فوق الميناء بعد عشر سنوات من البناء",
     "عبر آلاف السكان الجسر مشيًا في يومه الأول قبل أن يُفتح أمام السيارات مساء اليوم."),
    ("أخبار محلية", "المجلس البلدي يصوّت على ميزانية 2026", "ترتفع ميزانية المكتبات بنسبة 8% وتنخفض رسوم المواقف."),
    ("صحة", "عيادة متنقلة تصل إلى القرى البعيدة", "يزور فريق من عشرة أطباء ست قرى كل أسبوع."),
    ("صحة", "دراسة: المشي نصف ساعة يوميًا يحسّن النوم", "شارك في الدراسة 1,200 متطوع (من 18 إلى 70 عامًا)."),
    ("اقتصاد", "شركة Harbor Tech توظف 300 مهندس", "تقول الشركة إن المقر الجديد سيُفتتح في الربيع."),
    ("اقتصاد", "أسعار الخبز ثابتة للشهر الثالث", "استقر سعر الطحين رغم ارتفاع تكلفة النقل."),
)  # fmt: skip
JAPANESE = (
    ("地域", "港に新しい橋が開通、十年の工事を経て住民が渡り初め",
     "初日の朝、数千人が歩いて橋を渡り、夕方から車の通行が始まった。"),
    ("地域", "市議会が2026年度予算案を可決", "図書館の予算は8%増え、駐車場の料金は下がる。"),
    ("健康", "移動診療所が山間の村へ", "医師十人のチームが毎週六つの村を回る。"),
    ("健康", "一日三十分の散歩で睡眠が改善、千二百人を調査", "研究班は「無理のない習慣が大切だ」と話している。"),
    ("経済", "ハーバー・テックが技術者三百人を採用へ、新本社は春に開業予定でアクセスはモノレールの新駅から徒歩五分",
     "同社は地元の大学とも協力する。"),
    ("経済", "パンの値段、三か月連続で据え置き", "輸送費は上がったが小麦粉の価格は安定している。"),
)  # fmt: skip
ENGLISH = (
    ("Local News", "Bridge over the harbor opens after ten years", "Thousands walked across on the first morning."),
    ("Local News", "Council passes the 2026 budget", "Libraries gain 8%, parking gets cheaper & permits move online."),
    ("Health", "Mobile clinic reaches remote villages", "A team of ten doctors visits six villages every week."),
    ("Health", "Half an hour's walk a day improves sleep, says a study of 1,200", ""),
    ("Business", "Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichenhersteller lists shares",
     "It rose at once."),
    ("Business", "Price of bread unchanged for a third month", "Flour was steady although transport got dearer."),
)  # fmt: skip


@dataclass(frozen=True)
class Subject:
    """One issue to judge: its faces and its message."""

    name: str
    rendered: Rendered
    eml: bytes


def stories(texts: Iterable[tuple[str, str, str]], *, images: bool) -> Lineup:
    """A lineup of (section, title, summary), sections in order of appearance."""
    sections: dict[str, list[Story]] = {}
    for number, (section, title, summary) in enumerate(texts, 1):
        image = (
            Image(url=f"https://img.example/{number}.jpg", width=1200, height=800, alt=title)
            if images
            else None
        )
        story = Story(
            id=f"s{number}", url=f"https://news.example/{number}", title=title, summary=summary, image=image,
            source="Harbor Post", author="A. Writer", published_at=SEEN, first_seen=SEEN,
        )  # fmt: skip
        sections.setdefault(section, []).append(story)
    return lined_up(sections)


def lined_up(sections: dict[str, list[Story]]) -> Lineup:
    position, made = 0, []
    for number, (title, members) in enumerate(sections.items()):
        entries = []
        for story in members:
            position += 1
            entries.append(Entry(position=position, story=story, section=f"section-{number}", score=1.0))
        made.append(Section(id=f"section-{number}", title=title, entries=tuple(entries)))
    return Lineup(sections=tuple(made))


BANNER = Creative(
    id="banner", image="https://ads.example/aquafresh.png", size="600x150",
    alt="Gleammour AquaFresh: whiter in 14 days",
    text="Gleammour AquaFresh - whiter in 14 days.", url="https://gleammour.example/aquafresh?c={creative}",
)  # fmt: skip
NATIVE = Creative(
    id="native", headline="A fresher morning", body="Two minutes is all it takes.", cta="Try AquaFresh",
    url="https://gleammour.example/aquafresh",
)  # fmt: skip
STRIP = Creative(
    id="strip",
    text="Health is brought to you by Harbor Clinic",
    headline="Harbor Clinic",
    url="https://clinic.example/",
)
HOUSE = Creative(
    id="house", headline="Advertise here", cta="Book a slot", url="https://news.example/advertise"
)


def bookings(room: Newsroom, lineup: Lineup, *, banners: bool) -> tuple[Newsroom, Plan]:
    """Four ads of every kind; without banners, only those made of text."""
    last, middle = len(lineup), len(lineup.sections[0].entries)
    kinds = [
        ("top", "top_banner", "top", 0, None, BANNER, "sponsorship"),
        ("strip", "section_header", "section_start", middle, lineup.sections[1].id, STRIP, "sponsorship"),
        ("native", "in_stream", "between_stories", middle + 1, lineup.sections[1].id, NATIVE, "standard"),
        ("house", "footer", "end", last, lineup.sections[-1].id, HOUSE, "house"),
    ]
    kinds = [kind for kind in kinds if banners or not kind[5].image]
    placed = tuple(
        Placement(
            line_item=name, creative=creative.id, advertiser=None if tier == "house" else "gleammour", tier=tier,
            slot=slot, gap=gap, section=section, because="judged",
        )
        for name, slot, _, gap, section, creative, tier in kinds
    )  # fmt: skip
    book = AdBook(
        policy=room.ads.policy,
        slots=tuple(
            Slot(id=slot, position=where, sizes=("600x150",), native=True) for _, slot, where, *_ in kinds
        ),
        advertisers={"gleammour": Advertiser(id="gleammour", name="Gleammour")},
        line_items=tuple(
            LineItem(
                id=name, advertiser=None if tier == "house" else "gleammour", tier=tier, creatives=(creative,)
            )
            for name, _, _, _, _, creative, tier in kinds
        ),
    )
    return replace(room, ads=book), Plan(placed=placed)


RAW: list[bool] = []  # not empty while themes are compiled without inlining
_SCRATCH = TemporaryDirectory(prefix="digest-judges-")


def scratch(name: str) -> Path:
    """A folder that goes when the judges do."""
    folder = Path(_SCRATCH.name) / name
    folder.mkdir(exist_ok=True)
    return folder


@cache
def sample_newsroom() -> Newsroom:
    return load(ROOT)


def dressed(theme: str, locale: str = "en_US", mailer: str = "plain") -> Newsroom:
    """The sample newsroom in another theme, language or for another mailer."""
    room = sample_newsroom()
    brand = replace(room.publication, locale=locale)
    return replace(
        room,
        publication=brand,
        blocks=(),
        mailing=MailerSpec(dialect=mailer),
        look=replace(room.look, theme=theme),
    )


def made(name: str, room: Newsroom, lineup: Lineup, *, banners: bool = True) -> Subject:
    room, plan = bookings(room, lineup, banners=banners)
    edition = replace(room.editions[0], theme="")
    theme = load_theme(room, scratch("raw" if RAW else "themes"))
    rendered = render(
        RenderRequest(newsroom=room, edition=edition, day=DAY, lineup=lineup, plan=plan, theme=theme)
    )
    issue = Issue(
        edition=edition,
        date=DAY,
        window=WINDOW,
        selection=Selection(lineup=lineup),
        plan=plan,
        rendered=rendered,
    )
    return Subject(name, rendered, message(issue, publication=room.publication, revision=1))


def forty(each: int = 10) -> Lineup:
    """Forty real stories in four sections (or ``each`` in a section), with their pictures."""
    sections: dict[str, list[Story]] = {
        title: [] for title in ("Business", "Entertainment", "Science", "Sports")
    }
    for row in rows("newsapi_us_2022.dev"):
        members = sections.get(row["section"].title(), [])
        if len(members) < each and row["title"] and row.get("summary") and row["url"].startswith("http"):
            members.append(real(row))
    return lined_up(sections)


def real(row: dict[str, Any]) -> Story:
    """A row of a news set."""
    picture = (row.get("extra") or {}).get("image")
    return Story(
        id=row["id"],
        url=row["url"],
        title=row["title"],
        summary=row["summary"],
        source=row["source"],
        image=Image(url=picture) if picture else None,
        published_at=SEEN,
        first_seen=SEEN,
    )


def from_the_command(theme: str) -> Subject:
    """The sample issue as ``digest build`` makes it."""
    folder = scratch(f"sample-{theme}")
    for name in ("digest.yaml", "adslots.yaml"):
        shutil.copy(ROOT / name, folder / name)
    for name in ("samples", "templates"):
        shutil.copytree(ROOT / name, folder / name)
    settings = (folder / "digest.yaml").read_text(encoding="utf-8")
    (folder / "digest.yaml").write_text(themed(settings, theme), encoding="utf-8")
    command = [
        sys.executable,
        "-m",
        "digest",
        "build",
        "--daily",
        "--date",
        DAY.isoformat(),
        "--root",
        str(folder),
    ]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    files = folder / "outbox" / "daily" / DAY.isoformat()
    html, text = (files / "index.html").read_bytes(), (files / "index.txt").read_bytes()
    return Subject(
        "sample",
        Rendered(html=html, text=text, subject="", preheader=""),
        (files / "message.eml").read_bytes(),
    )


def themed(settings: str, theme: str) -> str:
    """``digest.yaml`` with another theme: its ``look`` replaced by one line."""
    kept, skipping = [], False
    for line in settings.splitlines():
        starts = line.startswith("look:")
        skipping = starts or (skipping and line.startswith((" ", "#")))
        if not skipping:
            kept.append(line)
    return "\n".join([*kept, f"look: {{theme: {theme}}}", ""])


MIXED = (
    ("أخبار محلية", "Apple تفتح متجرًا جديدًا في القاهرة.", "قالت Apple إن المتجر (وهو الثاني) يُفتتح في مايو."),
    ("أخبار محلية", "Gleammour opens a store.", "افتتاح متجر Gleammour في الميناء."),
    ("صحة", "لغة C++ تدخل المدارس في 2026", "تقول الوزارة إن Python تبقى اللغة الأولى."),
    ("صحة", "عيادة Harbor Clinic, الأولى من نوعها", ""),
)  # fmt: skip
HINDI = (
    ("शहर", "दस साल के काम के बाद बंदरगाह पर नया पुल खुला", "पहले ही दिन हज़ारों लोग पैदल पुल पार करने पहुँचे।"),
    ("शहर", "नगर परिषद ने 2026 का बजट पास किया", "पुस्तकालयों को आठ प्रतिशत अधिक मिलेगा।"),
    ("सेहत", "दूर के गाँवों तक पहुँची चलती-फिरती क्लिनिक", "दस डॉक्टरों की टीम हर हफ़्ते छह गाँव जाती है।"),
    ("सेहत", "रोज़ आधे घंटे की सैर से नींद बेहतर होती है", ""),
)  # fmt: skip


@cache
def branded(theme: str, accent: str) -> Subject:
    """An issue with pictures and every kind of ad in a brand's colour."""
    room = dressed(theme)
    room = replace(room, look=replace(room.look, colors={"accent": accent}))
    return made("branded", room, stories(ENGLISH, images=True))


SUBJECTS: dict[str, Callable[[str], Subject]] = {
    "sample": from_the_command,
    "forty": lambda theme: made("forty", dressed(theme), forty()),
    "twenty_native": lambda theme: made("twenty_native", dressed(theme), forty(5), banners=False),
    "arabic": lambda theme: made("arabic", dressed(theme, "ar_EG"), stories(ARABIC, images=True)),
    "japanese": lambda theme: made("japanese", dressed(theme, "ja_JP"), stories(JAPANESE, images=True)),
    "mixed": lambda theme: made("mixed", dressed(theme, "ar_EG"), stories(MIXED, images=True)),
    "hindi": lambda theme: made("hindi", dressed(theme, "hi_IN"), stories(HINDI, images=True)),
    "three": lambda theme: made(
        "three", dressed(theme), stories((ENGLISH[0], ENGLISH[2], ENGLISH[4]), images=True)
    ),
    "over_budget": lambda theme: made("over_budget", replace(dressed(theme), size_budget=45_000), forty()),
    "no_images": lambda theme: made("no_images", dressed(theme), stories(ENGLISH, images=False)),
    "text_ads": lambda theme: made("text_ads", dressed(theme), stories(ENGLISH, images=True), banners=False),
}
THEMES: Sequence[str] = ("broadsheet", "bulletin", "lively")


@contextmanager
def without_inlining() -> Iterator[None]:
    """The themes keep their style sheet in the head and every class: how the templates were meant."""

    def sheet_in_head(html: str, css: str) -> str:
        return html.replace("<head>", f"<head><style>{css}</style>", 1)

    def every_class(names: str, kept: frozenset[str]) -> str:
        return f' class="{names}"'

    with (
        patch.object(inliner, "_premailed", sheet_in_head),
        patch.object(inliner, "_kept_classes", every_class),
        patch.object(sys.modules[__name__], "RAW", [True]),
    ):
        yield


@cache
def raw(name: str, theme: str) -> bytes:
    """The HTML of a subject with its style sheet in the head instead of inline."""
    with without_inlining():
        return SUBJECTS[name](theme).rendered.html


@cache
def subject(name: str, theme: str) -> Subject:
    return SUBJECTS[name](theme)
