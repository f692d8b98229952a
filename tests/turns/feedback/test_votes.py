from hypothesis import given
from hypothesis import strategies as st

from tests.fake_clock import FakeClock
from turns.feedback.votes import (
    LONGEST_NAME,
    LONGEST_REASON,
    MOST_VOTERS,
    REMEMBERED,
    Ballot,
    Vote,
    Votes,
)


def test_last_vote_of_a_member_counts() -> None:
    ballot = Ballot()
    assert ballot.cast("U1", Vote(1, "like", "anna"))
    assert ballot.whole == ("like", "anna (U1)")
    assert ballot.cast("U1", Vote(2, "dislike", "anna", "wrong\ndate"))
    assert ballot.whole == ("dislike", "anna (U1): wrong date")


def test_vote_that_came_earlier_does_not_replace_a_later_one() -> None:
    ballot = Ballot()
    ballot.cast("U1", Vote(2, "like", "anna"))
    assert not ballot.cast("U1", Vote(1, "dislike", "anna"))
    assert ballot.whole[0] == "like"


def test_repeated_vote_says_nothing_new_and_keeps_its_reason() -> None:
    ballot = Ballot()
    ballot.cast("U1", Vote(1, "dislike", "anna", "too long"))
    assert not ballot.cast("U1", Vote(2, "dislike", "anna"))
    assert ballot.whole == ("dislike", "anna (U1): too long")
    assert ballot.cast("U1", Vote(3, "like", "anna"))
    assert ballot.whole == ("like", "anna (U1)")


def test_votes_of_several_members_are_told_with_their_signs() -> None:
    ballot = Ballot()
    ballot.cast("U1", Vote(1, "like", "anna"))
    ballot.cast("U2", Vote(2, "dislike", "ben", "no"))
    assert ballot.whole == ("dislike", "👍 anna (U1)\n👎 ben (U2): no")


REASONS = st.text(alphabet="ab \n\u2028é", max_size=3_000)
NAMES = st.text(alphabet="ab \nß", max_size=300)


@given(st.lists(st.tuples(st.integers(0, 40), REASONS, NAMES), min_size=1))
def test_what_dify_is_told_has_a_bound_and_a_line_for_each_voter(
    cast: list[tuple[int, str, str]],
) -> None:
    ballot = Ballot()
    for number, (member, reason, name) in enumerate(cast):
        ballot.cast(f"U{member}", Vote(number, "dislike", name, reason))
    _, content = ballot.whole
    assert len(ballot.votes) == min(MOST_VOTERS, len({member for member, _, _ in cast}))
    assert content.count("\n") == len(ballot.votes) - 1
    assert len(content) <= MOST_VOTERS * (LONGEST_NAME + LONGEST_REASON + 20)
    assert all(f"({member})" in content for member in ballot.votes)


def test_votes_of_hooks_are_apart_and_forgotten_in_time() -> None:
    clock = FakeClock()
    votes = Votes(clock)
    assert votes.number() < votes.number()
    ballot = votes.on("hook", "m1")
    assert votes.on("hook", "m1") is ballot
    assert votes.on("other", "m1") is not ballot
    clock.advance(REMEMBERED + 1)
    assert votes.on("hook", "m1") is not ballot
