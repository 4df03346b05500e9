"""On record: what the tables have of an application besides itself, one question with one statement.

An act asks here, inside its lock.  Lists read all that they will be asked for beforehand, one statement a
table, and answer the same questions from memory (`reading.together`).
"""

from typing import Any

from portbook.register import casework, models, tables

OF_APPLICATION = "WHERE application_id = %s"
TERMS = (
    "SELECT m.name, t.team FROM register_expertterm t JOIN register_member m ON m.identity = t.member_id "
    "WHERE m.is_active AND t.begins <= %s AND (t.ends = '' OR t.ends >= %s) ORDER BY m.name"
)
RECUSED = "recused"  # what an expert says who steps aside
REMINDED = "reminded"  # kind of the message that tells of a reminder
SILENCE = "silence"  # kind of the messages that tell of a team which did not answer in time


class OnRecord:
    """The questions, asked of the tables."""

    def turn(self, application: int) -> casework.Turn:
        """Since when it stands as it does."""
        return tables.load(casework.Turn, f"{OF_APPLICATION} AND ended = ''", [application])[0]

    def reviews(self, application: int, digest: str) -> list[models.Review]:
        """What teams were asked about one version."""
        where = f"{OF_APPLICATION} AND digest = %s ORDER BY identity"
        return tables.load(models.Review, where, [application, digest])

    def opinions(self, review: int) -> list[casework.Opinion]:
        """What experts said to it."""
        return tables.load(casework.Opinion, "WHERE review_id = %s ORDER BY identity", [review])

    def confirmations(self, application: int, digest: str) -> list[casework.Confirmation]:
        """Which holders were asked about one version."""
        where = f"{OF_APPLICATION} AND digest = %s ORDER BY identity"
        return tables.load(casework.Confirmation, where, [application, digest])

    def recused(self, application: int) -> list[tuple[Any, ...]]:
        """Which experts stepped aside, and why."""
        statement = (
            "SELECT o.member, o.reasons FROM register_opinion o "
            "JOIN register_review r ON r.identity = o.review_id "
            "WHERE r.application_id = %s AND o.verdict = %s ORDER BY o.identity"
        )
        return tables.rows(statement, [application, RECUSED])

    def is_reminded(self, application: int, since: str) -> bool:
        """Whether a reminder was sent since then."""
        where = f"{OF_APPLICATION} AND kind = %s AND instant >= %s"
        return bool(tables.load(casework.Message, where, [application, REMINDED, since]))

    def silences(self, team: str, since: str, application: int) -> int:
        """In how many other cases the team did not answer in time since then."""
        statement = (
            "SELECT COUNT(DISTINCT application_id) FROM register_message "
            "WHERE kind = %s AND text = %s AND instant >= %s AND application_id <> %s"
        )
        return int(tables.rows(statement, [SILENCE, team, since, application])[0][0])

    def terms(self, today: str) -> list[tuple[Any, ...]]:
        """Who is an expert of which team on that day: names of members, and teams."""
        return tables.rows(TERMS, [today, today])

    def members(self, name: str) -> list[models.Member]:
        """The member of that name, or none."""
        return tables.load(models.Member, "WHERE name = %s", [name])

    def contacts(self, contact_id: str) -> list[models.Contact]:
        """The row of the contact with that id, or none."""
        return tables.load(models.Contact, "WHERE contact_id = %s", [contact_id])
