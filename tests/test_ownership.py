"""Shares and who is caught through them: exact, tier by tier, and unknown where the record leaves it open."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from policygraph.claims import Stance
from policygraph.errors import BadQuestion
from policygraph.ownership import NOTHING_KNOWN, WHOLE, By, Capture, Cascade, Share, affiliates, captured, parts_per_million
from policygraph.parties import Party
from policygraph.truth import Outcome, Strength
from tests.small import graph, said, view

HALF = 500_000

# ---- shares


def test_a_share_with_decimals_is_the_interval_that_rounds_to_it_and_a_whole_one_is_exact() -> None:
    assert Share.stated("16.67") == Share(166_650, 166_750)
    assert Share.stated("0.1") == Share(500, 1_500)
    assert Share.stated("99.99") == Share(999_850, 999_950)
    assert Share.stated("99.999") == Share(999_985, 999_995)
    assert Share.stated(50) == Share.stated("50") == Share.stated("50.00") == Share(HALF, HALF)
    assert Share.stated("33.3333333") == Share(333_333, 333_334), "finer than a part per million is rounded outwards"


@given(st.integers(0, 1_000_000), st.integers(1, 4))
def test_the_interval_of_a_stated_share_holds_whatever_rounds_to_it(parts: int, decimals: int) -> None:
    exact = Fraction(parts, 10_000)
    scaled = exact * 10**decimals
    rounded = (scaled.numerator * 2 + scaled.denominator) // (scaled.denominator * 2)
    text = f"{rounded // 10**decimals}.{rounded % 10**decimals:0{decimals}d}"
    share = Share.stated(text)
    if not share.is_exact:
        assert share.low <= parts <= share.high
        assert share.high - share.low <= max(10_000 // 10**decimals, 2)


@pytest.mark.parametrize("text", ["-1", "100.1", "half", "nan", "1e9"])
def test_what_is_no_share_is_refused(text: str) -> None:
    with pytest.raises(BadQuestion, match="give a number from 0 to 100"):
        Share.stated(text)


def test_bounds_are_exact_and_out_of_order_refused() -> None:
    assert Share.between("16.67", "16.67") == Share(166_700, 166_700)
    assert Share.between(None, "49.99") == Share(0, 499_900)
    with pytest.raises(BadQuestion, match="between a least and a most"):
        Share.between("60", "40")
    with pytest.raises(BadQuestion, match="at most four decimals"):
        parts_per_million("50.00001")


# ---- on arrays, against a naive reference in fractions


@dataclass
class World:
    """Random holdings, feasible: nobody is held to more than the whole."""

    size: int
    stakes: list[tuple[int, int, Fraction, Fraction]]
    seeds: list[bool]
    may_be: list[bool]
    complete: list[bool]
    threshold: Fraction

    @classmethod
    def random(cls, number: int) -> World:
        dice = random.Random(number)
        size = dice.randint(2, 7)
        left = [Fraction(1)] * size
        stakes = []
        for _ in range(dice.randint(1, 10)):
            holder, held = dice.randrange(size), dice.randrange(size)
            if holder == held:
                continue
            kind = dice.choice(("exact", "half", "rounded", "unknown", "range", "third"))
            share = Share.stated(dice.choice((10, 25, 30, 40, 49, 51, 60, 100)))
            if kind == "half":
                share = Share.stated("50")
            elif kind == "rounded":
                share = Share.stated(dice.choice(("16.67", "33.33", "25.0", "12.5", "49.995", "50.1")))
            elif kind == "third":
                share = Share.stated("16.67")
            elif kind == "unknown":
                share = NOTHING_KNOWN
            elif kind == "range":
                share = Share.between(*sorted(dice.sample((0, 10, 20, 50, 60), 2)))
            low = Fraction(share.low, WHOLE)
            if low > left[held]:
                continue
            left[held] -= low
            stakes.append((holder, held, low, Fraction(share.high, WHOLE)))
        seeds = [dice.random() < 0.3 for _ in range(size)]
        may_be = [seed or dice.random() < 0.2 for seed in seeds]
        threshold = dice.choice((Fraction(1, 2), Fraction(1, 2), Fraction(1, 4), Fraction(1)))
        return cls(size, stakes, seeds, may_be, [dice.random() < 0.6 for _ in range(size)], threshold)

    def answer(self, *, aggregate: bool = True) -> tuple[list[bool], list[bool]]:
        columns = list(zip(*self.stakes, strict=True)) or [(), (), (), ()]
        low, high = ([int(one * WHOLE) for one in column] for column in columns[2:])
        surely, possibly = captured(
            np.array(columns[0], int), np.array(columns[1], int), np.array(low, int), np.array(high, int), np.array(self.seeds),
            int(self.threshold * WHOLE), possible_seeds=np.array(self.may_be), complete=np.array(self.complete), aggregate=aggregate,
        )  # fmt: skip
        return surely.tolist(), possibly.tolist()

    def naive(self, shares: list[Fraction], hidden: list[Fraction], seeds: list[bool], *, aggregate: bool = True) -> list[bool]:
        """Iterate the rule as it is written until nothing changes; *hidden* is what unknown restricted parties hold."""
        caught = [False] * self.size
        while True:
            held: list[list[Fraction]] = [[one] for one in hidden]
            for (holder, company, _, _), share in zip(self.stakes, shares, strict=True):
                if seeds[holder] or caught[holder]:
                    held[company].append(share)
            again = [(sum(each) if aggregate else max(each)) >= self.threshold for each in held]
            if again == caught:
                return caught
            caught = again

    def any_shares(self, dice: random.Random) -> tuple[list[Fraction], list[Fraction]]:
        """Draw shares as they may really be."""
        room = [Fraction(1)] * self.size
        for _, company, low, _ in self.stakes:
            room[company] -= low
        shares = []
        for _, company, low, high in self.stakes:
            more = min(high - low, room[company]) * dice.choice((Fraction(0), Fraction(1), Fraction(dice.randint(0, 9), 9)))
            room[company] -= more
            shares.append(low + more)
        hidden = [Fraction(0) if whole else left * dice.choice((0, 1)) for whole, left in zip(self.complete, room, strict=True)]
        return shares, hidden

    def most(self) -> tuple[list[Fraction], list[Fraction], list[bool]]:
        """Give to those who may be restricted as much as there is room for, as they are caught; return who is."""
        shares = [low for _, _, low, _ in self.stakes]
        hidden, caught = [Fraction(0)] * self.size, [False] * self.size
        fresh = True
        while fresh:
            fresh = False
            for company in range(self.size):
                mine = [place for place, stake in enumerate(self.stakes) if stake[1] == company]
                room = 1 - sum((self.stakes[place][2] for place in mine), Fraction(0))
                unknown = Fraction(0) if self.complete[company] else room
                room -= unknown
                given, held = {}, unknown
                for place in mine:
                    holder, _, low, high = self.stakes[place]
                    if self.may_be[holder] or caught[holder]:
                        more = min(high - low, room)
                        room, given[place] = room - more, low + more
                        held += low + more
                if not caught[company] and held >= self.threshold:
                    caught[company] = fresh = True
                    hidden[company] = unknown
                    for place, share in given.items():
                        shares[place] = share
        return shares, hidden, caught


@pytest.mark.parametrize("start", range(0, 2500, 250))
def test_what_is_surely_and_what_is_possibly_held_agrees_with_brute_force(start: int) -> None:
    for number in range(start, start + 250):
        world = World.random(number)
        surely, possibly = world.answer()
        least = [low for _, _, low, _ in world.stakes]
        assert surely == world.naive(least, [Fraction(0)] * world.size, world.seeds), world
        shares, hidden, caught = world.most()
        assert possibly == caught == world.naive(shares, hidden, world.may_be), world
        dice = random.Random(-number)
        for _ in range(3):
            shares, hidden = world.any_shares(dice)
            seeds = [seed or (may and dice.random() < 0.5) for seed, may in zip(world.seeds, world.may_be, strict=True)]
            really = world.naive(shares, hidden, seeds)
            assert all(not one or other for one, other in zip(surely, really, strict=True)), world
            assert all(not one or other for one, other in zip(really, possibly, strict=True)), world


@pytest.mark.parametrize("start", range(0, 500, 250))
def test_one_owner_alone_agrees_with_brute_force(start: int) -> None:
    for number in range(start, start + 250):
        world = World.random(number)
        surely, possibly = world.answer(aggregate=False)
        least = [low for _, _, low, _ in world.stakes]
        assert surely == world.naive(least, [Fraction(0)] * world.size, world.seeds, aggregate=False), world
        dice = random.Random(-number)
        for _ in range(4):
            shares, hidden = world.any_shares(dice)
            really = world.naive(shares, hidden, world.may_be, aggregate=False)
            assert all(not one or other for one, other in zip(really, possibly, strict=True)), world


def test_a_long_circle_ends() -> None:
    size = 2_000
    holder = np.arange(size)
    shares = np.full(size, 600_000)
    nobody = np.zeros(size, bool)
    surely, possibly = captured(holder, (holder + 1) % size, shares, shares, nobody, HALF, complete=~nobody)
    assert not surely.any()
    assert not possibly.any(), "what is caught only because it is taken to be caught is not"
    one = nobody.copy()
    one[7] = True
    assert captured(holder, (holder + 1) % size, shares, shares, one, HALF)[0].all()


# ---- on a view

PEOPLE = dict.fromkeys(("buyer", "middle", "top", "a", "b", "c", "d"), "Company") | {
    "list": "PartyList", "other-list": "PartyList", "note": "Footnote",
}  # fmt: skip
WHOLE_LIST = {"relation": "listed", "object": "list"}


def owns(owner: str, owned: str, grade: int = 3, **more: Any) -> dict[str, Any]:
    qualifiers = {name: str(more.pop(name)) for name in ("share", "shareMin", "shareMax") if name in more}
    return said(owner, "owns", owned, grade=grade, qualifiers=qualifiers, **more)


def listed(*names: str, grade: int = 4) -> list[dict[str, Any]]:
    return [said(name, "listed", "list", grade=grade) for name in names]


def owners_of(company: str, grade: int = 3) -> dict[str, Any]:
    return {"relation": "owns", "object": company, "grade": grade}


def cascade(claims: list[dict[str, Any]], *completes: dict[str, Any], about: Any = "buyer", **more: Any) -> Cascade:
    named = [said(name, "remark", value="named") for name in PEOPLE]
    built = view(graph([*claims, *named], PEOPLE, completes), at_least=more.pop("at_least", Strength.ALLEGED))
    return Cascade(built, more.pop("by", [By("list")]), more.pop("threshold", HALF), [about], **more)


def capture(claims: list[dict[str, Any]], *completes: dict[str, Any], about: Any = "buyer", **more: Any) -> Capture:
    return cascade(claims, *completes, about=about, **more).capture(about)


def short(found: Capture) -> tuple[str, str]:
    grade = found.verdict.all_.for_ or found.verdict.all_.against
    return str(found.verdict.outcome), Strength(grade).word


def test_half_is_enough_and_shares_of_several_are_added() -> None:
    assert short(capture([*listed("a"), owns("a", "buyer", share=50)])) == ("met", "reported")
    assert short(capture([*listed("a"), owns("a", "buyer", share="50.00")])) == ("met", "reported")
    assert short(capture([*listed("a", "b"), owns("a", "buyer", share=25), owns("b", "buyer", share=25)])) == ("met", "reported")
    together = capture([*listed("a", "b"), owns("a", "buyer", share=30), owns("b", "buyer", share=30)], aggregate=False)
    assert short(together) == ("not met", "reported"), "no one owner can hold half of it"
    assert capture([*listed("a"), owns("a", "buyer", share=50)], aggregate=False).verdict.outcome is Outcome.MET


def test_three_times_a_rounded_sixth_is_not_known_to_be_half() -> None:
    claims = [*listed("a", "b", "c"), *(owns(name, "buyer", share="16.67") for name in "abc")]
    found = capture(claims, owners_of("buyer"))
    assert short(found) == ("unknown", "none")
    assert found.share == Share(499_950, 500_250)
    assert "hold 49.995 to 50.025 %, so that it is not known whether they hold 50 %" in found.note
    assert [gap.pattern for gap in found.gaps] == ["a owns buyer", "b owns buyer", "c owns buyer"]
    assert "restricted parties hold 50 %" in found.gaps[0].why
    more = [*claims, *listed("d"), owns("d", "buyer", share="0.01")]
    assert short(capture(more)) == ("met", "reported"), "a crumb more settles it"


def test_a_captured_company_counts_with_its_whole_holding_at_the_next_tier() -> None:
    chain = [*listed("top"), owns("top", "middle", share=50), owns("middle", "buyer", share=50)]
    found = capture(chain)
    assert (short(found), found.tier) == (("met", "reported"), 2), "a quarter by multiplication, and still caught"
    assert [(owner.id, owner.tier) for owner in found.owners[0].walk()] == [("middle", 1), ("top", 0)]
    below = [*listed("top"), owns("top", "middle", share=49), owns("middle", "buyer", share=100)]
    assert short(capture(below, owners_of("middle"), owners_of("buyer"), WHOLE_LIST)) == ("not met", "reported")
    mixed = [*chain[:2], owns("middle", "buyer", share=30), owns("top", "buyer", share=20)]
    assert short(capture(mixed)) == ("met", "reported")


def test_an_answer_is_as_sure_as_the_weakest_thing_it_needs() -> None:
    strong = [owns("a", "buyer", share=30, grade=4), owns("b", "buyer", share=30, grade=3), owns("c", "buyer", share=30, grade=1)]
    assert short(capture([*listed("a", "b", "c"), *strong])) == ("met", "reported"), "the alleged share is not needed"
    assert short(capture([*listed("a", "c"), *strong])) == ("met", "alleged")
    assert short(capture([*listed("a"), *listed("b", grade=2), *strong])) == ("met", "presumed")


def test_it_is_refuted_only_where_something_is_complete_or_others_hold_too_much() -> None:
    held = [*listed("a"), owns("a", "buyer", share=30), owns("b", "buyer", share=70, grade=4)]
    assert short(capture(held)) == ("unknown", "none"), "the list may be incomplete"
    assert short(capture(held, WHOLE_LIST)) == ("unknown", "none"), "who holds of the other is not on record"
    assert short(capture(held, WHOLE_LIST, owners_of("b"))) == ("not met", "reported"), "who is not on a complete list holds 70 %"
    assert short(capture(held, WHOLE_LIST, owners_of("b", grade=2))) == ("not met", "presumed")
    thirty = [*listed("a"), owns("a", "buyer", share=30), owns("b", "buyer", share=20)]
    assert short(capture(thirty, WHOLE_LIST, owners_of("b"))) == ("unknown", "none"), "half is on no record"
    closed = capture(thirty, WHOLE_LIST, owners_of("b"), owners_of("buyer"))
    assert (short(closed), closed.gaps) == (("not met", "reported"), ())


def test_a_missing_share_leaves_open_what_the_others_leave_of_it() -> None:
    claims = [*listed("a"), owns("a", "buyer"), owns("b", "buyer", share=40)]
    found = capture(claims, WHOLE_LIST, owners_of("b"), owners_of("buyer"))
    assert short(found)[0] == "unknown"
    assert found.owners[0].share == Share(0, 600_000)
    (gap,) = found.gaps
    assert gap.pattern == "a owns buyer"
    assert "what share a holds of buyer: at most 60 %" in gap.why
    assert "with 50 % or more" in gap.why
    more = [*claims, owns("c", "buyer", shareMin=15)]
    refuted = capture(more, WHOLE_LIST, owners_of("b"), owners_of("c"))
    assert short(refuted) == ("not met", "reported"), "the others leave 45 %"


def test_the_deciding_unknown_is_the_listing_the_owner_of_an_owner_or_the_rest() -> None:
    who = capture([owns("a", "buyer", share=60)], owners_of("buyer"), owners_of("a"))
    both = capture([owns("a", "buyer", share=60)], owners_of("buyer"))
    assert [gap.pattern for gap in both.gaps] == ["a listed list", "?Agent owns a"]
    assert [gap.pattern for gap in who.gaps] == ["a listed list"]
    higher = capture([owns("a", "buyer", share=60)], owners_of("buyer"), WHOLE_LIST)
    assert [gap.pattern for gap in higher.gaps] == ["?Agent owns a"]
    rest = capture([*listed("a"), owns("a", "buyer", share=30)], WHOLE_LIST)
    assert [gap.pattern for gap in rest.gaps] == ["?Agent owns buyer"]
    assert "at most 70 %" in rest.gaps[0].why
    circle = [owns("a", "buyer", share=60), owns("buyer", "a", share=60)]
    assert short(capture(circle, WHOLE_LIST))[0] == "not met", "nobody outside the circle can hold half of either"


def test_cross_holdings_end_and_hold_only_from_outside() -> None:
    circle = [owns("a", "b", share=60), owns("b", "a", share=60)]
    closed = [owners_of(name) for name in "ab"]
    assert short(capture(circle, *closed, WHOLE_LIST, about="a"))[0] == "not met"
    caught = capture([*circle, *listed("top"), owns("top", "a", share=40)], *closed, about="a")
    assert short(caught)[0] == "unknown", "b holds 60 % of a, but is restricted only if a is; top holds 40 %; top may hold more"
    assert short(capture([*circle, *listed("b")], about="b"))[0] == "met", "a is caught by b, and holds 60 % of it"


def test_what_is_disputed_flows_through_both_runs() -> None:
    denied = [*listed("a"), owns("a", "buyer", share=60), owns("a", "buyer", grade=1, stance=Stance.DENIES)]
    assert str(capture(denied).verdict.outcome) == "contested"
    assert capture(denied).verdict.leaning is Outcome.MET
    chain = [*denied, owns("buyer", "middle", share=100, grade=4)]
    assert str(capture(chain, about="middle").verdict.outcome) == "contested", "and at the next tier"
    listing = [*listed("a"), said("a", "listed", "list", grade=1, stance=Stance.DENIES), owns("a", "buyer", share=60)]
    assert str(capture(listing).verdict.outcome) == "contested"
    spare = [*denied, *listed("b"), owns("b", "buyer", share=50)]
    assert capture(spare).verdict.outcome is Outcome.MET, "the other is enough, whether or not the first holds anything"


def test_rival_shares_are_contested_where_they_differ_about_the_threshold() -> None:
    def two(first: Any, second: Any, *grades: int) -> str:
        days = ("2020-01-01", "2020-01-02")
        told = zip((first, second), grades, days, strict=True)
        shares = [owns("a", "buyer", share=share, grade=grade, recorded=day) for share, grade, day in told]
        return str(capture([*listed("a"), *shares], owners_of("buyer")).verdict.outcome)

    assert two(60, 30, 3, 3) == "contested"
    assert two(60, 30, 3, 1) == "contested"
    assert two(30, 60, 3, 1) == "not met", "the weaker one is outweighed"
    assert two(60, 55, 3, 3) == "met"
    assert two(30, 20, 3, 3) == "not met"


def test_a_later_share_takes_the_place_of_an_earlier_one() -> None:
    def then(first: Any, second: Any, *grades: int) -> str:
        days = ("2020-02-01", "2024-02-01")
        told = zip((first, second), grades, days, strict=True)
        shares = [owns("a", "buyer", share=share, grade=grade, since=day) for share, grade, day in told]
        return str(capture([*listed("a"), *shares], owners_of("buyer")).verdict.outcome)

    assert then(60, 30, 3, 3) == "not met"
    assert then(30, 60, 3, 4) == "met"
    assert then(60, 30, 3, 1) == "contested", "a weaker one does not"


def test_a_record_of_more_than_the_whole_contradicts_itself() -> None:
    claims = [*listed("b"), owns("a", "buyer", share=60), owns("b", "buyer", share=60)]
    found = capture(claims, WHOLE_LIST, owners_of("a"))
    assert (str(found.verdict.outcome), found.verdict.leaning) == ("contested", Outcome.MET)
    assert "contradicts itself" in found.note
    below = capture([*claims, owns("buyer", "middle", share=100)], WHOLE_LIST, owners_of("a"), about="middle")
    assert str(below.verdict.outcome) == "contested"
    weaker = [*listed("b"), owns("a", "buyer", share=60, grade=4), owns("b", "buyer", share=60, grade=1)]
    assert short(capture(weaker, WHOLE_LIST, owners_of("a", 4))) == ("not met", "established")
    assert capture(weaker, WHOLE_LIST, owners_of("a", 4)).share == Share(0, 400_000)


def test_a_footnote_and_several_lists() -> None:
    claims = [*listed("a", "b"), said("a", "bearsFootnote", "note", grade=4), owns("a", "buyer", share=60), owns("b", "middle", share=60)]
    noted = [By("list", "note")]
    whole = {"relation": "bearsFootnote", "object": "note"}
    assert short(capture(claims, by=noted))[0] == "met"
    assert short(capture(claims, whole, owners_of("middle"), owners_of("b"), about="middle", by=noted))[0] == "not met"
    both = [*claims, said("c", "listed", "other-list", grade=4), owns("c", "middle", share=40)]
    assert short(capture(both, about="middle", by=[By("list", "note"), By("other-list")]))[0] == "unknown"
    assert short(capture(both, about="middle", by=[By("list"), By("other-list")]))[0] == "met"


def test_strangers_hold_and_are_held_as_the_case_tells() -> None:
    def stranger(*owners: dict[str, Any]) -> Party:
        return Party(name="Shell", owners=owners)

    claims = [*listed("top"), owns("top", "middle", share=55)]
    assert short(capture(claims, about=stranger({"id": "top", "share": 50}))) == ("met", "established")
    assert short(capture(claims, about=stranger({"id": "middle", "share": 80}))) == ("met", "reported")
    nested = {"name": "Holdings", "share": "66.7", "owners": [{"id": "top", "share": 51}]}
    found = capture(claims, about=stranger(nested))
    assert (short(found), found.tier) == (("met", "established"), 2)
    partly = capture(claims, WHOLE_LIST, about=stranger({"id": "top", "share": 30}))
    assert (short(partly)[0], [gap.pattern for gap in partly.gaps]) == ("unknown", ["?Agent owns case:Shell"])
    others = {"name": "the public", "share": 70, "owners": "none"}
    assert short(capture(claims, WHOLE_LIST, about=stranger({"id": "top", "share": 30}, others))) == ("not met", "established")
    assert short(capture(claims, WHOLE_LIST, about=stranger())) == ("not met", "established"), "owned by nobody"
    assert short(capture(claims, WHOLE_LIST, about=Party(name="Shell")))[0] == "unknown"


@pytest.mark.parametrize("start", range(0, 120, 30))
def test_the_view_agrees_with_the_arrays(start: int) -> None:
    for number in range(start, start + 30):
        world = World.random(number)
        names = [f"n{one}" for one in range(world.size)]
        claims = [said(name, "listed", "list", grade=4) for name, seed in zip(names, world.seeds, strict=True) if seed]
        claims += [
            said(name, "listed", "list", grade=3, stance=Stance.DENIES) for name, may in zip(names, world.may_be, strict=True) if not may
        ]
        stakes: dict[tuple[int, int], tuple[Fraction, Fraction]] = {}
        for holder, held, low, high in world.stakes:
            before = stakes.get((holder, held), (Fraction(0), Fraction(0)))
            stakes[holder, held] = before[0] + low, min(before[1] + high, Fraction(1))
        for (holder, held), (low, high) in stakes.items():
            bounds = {"shareMin": str(float(low * 100)), "shareMax": str(float(high * 100))}
            claims.append(said(names[holder], "owns", names[held], grade=3, qualifiers=bounds))
        world.stakes = [(holder, held, low, high) for (holder, held), (low, high) in stakes.items()]
        completes = tuple(owners_of(name) for name, whole in zip(names, world.complete, strict=True) if whole)
        named = [said(name, "remark", value="named") for name in names]
        built = view(graph([*claims, *named], dict.fromkeys(names, "Company") | {"list": "PartyList"}, completes))
        both = Cascade(built, [By("list")], int(world.threshold * WHOLE), names)
        surely, possibly = world.answer()
        known = {(True, True): Outcome.MET, (False, True): Outcome.UNKNOWN, (False, False): Outcome.NOT_MET}
        expected = [known[both_ways] for both_ways in zip(surely, possibly, strict=True)]
        assert [both.verdict(name).outcome for name in names] == expected, (number, world)
        for name in names:
            found = both.capture(name)
            assert (found.gaps == ()) == (found.verdict.leaning is not Outcome.UNKNOWN), (number, name)


@pytest.mark.parametrize("number", range(40))
def test_strength_is_what_evidence_that_strong_alone_would_say(number: int) -> None:
    dice = random.Random(number)
    names = [f"n{one}" for one in range(5)]
    claims = [said(name, "remark", value="named", grade=4) for name in names]
    claims += [said(name, "listed", "list", grade=dice.randint(1, 4)) for name in names if dice.random() < 0.4]
    for holder in names:
        for held in names:
            if holder < held and dice.random() < 0.5:
                claims.append(owns(holder, held, share=dice.choice((20, 30, 50)), grade=dice.randint(1, 4)))
    completes = [owners_of(name, dice.choice((2, 3, 4))) for name in names if dice.random() < 0.7]
    completes += [{"relation": "listed", "object": "list", "grade": 3}]
    claims = [claim for claim in claims if claim["relation"] != "listed" or claim["grade"] >= 3]
    whole = graph(claims, dict.fromkeys(names, "Company") | {"list": "PartyList"}, tuple(completes))
    every = Cascade(view(whole), [By("list")], HALF, names)
    for strength in Strength:
        if strength is not Strength.NONE:
            part = Cascade(view(whole, at_least=strength), [By("list")], HALF, names)
            for name in names:
                full, some = every.verdict(name).all_, part.verdict(name).all_
                assert (full.for_ >= strength) == (some.for_ > 0 and full.for_ > 0), (name, strength)
                if not full.for_:
                    assert (full.against >= strength) == (some.against > 0), (name, strength)


# ---- affiliates


def test_affiliates_reads_like_a_note_and_tells_which_share_decides() -> None:
    claims = [
        *listed("top"), owns("top", "middle", share=50), owns("middle", "buyer", share=40), owns("top", "buyer", share=10),
        owns("middle", "a"), owns("a", "b", share=100), owns("buyer", "c", share="49.9"), owns("c", "d", share=100),
    ]  # fmt: skip
    named = [said(name, "remark", value="named") for name in PEOPLE]
    completes = (WHOLE_LIST, *(owners_of(name) for name in ("c", "d", "middle", "top")))
    built = view(graph([*claims, *named], PEOPLE, completes))
    found = affiliates(built, "middle", ["list"])
    assert (found.verdict.outcome, [owner.id for owner in found.parents]) == (Outcome.MET, ["top"])
    assert [(child.id, child.tier, str(child.verdict.outcome)) for child in found.children] == [
        ("a", 1, "unknown"), ("buyer", 1, "met"), ("b", 2, "unknown"), ("c", 2, "not met"),
    ]  # fmt: skip
    buyer = found.caught[0]
    assert (buyer.share.low, buyer.through.low, buyer.alone.outcome) == (HALF, 400_000, Outcome.UNKNOWN), "top's tenth is needed"
    assert [gap.pattern for gap in found.children[0].gaps] == ["middle owns a", "?Agent owns a"]
    note = str(found)
    assert "Who holds middle, and whom does it hold to 50 % or more?" in note
    assert "+ buyer, tier 1: 40 to 90 %, at least 50 % with other restricted parties: met, reported" in note
    assert "would decide: what share middle holds of a" in note
    told = found.to_json()
    assert (told["outcome"], told["threshold"], told["children"][1]["share"][0]) == ("met", 50.0, 50.0)
    assert json.loads(json.dumps(told)) == told
    assert "Below it, were a restricted:" in str(affiliates(built, "a", ["list"]))


def test_affiliates_of_a_threshold_of_its_own() -> None:
    named = [said(name, "remark", value="named") for name in PEOPLE]
    built = view(graph([*listed("a"), owns("a", "buyer", share=25), *named], PEOPLE))
    assert [child.id for child in affiliates(built, "a", [By("list")], 25).caught] == ["buyer"]
    assert affiliates(built, "a", [By("list")], 26).caught == ()
    with pytest.raises(BadQuestion, match="is no share in per cent"):
        affiliates(built, "a", ["list"], 120)
