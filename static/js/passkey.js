// Passkeys: lets the device make or use a key, puts its answer into the form, and sends it.
const toBytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (sign) => sign.charCodeAt(0));
const toText = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

const make = async (options) => {
  options.challenge = toBytes(options.challenge);
  options.user.id = toBytes(options.user.id);
  for (const known of options.excludeCredentials ?? []) known.id = toBytes(known.id);
  const { id, type, rawId, response } = await navigator.credentials.create({ publicKey: options });
  const { clientDataJSON, attestationObject } = response;
  return { id, type, rawId: toText(rawId), response: { clientDataJSON: toText(clientDataJSON), attestationObject: toText(attestationObject) } };
};

const use = async (options) => {
  options.challenge = toBytes(options.challenge);
  const { id, type, rawId, response } = await navigator.credentials.get({ publicKey: options });
  const { clientDataJSON, authenticatorData, signature, userHandle } = response;
  return { id, type, rawId: toText(rawId), response: { clientDataJSON: toText(clientDataJSON), authenticatorData: toText(authenticatorData), signature: toText(signature), userHandle: userHandle && toText(userHandle) } };
};

for (const form of window.PublicKeyCredential ? document.querySelectorAll("form.passkey") : []) {
  const box = form.elements.credential;
  form.dataset.ready = "";
  form.addEventListener("submit", async (event) => {
    if (box.value) return;
    event.preventDefault();
    const { passkeyCreate, passkeyGet } = box.dataset;
    try {
      const answer = await (passkeyCreate ? make(JSON.parse(passkeyCreate)) : use(JSON.parse(passkeyGet)));
      box.value = JSON.stringify(answer);
      form.requestSubmit();
    } catch {
      form.querySelector(".passkey-failed").hidden = false;
    }
  });
}
