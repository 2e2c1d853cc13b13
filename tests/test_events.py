"""Events: what is one, what never is, and that neither order nor number of stories matters."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.model import Story
from digest.select import group, match_between, same_event
from digest.select.events import match
from digest.select.events.clusters import TOGETHER, _average_link
from digest.select.events.features import address_of, could_be_news, features_of, plain_title
from digest.select.events.synonyms import synonyms, synonymy
from digest.select.events.tokens import stem, words
from digest.select.events.vocabulary import OPPOSITES, lines_of
from digest.select.events.word_weights import WordWeights
from tests.quality.columns import columns
from tests.strategies.select import story

SAME = [
    (
        "Tampa homicide investigation underway after woman dies, man found with stab wounds",
        "Tampa Police Launch Investigation: Woman Dead, Man Injured in Stabbing Incident",
    ),
    ("Fire destroys historic bakery in Riverton", "Historic Riverton bakery destroyed by fire"),
    ("Governor signs insurance reform bill", "Florida governor signs property insurance reform into law"),
    ("Otters hire Liam Brandt as head coach", "Liam Brandt named Otters head coach"),
    ("Otters 60, Comets 41", "Otters beat Comets 60-41"),
    ("Council approves stadium deal - The Riverton Paper", "Council approves stadium deal"),
    ("北京发生6.1级地震 数十人受伤", "北京地震已致数十人受伤"),
    ("東京で震度5の地震 けが人の情報", "震度5の地震が東京で発生"),
    ("Землетрясение в Турции: погибли 20 человек", "В Турции при землетрясении погибли 20 человек"),
    ("Erdbeben in der Türkei: Mindestens 20 Tote", "Mindestens 20 Tote bei Erdbeben in der Türkei"),
    ("Terremoto en Turquía deja al menos 20 muertos", "Al menos 20 muertos tras un terremoto en Turquía"),
    ("Bundestag beschließt neues Heizungsgesetz", "Neues Heizungsgesetz vom Bundestag beschlossen"),
    ("Gunmen abduct seven foreign workers in Nigeria", "Seven foreign workers kidnapped in Nigeria"),
    ("Israel frees Palestinian prisoners", "Israel releases 26 Palestinian prisoners"),
    ("भारत में भूकंप के तेज झटके, दस घायल", "भूकंप के तेज झटके: भारत में दस घायल"),
]
OTHER = [
    ("Police: Man shot in Riverton's Northside", "Police: Man shot in Riverton's Arlington"),
    ("Man arrested in Tampa shooting", "Woman arrested in Orlando shooting"),
    ("House fire displaces family in Mandarin", "House fire displaces family in Riverside"),
    ("Dow closes up 200 points", "Dow closes down 150 points"),
    ("Traffic alert: crash closes I-95 in Duval County", "Traffic alert: crash closes I-10 in Duval County"),
    ("Wordle answer today: hints for #1234", "Wordle answer today: hints for #1235"),
    ("School closings for Thursday", "School closings for Friday"),
    ("Lakers vs. Celtics: final score, highlights", "Lakers vs. Nuggets: final score, highlights"),
    ("Otters 60, Comets 41", "Badgers 60, Royals 41"),
    ("Powerball numbers for Wednesday", "Powerball numbers for Saturday"),
    ("Mayor says taxes will fall", "Mayor says he will not run again"),
    ("今日の天気 東京は晴れ", "今日の天気 大阪は雨"),
    ("Гороскоп на 22 января", "Гороскоп на 23 января"),
    ("Unfall auf der A7: zwei Verletzte", "Unfall auf der A3: drei Verletzte"),
    (
        "Le président de la République est en visite en Chine",
        "Le président de la République est en visite au Mali",
    ),
    ("Incendio en una vivienda de Sevilla", "Incendio en una vivienda de Málaga"),
    ("Chinese president arrives in Norway for talks", "Chinese president arrives in Kenya for talks"),
    ("", "Fire destroys historic bakery in Riverton"),
    ("Fire", "Fire destroys historic bakery in Riverton"),
]


def pair(a: str, b: str, apart: float = 3.0, **changes: Any) -> tuple[Story, Story]:
    return (
        story("a", 1, title=a, source="The Riverton Paper"),
        replace(story("b", 1 + apart, title=b, source="Other"), **changes),
    )


def groups(*stories: Story) -> list[list[str]]:
    return [[each.id for each in event] for event in group(stories) if len(event) > 1]


@pytest.mark.parametrize(("a", "b"), SAME)
def test_tellings_of_one_event(a: str, b: str) -> None:
    one, other = pair(a, b)
    assert same_event(one, other)
    assert same_event(other, one)
    assert groups(one, other) == [["b", "a"]]


@pytest.mark.parametrize(("a", "b"), OTHER)
def test_other_events(a: str, b: str) -> None:
    for apart in (3.0, 24.0):
        one, other = pair(a, b, apart)
        assert not same_event(one, other)
        assert groups(one, other) == []


@pytest.mark.parametrize("changes", [{}, {"summary": ""}])
def test_none_of_the_regular_features_is_merged(changes: dict[str, Any]) -> None:
    features = [replace(each, **changes) for each in columns()]
    assert len(features) == 200
    assert groups(*features) == []


def test_no_two_regular_features_of_one_kind_are_tied_alone() -> None:
    features = list(columns())
    kinds = {each.id.rpartition("-")[0] for each in features}
    for kind in sorted(kinds):
        mine = [each for each in features if each.id.rpartition("-")[0] == kind]
        tied = [(a.title, b.title) for a in mine for b in mine if a.id < b.id and same_event(a, b)]
        assert tied == []


@pytest.mark.parametrize(
    ("feature", "news", "tells_it"),
    [
        ("Crossword: flood on the bridge", "Flood shuts bridge in Ashford", False),  # two words
        ("Weather: flood shuts bridge", "Flood shuts bridge in Ashford", True),  # three
        (
            "Podcast: the ash ban in Ashford",
            "Council of Ashford votes for a ban on ash",
            True,
        ),  # though short ones
        ("天気: 東京で大雪", "東京で大雪警報、新幹線が運休", False),  # four pairs of characters are two words
        ("天気: 東京で大雪警報", "東京で大雪警報、新幹線が運休", True),  # six are three
    ],
)
def test_a_regular_feature_tells_the_news_it_shares_three_words_with(
    feature: str, news: str, tells_it: bool
) -> None:
    one, other = pair(feature, news, source="post")
    assert match.apart(features_of(one), features_of(other)) is not tells_it


def test_a_tie_says_what_tied() -> None:
    one, other = pair(*SAME[0])
    found = match_between(one, other)
    assert found is not None
    assert found.rule == "words"
    assert {"Tampa", "stab"} <= set(found.shared)
    assert "Tampa" in str(found)
    assert 0.5 <= found.score < 1
    same = match_between(one, replace(other, url=one.url + "?utm_source=x"))
    assert same is not None
    assert str(same) == "Both have the same address."
    again = match_between(one, replace(other, title=one.title))
    assert again is not None
    assert again.rule == "title"


def test_the_same_news_weeks_apart_is_another_event() -> None:
    one, other = pair(SAME[1][0], SAME[1][0], apart=24 * 9)
    assert not same_event(one, other)


def test_the_groups_that_match_most_on_the_whole_become_one_first() -> None:
    """Against a plain average link that looks at all groups each time."""
    for seed in range(100):
        chance, count = Random(seed), 2 + seed % 6
        logits = {(i, j): chance.uniform(-3, 3) for j in range(count) for i in range(j)}
        groups = {i: [i] for i in range(count)}
        while True:
            links = {
                (a, b): [logits[min(i, j), max(i, j)] for i in groups[a] for j in groups[b]]
                for a in groups
                for b in groups
                if a < b
            }
            average, a, b = max(
                (
                    (sum(of) / len(of) + TOGETHER * (len(of) > 1), *pair)
                    for pair, of in links.items()
                    if max(of) >= 0
                ),
                default=(-1, 0, 0),
            )
            if average < 0:
                break
            groups[a] += groups.pop(b)
        found = _average_link(logits, lambda i, j, of=logits: of[min(i, j), max(i, j)])  # type: ignore[misc]
        expected = {member: head for head, members in groups.items() for member in members}
        assert expected == {i: i for i in range(count)} | found, seed


def test_a_chain_of_half_similar_stories_does_not_melt() -> None:
    """Each shares half its words with the next; the ends share none."""
    names = [f"Quorl{i} Vexim{i} Tandor{i} Brusk{i}" for i in range(12)]
    chain = [story(f"s{i:02}", 1, title=f"{names[i]} meets {names[i + 1]}") for i in range(11)]
    assert max(map(len, group(chain))) <= 2


@pytest.mark.parametrize("count", [2, 30, 500])
@pytest.mark.parametrize("title", ["Mayor resigns", "Snow"])
def test_a_short_headline_twice_on_one_day_is_one_event(title: str, count: int) -> None:
    told = [story(f"s{n}", n / 1000, title=title, source=f"source {n % 3}") for n in range(count)]
    assert len(group(told)) == 1
    assert len(group([told[0], story("yesterday", 25, title=title)])) == 2


def test_identical_stories_are_one_event_and_fast() -> None:
    same = [story(f"s{i:04}", 1, title="Mayor Quill resigns over harbor contract") for i in range(2000)]
    assert len(group(same)) == 1


def test_a_common_headline_again_tomorrow_is_no_event() -> None:
    days = [story(f"s{i}", 24 * i, title="The news in five minutes", summary=f"Day {i}") for i in range(5)]
    assert groups(*days) == []


def test_comparisons_grow_with_the_number_of_stories_not_its_square(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = 0

    def counted(*args: Any) -> float:
        nonlocal calls
        calls += 1
        return match.logit_of(*args)

    monkeypatch.setattr("digest.select.events.clusters.logit_of", counted)
    made = []
    for size in (200, 2000):
        dice, calls = Random(1), 0
        vocabulary = [f"w{dice.randrange(10**6)}x" for _ in range(size)]
        group(
            story(f"s{i}", i * 20 / size, title=" ".join(dice.choice(vocabulary) for _ in range(8)))
            for i in range(size)
        )
        made.append(calls)
    assert made[1] <= 12 * made[0]


@given(st.randoms(use_true_random=False))
def test_the_order_of_the_stories_does_not_matter(dice: Random) -> None:
    titles = [title for both in (*SAME, *OTHER) for title in both]
    stories = [
        story(f"s{i:02}", 1 + i % 7, title=title, source=f"p{i % 3}") for i, title in enumerate(titles)
    ]
    shuffled = list(stories)
    dice.shuffle(shuffled)
    assert group(shuffled) == group(stories)


@given(st.lists(st.text(max_size=60), max_size=8))
def test_every_story_is_in_one_event_whatever_its_text(titles: list[str]) -> None:
    stories = [story(f"s{i}", 1, title=title, summary=title[::-1]) for i, title in enumerate(titles)]
    found = [each.id for event in group(stories) for each in event]
    assert sorted(found) == sorted(each.id for each in stories)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Tampa Police: Woman Dead, two men stabbed in the U.S.",
            ["tampa", "police", "woman", "dead", "2", "men", "stab", "usa"],
        ),
        ("US forces and us", ["usa", "force"]),
        ("1,200 men, 3.5% up", ["1200", "men", "3.5"]),
        ("北京发生", ["北京", "京发", "发生"]),
        ("iPhone15发布", ["iphone15", "发布"]),
        ("भूकंप के झटके", ["भूकंप", "झटके"]),
        ("Café’s façade", ["cafe", "facad"]),
        ("", []),
    ],
)
def test_words(text: str, expected: list[str]) -> None:
    assert words(text) == expected


@pytest.mark.parametrize(
    ("word", "could"),
    [
        ("bridge", True),
        ("ox", True),
        ("b", False),
        ("市", True),
        ("7", False),
        ("7th", False),
        ("new", False),
    ],
)
def test_what_could_tell_an_event(word: str, could: bool) -> None:
    assert could_be_news(word) is could


def test_kin_are_told_both_ways_and_no_names_or_opposites_are() -> None:
    known = {word: dict(synonyms(word)) for line in lines_of("synonyms") for word in line.split()[:1]}
    assert len(known) > 4000
    assert known["accident"]["crash"] == known["crash"]["accident"] > 0
    for word, others in known.items():
        assert word not in others
        assert not others.keys() & OPPOSITES.get(word, frozenset())
        assert all(0 < alike <= 1 and known[other][word] == alike for other, alike in others.items())
    assert synonymy("abduct", frozenset({"abduct"})) == 1
    assert synonymy("abduct", frozenset({"elephant"})) == 0


def test_a_word_tells_less_the_more_stories_hold_it() -> None:
    apart = [features_of(story(f"s{i}", 1, title=f"Quorl meets Vexim{i}")) for i in range(50)]
    day, alone = WordWeights(apart), WordWeights(apart[:2])
    assert 0 < day["quorl"] < day["vexim7"] == alone["vexim1"] == alone["quorl"] == 1
    assert alone["said"] < alone["police"] < 1


def test_stems() -> None:
    assert [stem(word) for word in ("companies", "launching", "stopped", "glass", "boxes")] == [
        "company",
        "launch",
        "stop",
        "glass",
        "box",
    ]


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("https://www.news.example/a/story", "http://m.news.example/a/story/?utm_source=x"),
        ("https://news.example/a/story", "https://amp.news.example/a/story"),
        ("https://news.example/a/story", "https://news.example/a/story/amp"),
        ("https://news.example/a/story.html", "https://news.example/a/story.amp.html?outputType=amp"),
        ("https://news.example/?id=7&b=1", "https://news.example/?b=1&id=7"),
    ],
)
def test_variants_of_one_address(a: str, b: str) -> None:
    assert address_of(a) == address_of(b)


def test_other_addresses_stay_apart() -> None:
    assert address_of("https://news.example/?id=7") != address_of("https://news.example/?id=8")
    assert address_of("https://news.example/") == ""
    assert address_of("no address") == ""


@pytest.mark.parametrize(
    ("title", "source", "expected"),
    [
        ("Deal signed - The Paper", "The Paper", "Deal signed"),
        ("Deal signed | Money desk", "The Paper", "Deal signed"),
        ("Deal signed - at last", "The Paper", "Deal signed - at last"),
        ("- The Paper", "The Paper", "- The Paper"),
    ],
)
def test_the_source_is_no_part_of_the_title(title: str, source: str, expected: str) -> None:
    assert plain_title(title, source) == expected


def test_a_picture_caption_is_no_part_of_the_summary() -> None:
    captioned = features_of(story("a", summary="1 of 9. TAMPA (Reuters) - Fire destroys bakery"))
    assert "1" not in captioned.summary
