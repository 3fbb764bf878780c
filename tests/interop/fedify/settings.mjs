// What the stranger is told by its environment; nothing else configures it.

const KNOCKS = ["rfc9421", "draft-cavage-http-signatures-12"];

function required(environment, name) {
  const value = environment[name];
  if (!value) throw new Error(`${name} is not set`);
  return value;
}

function person(text) {
  const [name, ...flags] = text.split(":");
  return { name, locked: flags.includes("locked") };
}

/**
 * FEDIFY_ORIGIN        where people see it, e.g. https://127.0.0.2:8443 (required)
 * FEDIFY_PORT          where it listens on FEDIFY_HOST (127.0.0.1) in plain HTTP (required)
 * FEDIFY_CONTROL_PORT  where the tests talk to it, on 127.0.0.1 (required)
 * FEDIFY_PEOPLE        "bo,eve:locked"
 * FEDIFY_FIRST_KNOCK   rfc9421 (default) or draft-cavage-http-signatures-12
 * FEDIFY_SECURE        "1" refuses unsigned GETs of everything but the instance actor
 * FEDIFY_ONLY_RFC9421  "1" answers 401 to whatever is signed in the older way, as a server that never learnt it
 */
export function read(environment) {
  const firstKnock = environment.FEDIFY_FIRST_KNOCK || KNOCKS[0];
  if (!KNOCKS.includes(firstKnock)) throw new Error(`FEDIFY_FIRST_KNOCK is not one of ${KNOCKS}`);
  return Object.freeze({
    origin: new URL(required(environment, "FEDIFY_ORIGIN")).origin,
    host: environment.FEDIFY_HOST || "127.0.0.1",
    port: Number(required(environment, "FEDIFY_PORT")),
    controlPort: Number(required(environment, "FEDIFY_CONTROL_PORT")),
    people: (environment.FEDIFY_PEOPLE || "").split(",").filter(Boolean).map(person),
    firstKnock,
    secure: environment.FEDIFY_SECURE === "1",
    onlyRfc9421: environment.FEDIFY_ONLY_RFC9421 === "1",
  });
}
