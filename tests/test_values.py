"""The quick dataclass is the standard library's, but for the time it takes."""

from __future__ import annotations

import copy
import dataclasses
import inspect
import pickle
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.values import dataclass


@dataclass(frozen=True, slots=True)
class Pair:
    """Two values."""

    left: int
    right: str = "r"
    more: list[int] = dataclasses.field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Child(Pair):
    last: float


@dataclass(frozen=True)
class Loose:
    """With a dictionary, a default and something to do at its birth."""

    name: str = "n"

    def __post_init__(self) -> None:
        object.__setattr__(self, "doubled", self.name * 2)

    def __repr__(self) -> str:
        return "loose"


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """With an order."""

    line: int
    word: str


@dataclass(frozen=True, slots=True)
class Empty:
    pass


@dataclasses.dataclass(frozen=True, slots=True)
class Standard:
    left: int
    right: str = "r"
    more: list[int] = dataclasses.field(default_factory=list)


values = st.tuples(st.integers(0, 2), st.sampled_from("ab"))


@given(one=values, other=values)
def test_equal_values_are_equal_and_hash_alike(one: tuple[int, str], other: tuple[int, str]) -> None:
    assert (Pair(*one, ()) == Pair(*other, ())) == (one == other)  # type: ignore[arg-type]
    assert one != other or hash(Pair(*one, ())) == hash(Pair(*other, ()))  # type: ignore[arg-type]
    strangers: tuple[object, ...] = (Standard(*one), one, Child(*one, last=1.0))
    assert Pair(*one) not in strangers


@given(one=values, other=values)
def test_ordered_values_are_ordered_field_by_field(one: tuple[int, str], other: tuple[int, str]) -> None:
    a, b = Place(*one), Place(*other)
    assert (a < b, a <= b, a > b, a >= b) == (one < other, one <= other, one > other, one >= other)
    with pytest.raises(TypeError):
        assert a < one  # type: ignore[operator]
    with pytest.raises(TypeError):
        assert Pair(*one) < Pair(*other)  # type: ignore[operator]


def test_it_is_made_and_shown_as_the_standard_one() -> None:
    assert (
        inspect.signature(Pair.__init__).parameters.keys()
        == inspect.signature(Standard.__init__).parameters.keys()
    )
    assert repr(Pair(1)) == repr(Standard(1)).replace("Standard", "Pair")
    assert [one.name for one in dataclasses.fields(Child)] == ["left", "right", "more", "last"]
    assert Child(1, last=2.0) == Child(left=1, right="r", more=[], last=2.0)
    assert Pair(1).more is not Pair(1).more
    assert dataclasses.replace(Pair(1), right="x") == Pair(1, "x")
    assert dataclasses.asdict(Pair(1)) == {"left": 1, "right": "r", "more": []}
    assert Pair.__match_args__ == ("left", "right", "more")
    assert not hasattr(Pair(1), "__dict__")


@pytest.mark.parametrize(
    ("kind", "given"),
    [(Pair, {}), (Pair, {"left": 1, "wrong": 2}), (Child, {"left": 1}), (Empty, {"left": 1})],
)
def test_what_is_missing_or_too_much_is_told(kind: Any, given: dict[str, int]) -> None:
    with pytest.raises(TypeError):
        kind(**given)


@pytest.mark.parametrize("one", [Pair(1), Child(1, last=2.0), Loose(), Empty()])
def test_it_is_frozen(one: Any) -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        one.left = 2
    with pytest.raises(dataclasses.FrozenInstanceError):
        del one.left


@pytest.mark.parametrize("one", [Pair(1, "x", [1]), Child(1, last=2.0), Loose("x"), Empty()])
def test_it_can_be_copied_and_kept(one: object) -> None:
    assert pickle.loads(pickle.dumps(one)) == copy.deepcopy(one) == copy.copy(one) == one


def test_methods_of_its_own_stay() -> None:
    assert repr(Loose()) == "loose"
    assert Loose("a").doubled == "aa"  # type: ignore[attr-defined]
