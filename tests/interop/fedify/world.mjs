// Everything the stranger knows: its people, their notes, and all that it saw on the wire.
import { generateCryptoKeyPair } from "@fedify/fedify";

/** The actor that signs for the server itself; never refused, even in secure mode. */
export const INSTANCE = "instance";

export const ownKeys = () =>
  Promise.all([generateCryptoKeyPair("RSASSA-PKCS1-v1_5"), generateCryptoKeyPair("Ed25519")]);

// Fedify's RSA keys of 4096 bits take a second to make; Mastodon's size takes a tenth of that.
const RSA_2048 = {
  name: "RSASSA-PKCS1-v1_5", hash: "SHA-256", modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]),
};
const quickKeys = () =>
  Promise.all([crypto.subtle.generateKey(RSA_2048, true, ["sign", "verify"]), generateCryptoKeyPair("Ed25519")]);

export class World {
  people = new Map(); // name -> person
  notes = new Map(); // our note's UUID -> note
  deeds = new Map(); // our activity's URI -> { as, activity, recipients }, so that it can be undone
  remote = new Map(); // URI of a note from elsewhere -> what is known of it
  received = []; // activities whose sender was proven, in the order in which they were handled
  refused = []; // activities whose sender was not
  wire = []; // every request that came in
  sent = []; // every request that went out

  /** A newcomer's keys are made quickly; those who live here from the start have the keys that Fedify makes. */
  addPerson({ name, locked = false }, newKeys = quickKeys) {
    if (this.people.has(name)) throw new Error(`there is a ${name} already`);
    const person = {
      name,
      locked,
      display: name,
      summary: `${name}, who lives on Fedify`,
      aliases: [], // actor URIs that are the same person elsewhere
      gone: false,
      keys: newKeys(),
      followers: new Map(), // actor URI -> Recipient
      following: new Set(),
      asked: new Map(), // our Follow's URI -> actor URI
      requests: new Map(), // actor URI -> { follow, recipient }, for a locked person
      blocked: new Set(),
      blockedBy: new Set(),
    };
    this.people.set(name, person);
    return person;
  }

  person(name) {
    const person = this.people.get(name);
    if (!person) throw new Error(`there is no ${name} here`);
    return person;
  }

  rotateKeys(name) {
    this.person(name).keys = quickKeys();
  }

  /** What the tests may see of it, as JSON. */
  state() {
    return {
      people: Object.fromEntries([...this.people].filter(([name]) => name !== INSTANCE).map(([name, person]) => [name, {
        locked: person.locked,
        followers: [...person.followers.keys()],
        following: [...person.following],
        asked: [...person.asked.values()],
        requests: [...person.requests.keys()],
        blocked: [...person.blocked],
        blockedBy: [...person.blockedBy],
      }])),
      notes: Object.fromEntries([...this.notes.values()].map((note) => [note.uri, {
        author: note.author,
        content: note.content,
        visibility: note.visibility,
        deleted: note.deleted,
        likes: [...note.likes],
        shares: [...note.shares],
        replies: [...note.replies],
      }])),
      remote: Object.fromEntries(this.remote),
    };
  }
}
