// What an app on masto.js does on one server and sees on the other. Prints one line of JSON for each step that held.
import assert from "node:assert/strict";
import { createRestAPIClient, createStreamingAPIClient } from "masto";

const { HERE, THERE, ANA, ZOE, HANDLE_OF_ANA, HANDLE_OF_ZOE, PICTURE } = process.env;
const ana = createRestAPIClient({ url: HERE, accessToken: ANA });
const zoe = createRestAPIClient({ url: THERE, accessToken: ZOE });
const SECONDS = 40;

const say = (step, facts = {}) => console.log(JSON.stringify({ step, ...facts }));

async function eventually(look) {
  for (const end = Date.now() + SECONDS * 1000; ; await new Promise((done) => setTimeout(done, 200))) {
    const found = await look();
    if (found) return found;
    if (Date.now() > end) throw new Error(`it did not happen: ${look}`);
  }
}

async function meet(app, handle) {
  const { accounts } = await app.v2.search.list({ q: `@${handle}`, resolve: true, type: "accounts" });
  await app.v1.accounts.$select(accounts[0].id).follow();
  await eventually(async () => {
    const [relationship] = await app.v1.accounts.relationships.fetch({ id: [accounts[0].id] });
    return relationship.following;
  });
  return accounts[0];
}

const inHome = (app, words) =>
  eventually(async () => (await app.v1.timelines.home.list()).find((each) => !each.reblog && each.content.includes(words)));

async function stream() {
  const { configuration } = await ana.v2.instance.fetch();
  const streaming = createStreamingAPIClient({
    streamingApiUrl: configuration.urls.streaming, accessToken: ANA, implementation: globalThis.WebSocket,
  });
  const heard = [];
  const subscriptions = [streaming.user.subscribe(), streaming.hashtag.subscribe({ tag: "masto" })];
  for (const each of subscriptions) {
    (async () => { for await (const event of each) heard.push(event); })();
  }
  return { heard, close: () => { subscriptions.forEach((each) => each.unsubscribe()); streaming.close(); } };
}

const me = await ana.v1.accounts.verifyCredentials();
assert.equal(me.username, "ana");
say("signed in", { version: (await ana.v2.instance.fetch()).version });

const zoeHere = await meet(ana, HANDLE_OF_ZOE);
await meet(zoe, HANDLE_OF_ANA);
say("follow each other");

const media = await ana.v2.media.create({ file: new Blob([Buffer.from(PICTURE, "base64")], { type: "image/png" }), description: "a field" });
const posted = await ana.v1.statuses.create({ status: "From masto.js with a picture", mediaIds: [media.id], language: "en" });
assert.equal(posted.mediaAttachments[0].description, "a field");
const seen = await inHome(zoe, "From masto.js");
assert.equal(seen.mediaAttachments[0].type, "image");
say("a picture travels");

const asked = await ana.v1.statuses.create({ status: "Red or blue?", poll: { options: ["red", "blue"], expiresIn: 3600 } });
const ballot = await inHome(zoe, "Red or blue");
await zoe.v1.polls.$select(ballot.poll.id).votes.create({ choices: [0] });
await eventually(async () => (await ana.v1.polls.$select(asked.poll.id).fetch()).options[0].votesCount === 1);
say("a vote travels");

const { heard, close } = await stream();
await new Promise((done) => setTimeout(done, 1000));
const reply = await zoe.v1.statuses.create({ status: `@${HANDLE_OF_ANA} I hear you #masto`, inReplyToId: seen.id });
await eventually(() => heard.some(({ event, payload }) => event === "notification" && payload.type === "mention"));
await eventually(() => heard.some(({ event, stream: from }) => event === "update" && from[0] === "hashtag"));
await zoe.v1.statuses.$select(reply.id).remove();
await eventually(() => heard.some(({ event }) => event === "delete"));
close();
say("a stream tells of it", { events: heard.length });

const list = await ana.v1.lists.create({ title: "masto" });
await ana.v1.lists.$select(list.id).accounts.create({ accountIds: [zoeHere.id] });
const filter = await ana.v2.filters.create({
  title: "Not this", context: ["home"], filterAction: "hide", keywordsAttributes: [{ keyword: "forbidden", wholeWord: true }],
});
await zoe.v1.statuses.create({ status: "a forbidden word" });
const hidden = await inHome(ana, "forbidden");
assert.equal(hidden.filtered[0].filter.title, "Not this");
await eventually(async () => (await ana.v1.timelines.list.$select(list.id).list()).some((each) => each.content.includes("forbidden")));
await ana.v2.filters.$select(filter.id).remove();
await ana.v1.lists.$select(list.id).remove();
say("a list and a filter");

const grouped = await eventually(async () => {
  const found = await ana.v2.notifications.list();
  return found.notificationGroups.length > 0 && found;
});
assert.ok(grouped.accounts.length > 0);
await ana.v1.markers.create({ home: { lastReadId: seen.id } }).catch(() => ana.v1.markers.create({ home: { lastReadId: posted.id } }));
const edited = await ana.v1.statuses.$select(posted.id).update({ status: "From masto.js, edited" });
assert.ok(edited.editedAt);
await ana.v1.statuses.$select(posted.id).bookmark();
assert.equal((await ana.v1.bookmarks.list())[0].id, posted.id);
await eventually(async () => (await zoe.v1.statuses.$select(seen.id).fetch()).content.includes("edited"));
const report = await ana.v1.reports.create({ accountId: zoeHere.id, comment: "from masto.js" });
const { id } = await eventually(async () => (await ana.v1.admin.reports.list()).find((each) => each.comment === "from masto.js"));
assert.equal(id, report.id);
assert.ok((await ana.v1.admin.reports.$select(id).resolve()).actionTaken);
say("notices, edits, bookmarks, reports");
await ana.v1.statuses.$select(posted.id).remove();
await eventually(async () => (await zoe.v1.timelines.home.list()).every((each) => each.id !== seen.id));
say("the end");
