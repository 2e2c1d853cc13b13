"""The mailers with an API, each against a service of its own that keeps campaigns and minds its description."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, cast

import pytest

from digest.errors import DigestError
from digest.mailers import (
    AnswerLost,
    Mailer,
    MailerDown,
    MailerRefused,
    Patience,
    capabilities,
    connect,
    plugin,
)
from digest.mailers._wire import redact
from digest.model.mail import MailerSpec, Message
from digest.registry import names
from tests.fakes.mailers import NOW, Answer, Fake, answering, drop_after, drop_before
from tests.fakes.mailers.every import FAKES

DAY = date(2026, 1, 23)
AT = datetime(2026, 1, 23, 11, 30, tzinfo=UTC)
MESSAGE = Message(
    name="daily 2026-01-23 harbor-post",
    publication="Harbor Post",
    edition="daily",
    date=DAY,
    revision=1,
    subject="Bridge opens · “at last”",
    preheader="And a clinic",
    sender_name="Harbor Post",
    sender_address="news@harbor.example",
    html='<html><body><h1>Bridge</h1><a href="https://harbor.example/1?a=1&amp;b=2">Bridge</a></body></html>\n',
    text="Bridge\n\nhttps://harbor.example/1?a=1&b=2\n",
    eml=b"",
)


class Clock:
    """Time that passes only when somebody sleeps."""

    def __init__(self) -> None:
        self.time, self.slept = 0.0, []  # type: float, list[float]

    def sleep(self, seconds: float) -> None:
        self.time += seconds
        self.slept.append(seconds)

    @property
    def patience(self) -> Patience:
        return Patience(self.sleep, lambda: self.time, lambda: NOW)


def opened(fake: Fake, clock: Clock | None = None, **changes: Any) -> Mailer:
    known = {"url", "user", "password", "key", "track"}
    settings: dict[str, Any] = {"url": f"https://fake{fake.prefix}", **fake.settings, **changes}
    direct = {name: value for name, value in settings.items() if name in known}
    options = {name: value for name, value in settings.items() if name not in known}
    spec = MailerSpec(type=fake.name, options=options, **direct)
    mailer = connect(spec, transport=fake.transport(), patience=(clock or Clock()).patience)
    return cast(Mailer, mailer)


def message(fake: Fake, **changes: Any) -> Message:
    return replace(MESSAGE, lists=fake.lists, **changes)


@pytest.fixture(params=FAKES, ids=lambda kind: kind.name)
def fake(request: pytest.FixtureRequest) -> Fake:
    server: Fake = request.param()
    return server


def drafted(fake: Fake, mailer: Mailer, **changes: Any) -> str:
    campaign = mailer.create(message(fake, **changes))
    mailer.update(campaign, message(fake, **changes))
    return campaign


def test_a_campaign_is_made_found_changed_scheduled_and_taken_back(fake: Fake) -> None:
    mailer = opened(fake)
    assert mailer.by_names((MESSAGE.name,), DAY) == []
    campaign = drafted(fake, mailer)
    (listed,) = mailer.by_names((MESSAGE.name,), DAY)
    assert (listed.id, listed.name, listed.status) == (campaign, MESSAGE.name, "draft")
    mailer.update(campaign, message(fake, subject="Another"))
    mailer.schedule(campaign, message(fake, subject="Another"), AT)
    there = mailer.by_id(campaign)
    assert there is not None
    assert (there.status, there.at, there.subject or "Another") == ("scheduled", AT, "Another")
    mailer.cancel(campaign)
    there = mailer.by_id(campaign)
    assert there is not None
    assert there.status == "draft"
    mailer.schedule(campaign, message(fake), AT + timedelta(hours=1))
    assert list(fake.campaigns) == [campaign]
    assert fake.sends == []


def test_a_campaign_is_sent_once_and_its_receipt_is_read(fake: Fake) -> None:
    mailer = opened(fake)
    campaign = drafted(fake, mailer)
    mailer.send(campaign, message(fake))
    now = mailer.by_id(campaign)
    assert now is not None
    assert now.status in ("sending", "sent")
    with suppress(DigestError):
        mailer.send(campaign, message(fake))
    assert fake.sends == [campaign]
    fake.campaigns[campaign]["links"] = {"https://harbor.example/1?a=1&b=2": (12, 9)}
    fake.finish(campaign)
    got = mailer.receipt(campaign, DAY)
    assert got.complete
    assert got.sent == (990 if fake.name == "listmonk" else 1000)
    assert got.delivered == (None if fake.name == "listmonk" else 990)
    assert got.opens == 400
    kind = capabilities(fake.name).clicks
    assert got.kind == ("total" if kind == "capped" else kind)  # capped where the list is full
    if kind == "unique":
        assert [(link.url, link.unique) for link in got.links] == [("https://harbor.example/1?a=1&b=2", 9)]
    elif kind in ("total", "capped"):
        assert [(link.url, link.total) for link in got.links] == [("https://harbor.example/1?a=1&b=2", 12)]
    assert fake.sends == [campaign]


def test_a_deleted_campaign_is_none(fake: Fake) -> None:
    mailer = opened(fake)
    campaign = drafted(fake, mailer)
    del fake.campaigns[campaign]
    assert mailer.by_id(campaign) is None


def test_a_campaign_is_found_among_five_hundred(fake: Fake) -> None:
    fake.description = None
    mailer = opened(fake)
    wanted = mailer.create(message(fake))
    for number in range(500):
        mailer.create(message(fake, name=f"{MESSAGE.name}{number}"))
    assert [campaign.id for campaign in mailer.by_names((MESSAGE.name,), DAY)] == [wanted]


def test_tests_are_sent_where_the_service_can(fake: Fake) -> None:
    mailer = opened(fake)
    campaign = drafted(fake, mailer)
    if not capabilities(fake.name).test:
        with pytest.raises(MailerRefused):
            mailer.test(campaign, message(fake), ("desk@harbor.example",))
        return
    mailer.test(campaign, message(fake), ("desk@harbor.example",))
    assert (campaign, ("desk@harbor.example",)) in fake.tests
    assert fake.sends == []


@pytest.mark.parametrize("key", ["wrong-key-abcdef", "wrong-key-abcdef-us21", "ab12:00ff"])
def test_a_wrong_key_is_said_and_never_shown(fake: Fake, key: str) -> None:
    secret: dict[str, Any] = {"password": key} if "password" in fake.settings else {"key": key}
    with pytest.raises(MailerRefused, match="key") as caught:
        opened(fake, **secret).by_names((MESSAGE.name,), DAY)
    assert key not in str(caught.value)


ANSWERS = {
    401: (MailerRefused, "key or password"),
    403: (MailerRefused, "may not do this"),
    404: (MailerRefused, "does not exist any more"),
    409: (MailerRefused, "Run the command again"),
    413: (MailerRefused, "size_budget"),
    422: (MailerRefused, "lists"),
    500: (AnswerLost, "looks before it acts"),
    503: (AnswerLost, "looks before it acts"),
}


@pytest.mark.parametrize("status", ANSWERS)
def test_every_answer_has_a_sentence_and_a_cure(fake: Fake, status: int) -> None:
    kind, words = ANSWERS[status]
    mailer = opened(fake)
    secret = fake.settings.get("password") or fake.settings["key"]
    if fake.name == "sendgrid":
        fake.faults.append(lambda fake, call: None)  # the sender is asked for first
    fake.faults.append(answering(status, {"message": f"the token {secret} is no good", "errors": []}))
    with pytest.raises(kind, match=words) as caught:
        mailer.create(message(fake))
    assert secret not in str(caught.value)
    assert "***" in str(caught.value)
    assert fake.campaigns == {}


def test_a_call_is_made_again_when_asked_to_wait(fake: Fake) -> None:
    clock = Clock()
    mailer = opened(fake, clock)
    fake.faults.extend([answering(429, {"message": "slow down"}, Retry_After="7")] * 2)
    assert mailer.by_names((MESSAGE.name,), DAY) == []
    assert clock.slept == [7.0, 7.0]


def test_it_does_not_wait_for_ever(fake: Fake) -> None:
    clock = Clock()
    fake.faults.append(answering(429, {"message": "slow down"}, Retry_After="3600"))
    with pytest.raises(MailerDown, match="3600 seconds"):
        opened(fake, clock).by_names((MESSAGE.name,), DAY)
    assert clock.slept == []


def test_reading_survives_failures(fake: Fake) -> None:
    mailer = opened(fake)
    campaign = drafted(fake, mailer)
    fake.faults.extend([drop_before, answering(502, b"<html>bad gateway</html>"), drop_after])
    assert mailer.by_id(campaign) is not None


@pytest.mark.parametrize("fault", [drop_before, drop_after])
def test_a_create_call_is_never_repeated_by_itself(fake: Fake, fault: Any) -> None:
    mailer = opened(fake)
    if fake.name == "sendgrid":
        fake.faults.append(lambda fake, call: None)
    fake.faults.append(fault)
    with pytest.raises(AnswerLost, match="not known"):
        mailer.create(message(fake))
    assert len(fake.campaigns) == (fault is drop_after)


@pytest.mark.parametrize("page", [b"<!DOCTYPE html><title>Sign in</title>", b"\xff\xfe nonsense", b"[1, 2"])
def test_a_web_page_instead_of_data_is_said(fake: Fake, page: bytes) -> None:
    fake.faults.extend([answering(200, page)] * 5)
    with pytest.raises(DigestError, match="`url`"):
        opened(fake).by_names((MESSAGE.name,), DAY)


@pytest.mark.parametrize("body", [{}, [], "text", 3, {"data": None}, {"id": None}, {"data": {"id": []}}])
def test_an_answer_without_an_id_is_an_answer_lost(fake: Fake, body: Any) -> None:
    mailer = opened(fake)
    if fake.name == "sendgrid":
        fake.faults.append(lambda fake, call: None)
    fake.faults.append(answering(200, body))
    with pytest.raises(AnswerLost):
        mailer.create(message(fake))


def test_a_list_that_is_not_there(fake: Fake) -> None:
    mailer = opened(fake)
    there = mailer.lists()
    if there is not None:
        assert set(fake.lists) <= set(there)
        assert fake.no_such_list not in there
    elif fake.lists:
        with pytest.raises(MailerRefused):
            mailer.create(replace(MESSAGE, lists=(fake.no_such_list,)))


def test_a_redirect_is_not_followed(fake: Fake) -> None:
    fake.faults.append(answering(301, None, Location="https://elsewhere.example/"))
    with pytest.raises(MailerRefused, match=r"elsewhere\.example"):
        opened(fake).by_names((MESSAGE.name,), DAY)
    assert len(fake.calls) == 1


def test_bytes_arrive_as_they_are(fake: Fake) -> None:
    plain: dict[str, Any] = {"track": False} if fake.name == "listmonk" else {}
    mailer = opened(fake, **plain)
    campaign = drafted(fake, mailer)
    row = fake.campaigns[campaign]
    html = {
        "listmonk": lambda: row["body"],
        "mailchimp": lambda: row["content"]["html"],
        "sendgrid": lambda: row["email_config"]["html_content"],
        "brevo": lambda: row["htmlContent"],
        "buttondown": lambda: row["body"].partition("-->")[2],
        "ghost": lambda: "<html><body>" + row["html"].split("\n")[1] + "</body></html>\n",
        "klaviyo": lambda: row["content"]["html"],
    }[fake.name]()
    assert html == MESSAGE.html
    text = {
        "listmonk": lambda: row["altbody"],
        "mailchimp": lambda: row["content"]["plain_text"],
        "sendgrid": lambda: row["email_config"]["plain_content"],
        "klaviyo": lambda: row["content"]["text"],
    }.get(fake.name, lambda: None)()
    assert text == (MESSAGE.text if capabilities(fake.name).plain_text else None)
    if fake.name == "sendgrid":
        assert row["email_config"]["generate_plain_content"] is False


def test_listmonk_links_get_its_mark_only_where_asked() -> None:
    fake = next(kind for kind in FAKES if kind.name == "listmonk")()
    mailer = opened(fake)
    tags = '<a href="{{ UnsubscribeURL }}">x</a><a class="b" href="https://harbor.example/2">y</a>'
    campaign = mailer.create(
        message(fake, html=tags, text="See https://harbor.example/2, or\nhttps://harbor.example/3\n")
    )
    row = fake.campaigns[campaign]
    assert row["body"] == tags.replace("example/2", "example/2@TrackLink")
    assert "https://harbor.example/3@TrackLink\n" in row["altbody"]
    draft = mailer.by_id(campaign)
    assert draft is not None
    assert draft.html == tags


@pytest.mark.parametrize(
    ("at", "quarter"),
    [("2026-01-23T11:30:00", "11:30"), ("2026-01-23T11:31:00", "11:45"), ("2026-01-23T11:45:01", "12:00")],
)
def test_mailchimp_sends_on_quarter_hours(at: str, quarter: str) -> None:
    fake = next(kind for kind in FAKES if kind.name == "mailchimp")()
    moved = opened(fake).moment(datetime.fromisoformat(at).replace(tzinfo=UTC))
    assert f"{moved:%H:%M}" == quarter


def test_mailchimp_says_why_a_campaign_is_not_ready() -> None:
    fake = next(kind for kind in FAKES if kind.name == "mailchimp")()
    mailer = opened(fake)
    campaign = mailer.create(message(fake))
    with pytest.raises(MailerRefused, match="no content"):
        mailer.schedule(campaign, message(fake), AT)


def test_klaviyo_leaves_no_template_behind() -> None:
    fake: Any = next(kind for kind in FAKES if kind.name == "klaviyo")()
    mailer = opened(fake)
    campaign = mailer.create(message(fake))
    fake.faults.extend(
        [lambda *_: None] * 5 + [drop_after]
    )  # the template is assigned, its deletion never asked for
    for _ in range(3):
        mailer.update(campaign, message(fake))
    assert fake.templates == {}


def test_ghost_without_leave_to_read_clicks_says_so() -> None:
    fake: Any = next(kind for kind in FAKES if kind.name == "ghost")()
    fake.reads_clicks = False
    mailer = opened(fake)
    campaign = drafted(fake, mailer)
    mailer.send(campaign, message(fake))
    fake.finish(campaign)
    got = mailer.receipt(campaign, DAY)
    assert (got.kind, got.links, got.sent) == ("none", (), 1000)
    assert "clicks" in got.notes[0]


def test_ghost_published_is_not_sent() -> None:
    fake = next(kind for kind in FAKES if kind.name == "ghost")()
    mailer = opened(fake)
    campaign = drafted(fake, mailer)
    mailer.send(campaign, message(fake))
    for state, status in (
        ("pending", "sending"),
        ("submitting", "sending"),
        ("submitted", "sent"),
        ("failed", "stopped"),
    ):
        fake.campaigns[campaign]["email"] = {"status": state}
        draft = mailer.by_id(campaign)
        assert draft is not None
        assert draft.status == status


def test_every_secret_is_hidden_however_it_is_written() -> None:
    import base64

    secret = 'p"ss/wörd&1'
    forms = [
        secret,
        "p%22ss%2Fw%C3%B6rd%261",
        base64.b64encode(secret.encode()).decode(),
        'p\\"ss/w\\u00f6rd&1',
    ]
    assert redact(" ".join(forms), [secret]) == "*** *** *** ***"


@pytest.mark.parametrize("name", names("digest.mailers"))
def test_every_mailer_says_what_it_can(name: str) -> None:
    module = plugin(name)
    assert module.__doc__
    assert all(words.endswith(".") for words in module.CAPABILITIES.losses)
    assert module.SETTINGS is not None


def test_a_counts_that_cannot_be_is_none() -> None:
    fake = next(kind for kind in FAKES if kind.name == "brevo")()
    mailer = opened(fake)
    campaign = drafted(fake, mailer)
    fake.finish(campaign)
    fake.campaigns[campaign]["globalStats"] |= {"sent": -5, "delivered": "many", "uniqueViews": True}
    got = mailer.receipt(campaign, DAY)
    assert (got.sent, got.delivered, got.opens) == (None, None, None)


def test_an_unknown_answer_is_not_ours() -> None:
    assert Answer(200, {"a": 1}).data == b'{"a": 1}'


def test_a_mailchimp_key_names_its_server() -> None:
    with pytest.raises(MailerRefused, match="us21"):
        connect(MailerSpec(type="mailchimp", key="0123456789abcdef"))
