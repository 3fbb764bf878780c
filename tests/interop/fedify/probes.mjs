// Verbs that look at a peer, or send it what no well-behaved person would.
import { signRequest } from "@fedify/fedify";
import { Activity, Collection } from "@fedify/vocab";
import { recipient } from "./listeners.mjs";
import { find, findActor, fresh, send } from "./sending.mjs";

/** Any activity, signed and delivered as Fedify does it: { as, targets: [handle or URI], activity: JSON }. */
async function deliver(stranger, { as, targets, activity }) {
  const { context } = stranger;
  const recipients = await Promise.all(targets.map(async (each) => recipient(await findActor(stranger, as, each))));
  const document = {
    "@context": "https://www.w3.org/ns/activitystreams", id: fresh(context, "deeds").href,
    actor: context.getActorUri(as).href, ...activity,
  };
  return send(stranger, as, recipients, await Activity.fromJsonLd(document, context));
}

/** Any bytes at all, with a good HTTP signature around them: { as, url, spec, method, document | body, type }. */
async function raw({ context }, { as, url, spec, method = "POST", document, body, type = "application/activity+json" }) {
  const [rsa] = await context.getActorKeyPairs(as);
  const bytes = method === "POST" ? (body ?? JSON.stringify(document)) : undefined;
  const headers = method === "POST" ? { "Content-Type": type } : { Accept: type };
  const request = await signRequest(new Request(url, { method, headers, body: bytes }), rsa.privateKey, rsa.keyId, { spec });
  const response = await fetch(request);
  return { status: response.status, headers: Object.fromEntries(response.headers), body: await response.text() };
}

async function lookup(stranger, { as, target }) {
  const object = await find(stranger, as, target);
  return { type: object.constructor.name, document: await object.toJsonLd({ contextLoader: stranger.context.contextLoader }) };
}

async function traverse(stranger, { as, target }) {
  const collection = await find(stranger, as, target);
  if (!(collection instanceof Collection)) throw new Error(`${target} is no collection`);
  const documentLoader = await stranger.context.getDocumentLoader({ identifier: as });
  const items = [];
  for await (const item of stranger.context.traverseCollection(collection, { documentLoader })) items.push(item.id.href);
  return { type: collection.constructor.name, total: collection.totalItems, items };
}

export const PROBES = { deliver, raw, lookup, traverse };
