// Passkeys: the browser's part. Without this file, or without JavaScript, there is the password.
"use strict";
(() => {
  if (!window.PublicKeyCredential || !navigator.credentials) return;
  const toBytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
  const toText = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  const known = (list) => (list || []).map((one) => ({ ...one, id: toBytes(one.id) }));

  const options = async (form, where) => {
    const answer = await fetch(where, { method: "POST", body: new URLSearchParams({ form_token: form.elements.form_token.value }) });
    if (!answer.ok) throw new Error(String(answer.status));
    return answer.json();
  };
  const written = (credential) => {
    const { response } = credential;
    const parts = {};
    for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
      if (response[name]) parts[name] = toText(response[name]);
    }
    return JSON.stringify({ id: credential.id, rawId: toText(credential.rawId), type: credential.type, response: parts });
  };
  const wire = (form, where, ask) => {
    if (!form) return;
    form.hidden = false;
    form.addEventListener("submit", async (event) => {
      if (form.elements.credential.value) return;
      event.preventDefault();
      const complaint = form.querySelector(".complaint");
      try {
        const asked = await options(form, where);
        form.elements.credential.value = written(await ask(asked));
        form.submit();
      } catch {
        complaint.hidden = false;
      }
    });
  };

  wire(document.getElementById("passkey"), "/auth/passkey/options", (asked) =>
    navigator.credentials.get({
      publicKey: { ...asked, challenge: toBytes(asked.challenge), allowCredentials: known(asked.allowCredentials) },
    }));
  wire(document.getElementById("new-passkey"), "/settings/security/passkey/options", (asked) =>
    navigator.credentials.create({
      publicKey: {
        ...asked,
        challenge: toBytes(asked.challenge),
        user: { ...asked.user, id: toBytes(asked.user.id) },
        excludeCredentials: known(asked.excludeCredentials),
      },
    }));
})();
