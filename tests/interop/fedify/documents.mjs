// The stranger's people and notes as ActivityStreams objects.
import {
  Application, Create, Endpoints, Hashtag, Mention, Note, Person, PUBLIC_COLLECTION, Tombstone,
} from "@fedify/vocab";
import { INSTANCE } from "./world.mjs";

async function common(context, identifier) {
  const pairs = await context.getActorKeyPairs(identifier);
  return {
    id: context.getActorUri(identifier),
    preferredUsername: identifier,
    inbox: context.getInboxUri(identifier),
    outbox: context.getOutboxUri(identifier),
    followers: context.getFollowersUri(identifier),
    following: context.getFollowingUri(identifier),
    endpoints: new Endpoints({ sharedInbox: context.getInboxUri() }),
    publicKey: pairs[0].cryptographicKey,
    assertionMethods: pairs.map((pair) => pair.multikey),
    url: new URL(`/@${identifier}`, context.canonicalOrigin),
  };
}

export async function instance(context) {
  return new Application({ ...(await common(context, INSTANCE)), name: "The Fedify stranger" });
}

export async function person(context, someone) {
  if (someone.gone) return new Tombstone({ id: context.getActorUri(someone.name) });
  return new Person({
    ...(await common(context, someone.name)),
    name: someone.display,
    summary: someone.summary,
    manuallyApprovesFollowers: someone.locked,
    aliases: someone.aliases.map((uri) => new URL(uri)),
    discoverable: true,
    indexable: true,
  });
}

const escape = (text) => text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");

function html(note) {
  const mentions = note.mentions.map(({ href, name }) =>
    `<span class="h-card"><a class="u-url mention" href="${escape(href)}">${escape(name)}</a></span> `);
  return `<p>${mentions.join("")}${escape(note.content)}</p>`;
}

/** The public, unlisted, followers and direct of Mastodon, as `to` and `cc`. */
export function audience(context, note) {
  const followers = context.getFollowersUri(note.author);
  const mentioned = note.mentions.map(({ href }) => new URL(href));
  switch (note.visibility) {
    case "public": return { tos: [PUBLIC_COLLECTION], ccs: [followers, ...mentioned] };
    case "unlisted": return { tos: [followers], ccs: [PUBLIC_COLLECTION, ...mentioned] };
    case "followers": return { tos: [followers], ccs: mentioned };
    case "direct": return { tos: mentioned, ccs: [] };
    default: throw new Error(`no visibility is called ${note.visibility}`);
  }
}

export function note(context, record) {
  const id = new URL(record.uri);
  if (record.deleted) return new Tombstone({ id, deleted: record.deleted });
  return new Note({
    id,
    attribution: context.getActorUri(record.author),
    ...audience(context, record),
    content: html(record),
    summary: record.summary,
    sensitive: record.summary == null ? null : true,
    replyTarget: record.inReplyTo && new URL(record.inReplyTo),
    tags: [
      ...record.mentions.map(({ href, name }) => new Mention({ href: new URL(href), name })),
      ...record.hashtags.map((tag) => new Hashtag({
        href: new URL(`/tags/${tag}`, context.canonicalOrigin), name: `#${tag}`,
      })),
    ],
    published: record.published,
    updated: record.updated,
    url: id,
  });
}

export function create(context, record) {
  return new Create({
    id: new URL(`${record.uri}/activity`),
    actor: context.getActorUri(record.author),
    object: note(context, record),
    ...audience(context, record),
    published: record.published,
  });
}
