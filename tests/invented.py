"""The invented edition: a whole registry in IANA's XML, with all that the real ones carry, and nothing real.

`tests/editions/invented.xml` has people, organisations, notes, footnotes, each type of reference, each state,
historic names, odd characters and the departures of form that people make by hand.  Only the experiments
(exp1, exp2), "cl/1" and the numbers of RFCs are those of real documents.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from portbook import formats
from portbook.edition import Edition

FILE = Path(__file__).parent / "editions" / "invented.xml"

# What `portbook check` finds in it, planted on purpose: code -> how often.
PLANTED = {
    "E-LEG-MAP": 1,  # "Signal Flags (North Pier)" has no well-formed twin
    "E-NAME-CHAR": 3,  # quill_net, cl/1, Signal Flags (North Pier)
    "E-ROW-TWICE": 1,  # gannet, two things of one name
    "F-COMPANION-DATA": 1,  # 28240/tcp
    "F-CONTACT-AT": 1,  # Jo_Splice
    "F-CONTACT-ID": 2,  # East/West_Pier_(Old), Max_O'Brien
    "F-CONTACT-NAMELESS": 1,  # Sam_Slate
    "F-CONTACT-UNKNOWN": 1,  # Grey_Ghost
    "F-CONTACT-UNUSED": 1,  # Nobody_Now
    "F-DATE-ORDER": 2,  # ebbtide
    "F-LEG-UNLISTED": 2,  # quill_net, Signal Flags (North Pier)
    "F-NAME-EMPTY": 2,  # 4025
    "F-NAME-NO-TRANSPORT": 3,  # dinghy, gannet
    "F-NAME-PORTS": 1,  # pilotage
    "F-NAME-RANGE": 4,  # buoyline, deckwatch
    "F-ORDER-NAME": 1,  # oyster after pearl
    "F-PARTIES": 2,  # driftwood
    "F-PORT-NO-TRANSPORT": 1,  # oldrope
    "F-RANGE-ONE": 1,  # 4026-4026
    "F-STATUS": 1,  # 307
    "F-TXT-PROSE": 2,  # chartroom, oyster
    "F-UNASSIGNED-OVERLAP": 1,  # 4040-4099 covers pilotage on 4050
    "W-PRIMARY": 2,  # gull, tern and skua on 4027
    "W-TXT-BLANK": 2,  # ferry, jetty
    "W-TXT-LONG": 1,  # kelp
    "W-TXT-SPACE": 1,  # pearl
}


@cache
def edition() -> Edition:
    """The invented edition as it is read."""
    return formats.read(FILE.read_bytes())
