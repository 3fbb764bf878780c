// The verbs of a note's life: post, edit, delete.
import { Delete, PUBLIC_COLLECTION, Tombstone, Update } from "@fedify/vocab";
import { Temporal } from "@js-temporal/polyfill";
import * as documents from "./documents.mjs";
import { recipient } from "./listeners.mjs";
import { find, findActor, followers, fresh, send } from "./sending.mjs";

async function addressees(stranger, as, mentions, inReplyTo) {
  const actors = await Promise.all(mentions.map((target) => findActor(stranger, as, target)));
  if (!inReplyTo) return actors;
  const parent = await find(stranger, as, inReplyTo);
  const author = await findActor(stranger, as, parent.attributionId.href);
  return actors.some((actor) => actor.id.href === author.id.href) ? actors : [...actors, author];
}

const mention = (actor) => ({ href: actor.id.href, name: `@${actor.preferredUsername}@${actor.id.host}` });

function own(world, as, id) {
  const note = [...world.notes.values()].find(({ uri }) => uri === id);
  if (note?.author !== as) throw new Error(`${as} wrote no ${id}`);
  return note;
}

// A note's Create, Update and Delete share an ordering key, so that they arrive in order.
function publish(stranger, note, activity) {
  const audience = note.visibility === "direct" ? [] : followers(stranger.world, note.author);
  return send(stranger, note.author, [...note.addressees, ...audience], activity, note.uri);
}

/** { as, content, to, mentions: [handle or URI], inReplyTo, summary, hashtags } */
async function post(stranger, body) {
  const { as, content, to = "public", mentions = [], inReplyTo, summary, hashtags = [] } = body;
  const { context, world } = stranger;
  const actors = await addressees(stranger, as, mentions, inReplyTo);
  const uri = fresh(context, "notes").href;
  const note = {
    uri, author: world.person(as).name, content, visibility: to, summary, hashtags, inReplyTo,
    mentions: actors.map(mention), addressees: actors.map(recipient), published: Temporal.Now.instant(),
    updated: null, deleted: null, likes: new Set(), shares: new Set(), replies: new Set(),
  };
  world.notes.set(uri.split("/").at(-1), note);
  const { id } = await publish(stranger, note, documents.create(context, note));
  return { id: uri, activity: id };
}

async function edit(stranger, { as, id, content }) {
  const note = own(stranger.world, as, id);
  note.content = content;
  note.updated = Temporal.Now.instant();
  return publish(stranger, note, new Update({
    id: fresh(stranger.context, "updates"), actor: stranger.context.getActorUri(as),
    object: documents.note(stranger.context, note), ...documents.audience(stranger.context, note),
  }));
}

async function remove(stranger, { as, id }) {
  const note = own(stranger.world, as, id);
  note.deleted = Temporal.Now.instant();
  return publish(stranger, note, new Delete({
    id: fresh(stranger.context, "deletes"), actor: stranger.context.getActorUri(as), to: PUBLIC_COLLECTION,
    object: new Tombstone({ id: new URL(note.uri) }),
  }));
}

export const NOTE_VERBS = { post, edit, delete: remove };
