// A Fedify server that does what tests/interop tells it to. Settings: see settings.mjs; the tests' side: control.mjs.
import { configure, getStreamSink } from "@logtape/logtape";
import { Writable } from "node:stream";
import { control } from "./control.mjs";
import { build } from "./federation.mjs";
import { listen } from "./listeners.mjs";
import { watch } from "./outgoing.mjs";
import { recorder } from "./record.mjs";
import { read } from "./settings.mjs";
import { serve } from "./wire.mjs";
import { INSTANCE, ownKeys, World } from "./world.mjs";

await configure({
  sinks: { stderr: getStreamSink(Writable.toWeb(process.stderr)) },
  loggers: [
    { category: "fedify", sinks: ["stderr"], lowestLevel: "debug" },
    { category: ["fedify", "utils", "kv-cache"], sinks: [], lowestLevel: "info" },
    { category: ["logtape", "meta"], sinks: ["stderr"], lowestLevel: "warning" },
  ],
});

const settings = read(process.env);
const world = new World();
for (const person of [{ name: INSTANCE }, ...settings.people]) world.addPerson(person, ownKeys);
watch(settings, world);

const federation = build(settings, world);
const context = () => federation.createContext(new URL(settings.origin), undefined);
listen(federation, world, recorder(world));

async function asInstance() {
  const documentLoader = await context().getDocumentLoader({ identifier: INSTANCE });
  return { documentLoader, contextLoader: context().contextLoader };
}

const { server, settled } = serve(federation, world, asInstance, settings);
const tests = control({ world, context, settled });
for (const [each, host, port] of [[server, settings.host, settings.port], [tests, "127.0.0.1", settings.controlPort]]) {
  await new Promise((resolve, reject) => each.once("error", reject).listen(port, host, resolve));
}
process.once("SIGTERM", () => process.exit(0));
