// The tests' door: JSON in, JSON out, on loopback only.
//
//   GET  /control/ready | state | received?as=NAME | refused | wire | sent
//   POST /control/VERB  with a JSON body: see verbs.mjs, notes.mjs and probes.mjs
import { createServer } from "node:http";
import { NOTE_VERBS } from "./notes.mjs";
import { PROBES } from "./probes.mjs";
import { VERBS } from "./verbs.mjs";

const ALL = { ...VERBS, ...NOTE_VERBS, ...PROBES };

async function json(incoming) {
  const chunks = [];
  for await (const chunk of incoming) chunks.push(chunk);
  return JSON.parse(Buffer.concat(chunks).toString("utf8") || "{}");
}

const VIEWS = {
  ready: () => ({ ready: true }),
  state: (world) => world.state(),
  received: (world, query) => {
    const name = query.get("as");
    return world.received.filter(({ inbox, people }) => !name || inbox === name || people.includes(name));
  },
  refused: (world) => world.refused,
  wire: (world) => world.wire,
  sent: (world) => world.sent,
};

async function answer(stranger, incoming) {
  const url = new URL(incoming.url, "http://control");
  const name = url.pathname.replace(/^\/control\//, "");
  if (incoming.method === "GET" && Object.hasOwn(VIEWS, name)) {
    await stranger.settled();
    return VIEWS[name](stranger.world, url.searchParams);
  }
  if (incoming.method !== "POST" || !Object.hasOwn(ALL, name)) throw new Error(`there is no ${name} to do`);
  return ALL[name]({ ...stranger, context: stranger.context() }, await json(incoming));
}

/** An http.Server, not yet listening. A verb that fails answers 422 with {"error": why}. */
export function control(stranger) {
  return createServer((incoming, outgoing) => {
    const reply = (status, value) => {
      outgoing.writeHead(status, { "Content-Type": "application/json" });
      outgoing.end(JSON.stringify(value));
    };
    answer(stranger, incoming).then(
      (value) => reply(200, value),
      (error) => {
        console.error(error);
        reply(422, { error: String(error.message ?? error) });
      },
    );
  });
}
