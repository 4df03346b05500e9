"""The addresses of the site with its desk: the public ones first, then those behind the door."""

from django.urls import include, path

from portbook.desk import work
from portbook.desk.accounts import own_account, urls, welcome
from portbook.desk.acting import deed_page, pending_pages
from portbook.desk.applying import changes, files, form_pages, sending
from portbook.desk.dossiers import applications, checklist, dossier, status_links
from portbook.desk.holding import cases, contacts, entries, holdings, takeovers
from portbook.desk.office import events, people, publishing, registry, statistics
from portbook.desk.programs import api, openapi, publishing_api, tokens
from portbook.web import urls as public

urlpatterns = [
    *public.urlpatterns,
    path("accounts/", include(urls)),
    path("desk/account", own_account.account),
    path("desk/welcome/<str:token>", welcome.welcome),
    path("desk", work.work, name="desk"),
    path("desk/apply", form_pages.start),
    path("desk/apply/file", files.bring),
    path("desk/apply/<int:number>", form_pages.form),
    path("desk/apply/<int:number>/check", form_pages.check),
    path("desk/apply/<int:number>/review", sending.review),
    path("desk/apply/<int:number>/delete", files.drop),
    path("desk/apply/<int:number>/application.toml", files.draft_file),
    path("desk/applications/<int:number>/edit", changes.edit),
    path("desk/applications/<int:number>/edit/check", changes.check),
    path("desk/applications/<int:number>/application.toml", files.application_file),
    path("desk/applications/<int:number>/again", files.again),
    path("desk/applications/<int:number>/link", status_links.manage),
    path("desk/status/<str:token>", status_links.status),
    path("desk/applications", applications.applications),
    path("desk/applications/<int:number>", dossier.application),
    path("desk/applications/<int:number>/checklist", checklist.checklist),
    path("desk/do/<str:slug>", deed_page.deed),
    path("desk/holdings", holdings.holdings),
    path("desk/entries", entries.entries),
    path("desk/entries/<path:what>", entries.entry),
    path("desk/cases", cases.cases),
    path("desk/cases/<int:number>", cases.case),
    path("desk/contacts", contacts.contacts),
    path("desk/contacts/<path:contact_id>", contacts.contact),
    path("desk/takeovers/new", takeovers.new),
    path("desk/takeovers/<int:number>", takeovers.one),
    path("desk/link/stop/<str:secret>", takeovers.stop),
    path("desk/link/confirm/<str:secret>", takeovers.confirm),
    path("desk/link/address/<str:secret>", takeovers.address),
    path("desk/people", people.people),
    path("desk/people/invite", people.invite),
    path("desk/people/agree/<int:pk>", people.agree),
    path("desk/registry", registry.overview),
    path("desk/registry/policy", registry.policy),
    path("desk/registry/begin", registry.begin),
    path("desk/publish", publishing.publish),
    path("desk/pending", pending_pages.waiting),
    path("desk/pending/<int:number>", pending_pages.one),
    path("desk/statistics", statistics.year),
    path("desk/statistics.csv", statistics.as_csv),
    path("desk/statistics.json", statistics.as_json),
    path("desk/events", events.books),
    path("desk/events/<int:number>", events.one),
    path("desk/events/<int:number>.json", events.as_json),
    path("desk/events/audit/<str:kind>", events.verification),
    path("desk/account/tokens", tokens.tokens),
    path("desk/account/tokens/<int:number>/revoke", tokens.revoke),
    path("v1/register/acts/<str:slug>", api.act),
    path("v1/register/publish", publishing_api.publish),
    path("v1/register/openapi.json", openapi.openapi),
    path("v1/register/queue", api.queue),
    path("v1/register/applications", api.applications),
    path("v1/register/applications/<int:number>", api.application),
    path("v1/register/events", api.event_list),
    path("v1/register/events/<int:number>", api.one_event),
]

handler400 = public.handler400
handler404 = "portbook.web.problems.not_found"
handler500 = "portbook.web.problems.server_error"
