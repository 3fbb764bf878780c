// What the verbs share: finding whom or what is meant, and sending an activity there.
import { isActor } from "@fedify/vocab";

export const fresh = (context, kind) => new URL(`/${kind}/${crypto.randomUUID()}`, context.canonicalOrigin);

/** A handle or URI as Fedify's lookupObject sees it, asked for with a signature of `as`. */
export async function find({ context }, as, target) {
  const documentLoader = await context.getDocumentLoader({ identifier: as });
  const object = await context.lookupObject(target, { documentLoader });
  if (!object) throw new Error(`Fedify finds no ${target}`);
  return object;
}

export async function findActor(stranger, as, target) {
  const actor = await find(stranger, as, target);
  if (!isActor(actor)) throw new Error(`${target} is no actor`);
  return actor;
}

export async function send({ context, world }, as, recipients, activity, orderingKey) {
  world.deeds.set(activity.id.href, { as, activity, recipients });
  await context.sendActivity({ identifier: as }, recipients, activity, { preferSharedInbox: true, orderingKey });
  return { id: activity.id.href };
}

export const followers = (world, as) => [...world.person(as).followers.values()];
