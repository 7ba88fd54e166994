"""robots.txt is read as RFC 9309 says."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digests.robots import read_robots

FILE = """\ufeff# news
User-agent: other
User-agent: Chokan/2.0  # we
Disallow: /private
Allow: /private/open
crawl-delay: 5
Disallow: /*.pdf$
Disallow: /tmp*x
Disallow:

User-agent: *
Disallow: /
"""


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("/", True),
        ("/private", False),
        ("/private/a", False),
        ("/private/open/a", True),
        ("/a.pdf", False),
        ("/a.pdf?x", True),
        ("/tmp/1x2", False),
        ("/tmp/12", True),
        ("/%70rivate", False),
        ("/robots.txt", True),
    ],
)
def test_the_longest_rule_of_our_group_decides(path: str, allowed: bool) -> None:
    assert read_robots(FILE, "Chokan").allows(path) is allowed


def test_others_follow_the_rules_for_everyone() -> None:
    assert not read_robots(FILE, "Nobody").allows("/")


def test_groups_of_one_agent_are_one_group() -> None:
    robots = read_robots("User-agent: a\nDisallow: /1\nUser-agent: b\nDisallow: /2\nUser-agent: a\nDisallow: /3", "a")
    assert [robots.allows(path) for path in ("/1", "/2", "/3")] == [False, True, False]


def test_an_equally_long_allow_wins() -> None:
    assert read_robots("user-agent:*\ndisallow:/a\nallow:/a", "x").allows("/a")


def test_other_scripts_are_compared_escaped() -> None:
    assert not read_robots("User-agent: *\nDisallow: /朝刊", "x").allows("/%e6%9c%9d%E5%88%8A/1")


@pytest.mark.parametrize(
    ("text", "refused"),
    [
        ("User-agent: *\nDisallow: /" + "*a" * 1000 + "*b", "/" + "a" * 8000 + "b"),
        ("".join(f"User-agent: a{n}\n" for n in range(9000)) + "User-agent: Chokan\n" + "Disallow: /a\n" * 9000, "/a"),
        ("User-agent: *\n" + "Disallow: /*a*b*c$\n" * 25_000, "/abc"),
        (":\n" * 200_000 + "User-agent: *\nDisallow: /a", "/a"),
    ],
    ids=["asterisks", "agents", "rules", "lines"],
)
def test_hostile_files_are_read_to_their_end(text: str, refused: str) -> None:
    robots = read_robots(text, "Chokan")
    assert [robots.allows("/" + "c" * 8000), robots.allows(refused)] == [True, False]


@given(st.text(alphabet=st.sampled_from("user-agent:dislow/*$%a\n #"), max_size=200), st.text(max_size=20))
def test_whatever_stands_before_it_the_last_group_holds(text: str, path: str) -> None:
    robots = read_robots(f"{text}\nUser-agent: us\nDisallow: /\n", "us")
    assert robots.allows("/robots.txt")
    assert not robots.allows(f"/{path}") or path == "robots.txt"
