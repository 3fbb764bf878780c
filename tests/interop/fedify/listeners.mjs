// What the stranger does with the activities that reach it.
import {
  Accept, Activity, Announce, Block, Create, Delete, EmojiReact, Follow, isActor, Like, Reject, Undo, Update,
} from "@fedify/vocab";
import { INSTANCE } from "./world.mjs";

const uri = (url) => url?.href ?? null;
export const recipient = (actor) => ({ id: actor.id, inboxId: actor.inboxId, endpoints: actor.endpoints });

function ours(context, world, id) {
  const parsed = context.parseUri(id);
  return parsed?.type === "actor" ? world.people.get(parsed.identifier) : undefined;
}

function ourNote(world, id) {
  return [...world.notes.values()].find((note) => note.uri === uri(id));
}

export async function answer(context, name, Answer, follow, to) {
  await context.sendActivity({ identifier: name }, to, new Answer({
    id: new URL(`/answers/${crypto.randomUUID()}`, context.canonicalOrigin),
    actor: context.getActorUri(name),
    to: to.id,
    object: follow,
  }));
}

async function follow(context, world, activity) {
  const person = ours(context, world, activity.objectId);
  const actor = await activity.getActor(context);
  if (!person || !actor) return;
  if (person.blocked.has(uri(actor.id))) {
    await answer(context, person.name, Reject, activity, actor);
  } else if (person.locked) {
    person.requests.set(uri(actor.id), { follow: activity, recipient: recipient(actor) });
  } else {
    person.followers.set(uri(actor.id), recipient(actor));
    await answer(context, person.name, Accept, activity, actor);
  }
}

// The answered Follow is ours, so its id is enough; some servers send it without one.
function settle(world, activity, accepted) {
  for (const person of world.people.values()) {
    for (const [id, target] of person.asked) {
      const meant = activity.objectId ? id === uri(activity.objectId) : target === uri(activity.actorId);
      if (!meant || target !== uri(activity.actorId)) continue;
      if (accepted) person.following.add(target);
      else person.following.delete(target);
      if (!accepted) person.asked.delete(id);
    }
  }
}

async function undo(context, world, activity) {
  const undone = await activity.getObject({ ...context, suppressError: true });
  const actor = uri(activity.actorId);
  if (!undone || uri(undone.actorId) !== actor) return;
  const person = ours(context, world, undone.objectId);
  const note = ourNote(world, undone.objectId);
  if (undone instanceof Follow) {
    person?.followers.delete(actor);
    person?.requests.delete(actor);
  } else if (undone instanceof Block) person?.blockedBy.delete(actor);
  else if (undone instanceof Like || undone instanceof EmojiReact) note?.likes.delete(actor);
  else if (undone instanceof Announce) note?.shares.delete(actor);
}

function block(context, world, activity) {
  const person = ours(context, world, activity.objectId);
  if (!person) return;
  person.blockedBy.add(uri(activity.actorId));
  forget(person, uri(activity.actorId));
}

export function forget(person, actor) {
  person.followers.delete(actor);
  person.following.delete(actor);
  person.requests.delete(actor);
}

async function keep(context, world, activity) {
  const object = await activity.getObject({ ...context, suppressError: true });
  if (!object || isActor(object) || uri(object.attributionId) !== uri(activity.actorId)) return;
  world.remote.set(uri(object.id), {
    type: object.constructor.name,
    attributedTo: uri(object.attributionId),
    content: object.content?.toString() ?? null,
    summary: object.summary?.toString() ?? null,
    inReplyTo: uri(object.replyTargetId),
    to: object.toIds.map(uri),
    cc: object.ccIds.map(uri),
  });
  ourNote(world, object.replyTargetId)?.replies.add(uri(object.id));
}

function remove(world, activity) {
  const object = uri(activity.objectId);
  const actor = uri(activity.actorId);
  if (object === actor) for (const person of world.people.values()) forget(person, actor);
  if (world.remote.get(object)?.attributedTo !== actor) return;
  world.remote.delete(object);
  for (const note of world.notes.values()) note.replies.delete(object);
}

const EFFECTS = new Map([
  [Follow, follow],
  [Accept, (_context, world, activity) => settle(world, activity, true)],
  [Reject, (_context, world, activity) => settle(world, activity, false)],
  [Undo, undo],
  [Block, block],
  [Create, keep],
  [Update, keep],
  [Delete, (_context, world, activity) => remove(world, activity)],
  [Like, (_context, world, activity) => ourNote(world, activity.objectId)?.likes.add(uri(activity.actorId))],
  [EmojiReact, (_context, world, activity) => ourNote(world, activity.objectId)?.likes.add(uri(activity.actorId))],
  [Announce, (_context, world, activity) => ourNote(world, activity.objectId)?.shares.add(uri(activity.actorId))],
]);

/** Add, Remove, Move, Flag and all others have no effect here; they are recorded like the rest. */
export function listen(federation, world, record) {
  federation
    .setInboxListeners("/users/{identifier}/inbox", "/inbox")
    .setSharedKeyDispatcher(() => ({ identifier: INSTANCE }))
    .on(Activity, async (context, activity) => {
      await EFFECTS.get(activity.constructor)?.(context, world, activity);
      record(context, activity); // last: whoever sees it recorded sees its effect
    })
    .onUnverifiedActivity((_context, activity, reason) => {
      world.refused.push({ type: activity.constructor.name, id: uri(activity.id), reason: reason.type });
    });
}
