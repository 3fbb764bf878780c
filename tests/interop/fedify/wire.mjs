// node:http in front of Federation.fetch, with a record of every request: how it was signed, and whether that holds.
import { createServer } from "node:http";
import { detachSignature, hasProofLike, verifyJsonLd, verifyObject, verifyRequest } from "@fedify/fedify";
import { Activity } from "@fedify/vocab";
import { INSTANCE } from "./world.mjs";

const BODY_LIMIT = 1024 * 1024;

/** "rfc9421", "cavage" or "none": RFC 9421 4.1 has Signature-Input, draft-cavage has only Signature. */
export function signatureStyle(headers) {
  if (headers.has("signature-input")) return "rfc9421";
  return headers.has("signature") ? "cavage" : "none";
}

async function body(incoming) {
  const chunks = [];
  let size = 0;
  for await (const chunk of incoming) {
    size += chunk.length;
    if (size > BODY_LIMIT) throw new Error("the body is too large");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

// The origin as the client wrote it, as a server behind a proxy must take it to check RFC 9421's @target-uri.
function publicRequest(incoming, bytes) {
  const scheme = incoming.headers["x-forwarded-proto"] ?? "http";
  const headers = new Headers();
  for (const [name, values] of Object.entries(incoming.headersDistinct)) {
    for (const value of values) headers.append(name, value);
  }
  return new Request(`${scheme}://${incoming.headers.host}${incoming.url}`, {
    method: incoming.method, headers, body: bytes.length ? bytes : undefined,
  });
}

function parsed(bytes) {
  try {
    return JSON.parse(bytes.toString("utf8"));
  } catch {
    return null;
  }
}

// Fedify is content with the first valid proof; the tests want to know about each of them.
async function judge(context, keyCache, request, entry) {
  const loaders = { documentLoader: context.documentLoader, contextLoader: context.contextLoader, keyCache };
  if (entry.signature !== "none") entry.verified = (await verifyRequest(request, loaders)) !== null;
  const { document } = entry;
  if (document?.signature) entry.ldSignature = await verifyJsonLd(document, loaders);
  if (document && hasProofLike(document)) {
    entry.proof = (await verifyObject(Activity, detachSignature(document), loaders)) !== null;
  }
}

function entryFor(request, bytes) {
  const document = request.method === "POST" ? parsed(bytes) : null;
  return {
    method: request.method,
    path: new URL(request.url).pathname,
    signature: signatureStyle(request.headers),
    verified: null, // the HTTP signature: true, false, or null where there is none
    ldSignature: null, // RsaSignature2017, likewise
    proof: null, // FEP-8b32, likewise
    status: null,
    headers: Object.fromEntries(request.headers),
    document,
  };
}

function page(request) {
  if (!request.headers.get("accept")?.includes("text/html")) return new Response("Not Acceptable", { status: 406 });
  return new Response("<!doctype html><title>The Fedify stranger</title>", { headers: { "Content-Type": "text/html" } });
}

/** An http.Server, not yet listening. `settled()` of the second result waits until every signature was judged. */
export function serve(federation, world, contextFor, { onlyRfc9421 }) {
  const pending = new Set();
  const keys = new Map();
  const keyCache = {
    get: async (id) => keys.get(id.href),
    set: async (id, key) => void (key ? keys.set(id.href, key) : keys.delete(id.href)),
  };
  const judged = (request, entry) => {
    // A peer that asks for the instance's key is about to check a signature: asking it for its own would never end.
    if (entry.path.startsWith(`/users/${INSTANCE}`)) return;
    const task = contextFor()
      .then((context) => judge(context, keyCache, request, entry))
      .catch((error) => { entry.error = String(error); })
      .finally(() => pending.delete(task));
    pending.add(task);
  };
  const answer = async (incoming, outgoing) => {
    const bytes = await body(incoming);
    const request = publicRequest(incoming, bytes);
    const entry = entryFor(request, bytes);
    world.wire.push(entry);
    judged(request.clone(), entry);
    const response = onlyRfc9421 && entry.signature === "cavage"
      ? new Response("This signature cannot be read here.", { status: 401 })
      : await federation.fetch(request, { contextData: undefined, onNotAcceptable: page });
    entry.status = response.status;
    outgoing.writeHead(response.status, Object.fromEntries(response.headers));
    outgoing.end(Buffer.from(await response.arrayBuffer()));
  };
  const server = createServer((incoming, outgoing) => {
    answer(incoming, outgoing).catch((error) => {
      console.error(error);
      if (!outgoing.headersSent) outgoing.writeHead(500);
      outgoing.end();
    });
  });
  return { server, settled: () => Promise.allSettled([...pending]) };
}
