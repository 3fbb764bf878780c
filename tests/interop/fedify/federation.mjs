// The Federation object: what the stranger serves, and to whom.
import {
  createExponentialBackoffPolicy, createFederation, InProcessMessageQueue, MemoryKvStore, ParallelMessageQueue,
} from "@fedify/fedify";
import { Note } from "@fedify/vocab";
import * as documents from "./documents.mjs";
import { INSTANCE } from "./world.mjs";

const queue = () => new ParallelMessageQueue(new InProcessMessageQueue(), 4);

// Quick enough for a test that restarts its server, long enough to outlast the restart.
const retry = createExponentialBackoffPolicy({ initialDelay: { milliseconds: 200 }, maxAttempts: 8 });

/** The URI of the actor who signed this GET, or null. Asks as the instance, for peers in secure mode. */
async function signer(context) {
  const documentLoader = await context.getDocumentLoader({ identifier: INSTANCE });
  return (await context.getSignedKeyOwner({ documentLoader }))?.id?.href ?? null;
}

async function mayRead(context, world, note) {
  if (note.visibility === "public" || note.visibility === "unlisted") return true;
  const reader = await signer(context);
  if (note.mentions.some(({ href }) => href === reader)) return true;
  return note.visibility === "followers" && world.person(note.author).followers.has(reader);
}

function actors(federation, settings, world) {
  federation
    .setActorDispatcher("/users/{identifier}", (context, name) => {
      if (name === INSTANCE) return documents.instance(context);
      const person = world.people.get(name);
      return person ? documents.person(context, person) : null;
    })
    .setKeyPairsDispatcher(async (_context, name) => (await world.people.get(name)?.keys) ?? [])
    .mapHandle((_context, username) => (world.people.has(username) ? username : null))
    .mapAlias((_context, resource) => {
      const name = resource.origin === settings.origin && /^\/@([^/]+)$/.exec(resource.pathname)?.[1];
      return world.people.has(name) ? { identifier: name } : null;
    })
    .authorize(async (context, name) => !settings.secure || name === INSTANCE || (await signer(context)) !== null);
}

function collections(federation, world) {
  const publicNotes = (name) => [...world.notes.values()].filter((note) =>
    note.author === name && !note.deleted && ["public", "unlisted"].includes(note.visibility));
  federation
    .setOutboxDispatcher("/users/{identifier}/outbox", (context, name) => ({
      items: publicNotes(name).reverse().map((note) => documents.create(context, note)),
    }))
    .setCounter((_context, name) => publicNotes(name).length);
  federation
    .setFollowersDispatcher("/users/{identifier}/followers", (_context, name) => ({
      items: [...(world.people.get(name)?.followers.values() ?? [])],
    }))
    .setCounter((_context, name) => world.people.get(name)?.followers.size ?? 0);
  federation
    .setFollowingDispatcher("/users/{identifier}/following", (_context, name) => ({
      items: [...(world.people.get(name)?.following ?? [])].map((uri) => new URL(uri)),
    }))
    .setCounter((_context, name) => world.people.get(name)?.following.size ?? 0);
}

function objects(federation, settings, world) {
  federation
    .setObjectDispatcher(Note, "/notes/{id}", async (context, { id }) => {
      const note = world.notes.get(id);
      return note && (await mayRead(context, world, note)) ? documents.note(context, note) : null;
    })
    .authorize(async (context) => !settings.secure || (await signer(context)) !== null);
  federation.setNodeInfoDispatcher("/nodeinfo/2.1", () => ({
    software: { name: "fedify-stranger", version: "2.3.6" },
    protocols: ["activitypub"],
    usage: { users: { total: world.people.size - 1 }, localPosts: world.notes.size, localComments: 0 },
  }));
}

/** A Federation without inbox listeners yet: see listeners.mjs. */
export function build(settings, world) {
  const federation = createFederation({
    kv: new MemoryKvStore(),
    queue: { inbox: queue(), outbox: queue(), fanout: queue() },
    origin: settings.origin,
    allowPrivateAddress: true, // loopback is the only network the tests have
    skipSignatureVerification: false,
    firstKnock: settings.firstKnock,
    outboxRetryPolicy: retry,
    inboxRetryPolicy: retry,
    circuitBreaker: false, // one test's dead server must not hold back the next test's posts
  });
  actors(federation, settings, world);
  collections(federation, world);
  objects(federation, settings, world);
  return federation;
}
