"use strict"; // Passkeys: a form with data-passkey asks the browser for one, and sends what it says.

(() => {
  const toBytes = text => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), c => c.charCodeAt(0));
  const toText = buffer => btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

  // What the server sends as text and the browser wants as bytes.
  const asked = options => {
    const wanted = structuredClone(options.publicKey);
    wanted.challenge = toBytes(wanted.challenge);
    if (wanted.user) wanted.user.id = toBytes(wanted.user.id);
    for (const list of [wanted.excludeCredentials, wanted.allowCredentials]) {
      for (const each of list || []) each.id = toBytes(each.id);
    }
    return wanted;
  };

  // And back.
  const told = credential => {
    const response = {};
    for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
      if (credential.response[name]) response[name] = toText(credential.response[name]);
    }
    if (credential.response.getTransports) response.transports = credential.response.getTransports();
    return {
      id: credential.id, rawId: toText(credential.rawId), type: credential.type, response,
      authenticatorAttachment: credential.authenticatorAttachment,
      clientExtensionResults: credential.getClientExtensionResults(),
    };
  };

  const optionsOf = async form => {
    if (!form.dataset.ask) return JSON.parse(form.dataset.options);
    const answer = await fetch(form.dataset.ask, {headers: {Accept: "application/json"}});
    if (!answer.ok) throw new Error(`status ${answer.status}`);
    return (await answer.json()).request_options;
  };

  const make = (form, wanted) => {
    const alone = form.elements.passwordless?.checked || false;
    const selection = wanted.authenticatorSelection ??= {};
    selection.residentKey = alone ? "required" : "discouraged";
    selection.requireResidentKey = alone;
    if (alone) selection.userVerification = "required";
    return navigator.credentials.create({publicKey: wanted});
  };

  const use = async form => {
    const wanted = asked(await optionsOf(form));
    const isNew = form.dataset.passkey === "create";
    const credential = await (isNew ? make(form, wanted) : navigator.credentials.get({publicKey: wanted}));
    form.elements.credential.value = JSON.stringify(told(credential));
    form.submit();
  };

  const WORDS = {
    NotAllowedError: "It was stopped, took too long, or no passkey fits. Try again.",
    InvalidStateError: "This key is yours already.",
    SecurityError: "The browser takes no passkey for this address.",
  };

  for (const form of document.querySelectorAll("form[data-passkey]")) {
    const note = form.querySelector("[data-passkey-note]"), fault = form.querySelector("[data-passkey-fault]");
    if (!window.PublicKeyCredential) {
      note.textContent = "This browser knows no passkeys, or none over a connection that is not encrypted.";
      continue;
    }
    if (/^[\d.]+$|:/.test(location.hostname)) {
      note.textContent = "A passkey belongs to a name, and this address is a number: open the site by its name.";
      continue;
    }
    note.hidden = true;
    for (const button of form.querySelectorAll("button")) button.hidden = false;
    form.addEventListener("submit", event => {
      event.preventDefault();
      fault.hidden = true;
      use(form).catch(error => {
        fault.textContent = WORDS[error.name] || "The passkey could not be used. Try again.";
        fault.hidden = false;
      });
    });
  }
})();
