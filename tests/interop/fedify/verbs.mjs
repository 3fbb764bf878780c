// What the tests may have the stranger's people do. Each verb takes JSON and returns JSON; `as` names who does it.
import {
  Accept, Announce, Block, Delete, Flag, Follow, Like, PUBLIC_COLLECTION, Reject, Undo, Update,
} from "@fedify/vocab";
import { Temporal } from "@js-temporal/polyfill";
import * as documents from "./documents.mjs";
import { answer, forget, recipient } from "./listeners.mjs";
import { find, findActor, followers, fresh, send } from "./sending.mjs";

async function follow(stranger, { as, target }) {
  const actor = await findActor(stranger, as, target);
  const id = fresh(stranger.context, "follows");
  const person = stranger.world.person(as);
  person.asked.set(id.href, actor.id.href);
  const activity = new Follow({ id, actor: stranger.context.getActorUri(as), object: actor.id, to: actor.id });
  return { ...(await send(stranger, as, [recipient(actor)], activity)), target: actor.id.href };
}

async function settle(stranger, { as, actor }, Answer) {
  const person = stranger.world.person(as);
  const request = person.requests.get(actor);
  if (!request) throw new Error(`${actor} has not asked ${as}`);
  person.requests.delete(actor);
  if (Answer === Accept) person.followers.set(actor, request.recipient);
  await answer(stranger.context, as, Answer, request.follow, request.recipient);
  return {};
}

async function block(stranger, { as, target }) {
  const actor = await findActor(stranger, as, target);
  const person = stranger.world.person(as);
  person.blocked.add(actor.id.href);
  forget(person, actor.id.href);
  const id = fresh(stranger.context, "blocks");
  const activity = new Block({ id, actor: stranger.context.getActorUri(as), object: actor.id, to: actor.id });
  return send(stranger, as, [recipient(actor)], activity);
}

async function flag(stranger, { as, target, objects = [], content = "" }) {
  const actor = await findActor(stranger, as, target);
  return send(stranger, as, [recipient(actor)], new Flag({
    id: fresh(stranger.context, "flags"), actor: stranger.context.getActorUri(as), content,
    objects: [actor.id, ...objects.map((uri) => new URL(uri))],
  }));
}

async function react(stranger, { as, object }, Deed, audience) {
  const { context, world } = stranger;
  const note = await find(stranger, as, object);
  const author = await findActor(stranger, as, note.attributionId.href);
  const shared = audience === "public";
  const activity = new Deed({
    id: fresh(context, "deeds"), actor: context.getActorUri(as), object: note.id,
    ...(shared
      ? { to: PUBLIC_COLLECTION, ccs: [context.getFollowersUri(as), author.id], published: Temporal.Now.instant() }
      : { to: author.id }),
  });
  return send(stranger, as, [recipient(author), ...(shared ? followers(world, as) : [])], activity);
}

async function undo(stranger, { as, id }) {
  const { context, world } = stranger;
  const deed = world.deeds.get(id);
  if (deed?.as !== as) throw new Error(`${as} did no ${id}`);
  if (deed.activity instanceof Follow) {
    world.person(as).following.delete(deed.activity.objectId.href);
    world.person(as).asked.delete(id);
  }
  if (deed.activity instanceof Block) world.person(as).blocked.delete(deed.activity.objectId.href);
  return send(stranger, as, deed.recipients, new Undo({
    id: fresh(context, "undos"), actor: context.getActorUri(as), object: deed.activity,
    tos: deed.activity.toIds, ccs: deed.activity.ccIds,
  }));
}

async function profile(stranger, { as, name, summary, aliases }) {
  const person = stranger.world.person(as);
  person.display = name ?? person.display;
  person.summary = summary ?? person.summary;
  person.aliases = aliases ?? person.aliases;
  return send(stranger, as, followers(stranger.world, as), new Update({
    id: fresh(stranger.context, "updates"), actor: stranger.context.getActorUri(as), to: PUBLIC_COLLECTION,
    object: await documents.person(stranger.context, person),
  }));
}

async function depart(stranger, { as, alsoTo = [] }) {
  const { context, world } = stranger;
  const told = await Promise.all(alsoTo.map(async (target) => recipient(await findActor(stranger, as, target))));
  const actor = context.getActorUri(as);
  const result = await send(stranger, as, [...told, ...followers(world, as)], new Delete({
    id: fresh(context, "deletes"), actor, object: actor, to: PUBLIC_COLLECTION,
  }));
  world.person(as).gone = true;
  return result;
}

export const VERBS = {
  follow, block, flag, undo, profile, depart,
  accept: (stranger, body) => settle(stranger, body, Accept),
  reject: (stranger, body) => settle(stranger, body, Reject),
  boost: (stranger, body) => react(stranger, body, Announce, "public"),
  like: (stranger, body) => react(stranger, body, Like, "author"),
  people: ({ world }, body) => ({ name: world.addPerson(body).name }),
  rotate: ({ world }, { as }) => (world.rotateKeys(as), {}),
};
