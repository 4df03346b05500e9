"""Letters with codes where no mail server is named: they are written to the terminal of the site."""

import sys
from collections.abc import Sequence

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

from portbook.errors import visible


class Backend(BaseEmailBackend):
    """Writes each letter to standard error, so that a registry on one machine works without mail."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Write the letters; return their number."""
        for letter in email_messages:
            head = f"Letter to {', '.join(letter.to)}: {letter.subject}"
            body = str(letter.body).strip().replace("\n", "\n  ")
            sys.stderr.write("\n".join(map(visible, f"{head}\n  {body}".split("\n"))) + "\n")
        sys.stderr.flush()
        return len(email_messages)
