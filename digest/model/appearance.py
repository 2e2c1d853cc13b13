"""What the e-mail holds beside stories and ads: blocks of the newsroom's own, the footer, pictures, plain text."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated

from digest.model.keys import Block, Key, Written, empty
from digest.model.keys import kinds as k


@dataclass(frozen=True, slots=True, kw_only=True)
class AfterSection(Block):
    """``position`` as it is written for a place after a section: ``{after_section: health}``."""

    after_section: Annotated[
        k.Id, Key("the section; without it that day, the block stands before the footer")
    ]

    def value(self) -> str:
        return f"after_section: {self.after_section}"


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomBlock(Block):
    """A block of the newsroom's own."""

    name: Annotated[k.Id, Key("the block's name, for messages")]
    position: Annotated[
        str,
        Written(AfterSection, k.BlockPlace),
        Key("`after_masthead`, `after_lead`, `before_footer` or `{after_section: ID}`"),
    ]
    template: Annotated[k.Line, Key("a file of `templates/blocks/`, yours or ours: `weather.j2`")]
    data: Annotated[
        k.Line,
        Key(
            "a JSON file of the newsroom; a file that is not there leaves the block out that day",
            default="none",
        ),
    ] = ""
    editions: Annotated[k.Lines, Key("in which newsletters", default="all")] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FooterLink(Block):
    """A link with its words."""

    title: Annotated[k.Line, Key("the words")]
    url: Annotated[k.Link, Key("where they lead: `https:`, `mailto:` or `tel:`")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Footer(Block):
    """What stands at the end, besides the address and the way out."""

    links: Annotated[
        tuple[FooterLink, ...],
        Key("`{title, url}` each: advertise, donate, terms, the archive", default="none"),
    ] = ()
    social: Annotated[tuple[FooterLink, ...], Key("the same, in a line of their own", default="none")] = ()
    why: Annotated[k.Text, Key("why a reader gets this mail", default="none")] = ""
    forwarded: Annotated[
        FooterLink | None, Key("`{title, url}`: for readers who got the mail from a friend", default="none")
    ] = None
    feedback: Annotated[FooterLink | None, Key("`{title, url}`: how to answer", default="none")] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Images(Block):
    """Where pictures lie and how they are addressed."""

    base_url: Annotated[
        k.Url,
        Key(
            "where the `images/` folder of an issue is served. Without it, the newsroom's picture files are embedded "
            "in `message.eml`",
            default="none",
        ),
    ] = ""
    resize: Annotated[
        k.ImageService,
        Key(
            "the address of an image service, with `{width}`, `{height}` and `{url}`: pictures are fetched through it, "
            "cropped, in twice the size at which they are shown",
            default="none",
        ),
    ] = ""
    files: Annotated[
        k.Folders,
        Key(
            "the beginning of an address, and the newsroom's folder that holds the same files", default="none"
        ),
    ] = field(default_factory=empty)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlainText(Block):
    """How the plain-text part sets links."""

    links: Annotated[
        k.TextLinks, Key("`line`: each on a line of its own; `footnotes`: a number, and a list at the end")
    ] = "line"
    utm: Annotated[k.Flag, Key("whether story links carry the parameters of `links`; those of ads do")] = (
        False
    )
