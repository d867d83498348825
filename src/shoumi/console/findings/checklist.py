"""The checklist of a self-inspection: the thirteen items of the Implementing Regulations, art. 58, with what to ask.

A question is answered by looking, not by opinion: each can be shown by a paper, a register or a machine.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Item:
    """One of the thirteen items: key, what it is about, its questions."""

    key: str
    label: Any
    questions: tuple[Any, ...]

    def keyed(self) -> Iterator[tuple[str, Any]]:
        """Yield each question with its key."""
        for number, question in enumerate(self.questions, 1):
            yield f"{self.key}-{number}", question


ITEMS: Final = (
    Item("responsibility", _("Responsibility for secrecy"), (
        _("Has every unit a named responsible leader, and have they signed a letter of responsibility this year?"),
        _("Did the leadership deal with secrecy work at least once this year, with minutes?"),
        _("Is there somebody whose post is secrecy officer, with time and means for it?"),
    )),
    Item("rules", _("Rules"), (
        _("Are the house rules written, in force, and adapted to the law of 2024?"),
        _("Has everybody whom a rule concerns acknowledged its present version?"),
        _("Was any rule found this year that nobody follows, and was it changed or enforced?"),
    )),
    Item("education", _("Education"), (
        _("Were all cleared people trained within the last twelve months?"),
        _("Were newcomers taught before they took their post?"),
        _("Do leaders take the same lessons as everybody?"),
    )),
    Item("personnel", _("People in cleared posts"), (
        _("Was everybody in a cleared post vetted before, and again when it was due?"),
        _("Have all of them signed the commitment in its present version?"),
        _("Were carriers and rights taken back from everybody who left, and is the cooling-off watched?"),
    )),
    Item("marking", _("Deciding and marking secrets"), (
        _("Does everybody who decides levels have the right to, in writing?"),
        _("Are level, term and scope on every classified paper and file, correct and complete?"),
        _("Were terms that end this year looked at: ended, extended or released in time?"),
    )),
    Item("carriers", _("Carriers"), (
        _("Does the ledger agree with what is in the safes? Count it."),
        _("Was every copy, excerpt, loan and removal approved and registered?"),
        _("Was everything that was destroyed counted, approved and supervised by two?"),
    )),
    Item("systems", _("Information systems and devices"), (
        _("Is every device in the ledger, with its level, numbers and a responsible person?"),
        _("Is no device that holds secrets connected to the internet or to a device that is?"),
        _("Did every repair and every disposal leave a complete record, with storage removed or wiped and verified?"),
    )),
    Item("internet", _("Internet, messaging and cloud drives"), (
        _("Are all work groups, drives and mailboxes registered, with owner, purpose and members?"),
        _("Did a scan of shared folders and synchronised drives find nothing that is still undecided?"),
        _("Do people check before they send, and do they know whom to ask?"),
    )),
    Item("premises", _("Premises"), (
        _("Are rooms where secrets are kept protected by lock, alarm and camera, and are these tested?"),
        _("Are phones left outside where that is ordered, and does the locker's register show it?"),
        _("Are visitors and repairers entered, accompanied and signed out?"),
    )),
    Item("procurement", _("Procurement and contractors"), (
        _("Was the qualification of every contractor checked before the contract, and is it still valid?"),
        _("Has every contractor signed a secrecy agreement, and their people a commitment?"),
        _("Was what they received counted, and taken back at the end?"),
    )),
    Item("meetings", _("Meetings and events"), (
        _("Had every classified meeting a plan, an approved place and a list of people?"),
        _("Were papers numbered, signed for and collected?"),
        _("Were phones, recording and wireless devices kept out?"),
    )),
    Item("publication", _("Publication and information made public"), (
        _("Was everything reviewed before it was published, item by item, with name and verdict?"),
        _("Were compiled and edited volumes checked for excerpts of classified papers?"),
        _("Was what is on websites and public accounts now looked through this year?"),
    )),
    Item("other", _("Other duties"), (
        _("Were incidents reported within 24 hours, and their causes put right?"),
        _("Were all rectification orders of the last inspection carried out and re-checked?"),
        _("Are exams, holidays and other special times prepared for, watched and followed up?"),
    )),
)  # fmt: skip
QUESTIONS: Final = {key: question for item in ITEMS for key, question in item.keyed()}
