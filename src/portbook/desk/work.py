"""The first page of the desk: what waits for whoever is signed in, in each of his roles."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from portbook.desk.entrance import signed_in
from portbook.desk.members import person_of
from portbook.register import showing
from portbook.web import clock


@signed_in
def work(request: HttpRequest) -> HttpResponse:
    """What waits for me."""
    waiting = showing.queue(person_of(request).member, clock.instant())
    return render(request, "desk/work.html", {"waiting": waiting})
