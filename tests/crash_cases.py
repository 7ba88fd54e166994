"""Our list of the ways a morning can be interrupted: where the process ends, or what the world does to it, as data.

The ids are those of the project's shared list of delivery cases (`covers` leaves out our own letter for a variant).
"""

from __future__ import annotations

from dataclasses import dataclass

BOTH = ("discord", "slack")
STORES = ("sqlite", "postgres")


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """`scene` names the play in `crash_plays`; `at` is the failpoint (or the trouble) it is played with."""

    id: str
    says: str
    scene: str = "killed"
    at: str = ""
    platforms: tuple[str, ...] = BOTH
    databases: tuple[str, ...] = STORES

    @property
    def covers(self) -> str:
        return self.id[:8]


CASES = (
    Case(id="crash-01", says="killed before the feed is asked for", at="before-fetch"),
    Case(id="crash-02", says="killed between the feed's headers and its body", scene="killed_by_site"),
    Case(id="crash-03", says="killed with the feed read, not parsed", at="after-fetch"),
    Case(id="crash-04", says="killed with articles found, not saved", at="before-save-poll"),
    Case(id="crash-05", says="killed inside the transaction that saves them", at="in-save-poll"),
    Case(id="crash-06", says="killed right after it, articles undigested", at="after-save-poll"),
    Case(id="crash-07", says="killed with an edition chosen, not saved", at="before-edition"),
    Case(id="crash-08", says="killed inside the transaction that saves it", at="in-save-edition"),
    Case(id="crash-09", says="killed with a digest made, not saved", at="before-save-digest"),
    Case(id="crash-09b", says="killed with the second digest made, not saved", at="before-save-digest:2"),
    Case(id="crash-09c", says="the same at seven: the edition waits for it", scene="killed_at_seven"),
    Case(id="crash-10", says="killed with the edition saved, nothing claimed", at="after-edition"),
    Case(id="crash-10b", says="killed with a message claimed, not posted", at="before-post"),
    Case(id="crash-11", says="killed with the post taken, its answer unread", scene="killed_by_chat"),
    Case(id="crash-12", says="killed with the answer read, not written down", at="after-post"),
    Case(id="crash-12b", says="killed inside the transaction that does it", at="in-settle"),
    Case(id="crash-12c", says="the same at the second message, in the thread", at="after-post:2"),
    Case(id="crash-13", says="killed between the first message and the next", at="after-settle"),
    Case(id="crash-14", says="killed after the last message", at="after-settle:4"),
    Case(id="crash-15", says="SIGTERM while a post is on its way", scene="asked_to_stop"),
    Case(id="crash-15b", says="the same, and the answer never comes", scene="stopped_unanswered"),
    Case(id="crash-16", says="disk full when the post is to be written down", scene="disk_full"),
    Case(id="crash-17", says="database locked for 5 s at that moment", scene="locked"),
    Case(
        id="crash-18", says="connection lost at COMMIT, committed", scene="cut", at="committed", databases=("postgres",)
    ),
    Case(
        id="crash-18b", says="connection lost at COMMIT, not committed", scene="cut", at="lost", databases=("postgres",)
    ),
    Case(id="crash-19", says="frozen 10 min with the lease in hand", scene="frozen", at="before-post=stop"),
    Case(id="crash-20", says="two processes start at once", scene="twins"),
    Case(id="crash-21", says="error 500, and the message is there", scene="troubled", at="500"),
    Case(id="crash-22", says="connection reset, and the message is there", scene="troubled", at="reset"),
    Case(id="crash-23", says="429 in the middle of an edition", scene="troubled", at="429"),
    Case(id="crash-24", says="one message refused for its form", scene="troubled", at="form"),
    Case(id="crash-25", says="there is no such channel (any more)", scene="shut", at="unknown"),
    Case(id="crash-25b", says="the bot has no access (account deactivated)", scene="shut", at="no-access"),
    Case(id="crash-26", says="yesterday's backup is restored at 9", scene="restored"),
    Case(id="crash-27", says="time changed to later, edition unsent", scene="changed", at="10:00"),
    Case(id="crash-27b", says="time changed to earlier, edition unsent", scene="changed", at="06:00"),
    Case(
        id="edit-01",
        says="an article is corrected: killed as it is saved",
        scene="corrected",
        at="in-correct",
    ),
    Case(
        id="edit-02",
        says="killed as its edits are saved",
        scene="corrected",
        at="in-save-revisions",
    ),
    Case(id="edit-03", says="killed with an edit claimed, not made", scene="corrected", at="before-edit"),
    Case(id="edit-04", says="killed with the edit made, not written down", scene="corrected", at="after-edit"),
    Case(id="edit-05", says="killed as it is written down", scene="corrected", at="in-settle-revision"),
    Case(id="crash-28", says="bot removed in the middle of an edition", scene="removed"),
)
