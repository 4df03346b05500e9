"""What somebody has just done, in the sentence of its Event, which the address of the next page names."""

from typing import NamedTuple

from portbook.desk.limits import MAX_DIGITS
from portbook.desk.members import Person
from portbook.desk.office import event_sentences
from portbook.desk.office.event_sentences import Sentence
from portbook.register import tables


class Event(NamedTuple):
    """An Event, as far as its sentence needs it."""

    number: int
    operation: str
    object: str
    actor: str


class JustDone(NamedTuple):
    """An Event, and what it tells."""

    number: int
    actor: str  # "" for who reads it
    sentence: Sentence


def done(person: Person, text: str, *, reads_all: bool) -> JustDone | None:
    """Return what the Event of the number *text* tells; of others' acts, to who reads Events alone."""
    if not (text.isascii() and text.isdigit()) or len(text) > MAX_DIGITS:
        return None
    statement = "SELECT number, operation, object, actor FROM register_event WHERE number = %s"
    event = next((Event(*row) for row in tables.rows(statement, [int(text)])), None)
    if event is None or not (reads_all or event.actor == person.member):
        return None
    sentence = event_sentences.sentence(event, event_sentences.abouts([event])[event.number], person)
    return JustDone(event.number, "" if event.actor == person.member else event.actor, sentence)
