"use strict"; // The form of an application: it saves by htmx; this says so when that was not possible.

{
  const MAX_BYTES = 60 * 1024; // of what is typed on one page; the desk reads little more
  const form = document.getElementById("form");
  const told = document.getElementById("check");
  let isUnsaved = false;

  const tell = (words) => {
    const note = document.createElement("p");
    note.className = "problems";
    note.setAttribute("role", "alert");
    note.textContent = words;
    told.querySelector(":scope > p.problems")?.remove();
    told.prepend(note);
  };
  const isTooLong = () => {
    const texts = [...new FormData(form).values()].map(String);
    return new TextEncoder().encode(texts.join("")).length > MAX_BYTES;
  };
  const unreachable = () => tell("Not saved: the desk does not answer. What you typed is still here; go on to try again.");

  // Questions that have come to apply, or do no more, by what the desk said last.
  const showWhatApplies = () => {
    const applying = document.getElementById("steps")?.dataset.applying.split(" ") ?? [];
    for (const question of form.querySelectorAll("fieldset.question")) {
      question.hidden = !applying.includes(question.id.slice(2)) && !question.contains(document.activeElement);
    }
  };
  // An address that names a place within what is folded opens it.
  const unfold = () => {
    const place = location.hash && document.getElementById(location.hash.slice(1));
    place?.closest?.("details")?.setAttribute("open", "");
    if (place?.closest?.("details")) place.scrollIntoView();
  };

  document.addEventListener("htmx:oobAfterSwap", showWhatApplies);
  addEventListener("hashchange", unfold);
  if (form) unfold();
  document.addEventListener("htmx:sendError", unreachable);
  document.addEventListener("htmx:responseError", unreachable);
  document.addEventListener("htmx:afterRequest", (event) => {
    isUnsaved &&= !event.detail.successful;
  });
  form?.addEventListener("input", () => {
    isUnsaved = true;
  });
  form?.addEventListener("submit", (event) => {
    if (isTooLong()) {
      event.preventDefault();
      tell("Not sent: this page holds more than 60 KiB of text. Shorten it, or answer one question at a time.");
      told.scrollIntoView();
    } else {
      isUnsaved = false;
    }
  });
  addEventListener("beforeunload", (event) => {
    if (isUnsaved) event.preventDefault(); // the browser asks whether to stay
  });
}
