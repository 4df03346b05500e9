"""What templates need that Django's own tags lack: numbers with thousands, addresses of things by name."""

from django import template

from portbook.answers import service_address
from portbook.web.texts import page_text

register = template.Library()


@register.filter
def thousands(number: int) -> str:
    """ "14,400"."""
    return f"{number:,}"


register.filter("visible", page_text)
register.filter("service_address", service_address)
