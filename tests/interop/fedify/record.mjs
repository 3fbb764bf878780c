// One entry for each activity whose sender was proven.
import { INSTANCE } from "./world.mjs";

function strings(value, found = new Set()) {
  if (typeof value === "string") found.add(value);
  else if (value && typeof value === "object") for (const each of Object.values(value)) strings(each, found);
  return found;
}

// Whose business an activity is: those it names, those whose note it names, and followers of its actor.
function concerned(context, world, actor, named) {
  const notes = [...world.notes.values()].filter((note) => named.has(note.uri)).map((note) => note.author);
  return [...world.people.values()]
    .filter(({ name, following }) => name !== INSTANCE && (
      following.has(actor) || notes.includes(name) || named.has(context.getActorUri(name).href)))
    .map(({ name }) => name);
}

export function recorder(world) {
  return (context, activity) => {
    const id = activity.id?.href ?? null;
    const actor = activity.actorId?.href ?? null;
    // The request that brought it. The queue forgets which it was; the activity's id tells.
    const wire = world.wire.findLast((entry) => entry.method === "POST" && (entry.document?.id ?? null) === id);
    world.received.push({
      type: activity.constructor.name,
      id,
      actor,
      inbox: context.recipient ?? "shared",
      people: concerned(context, world, actor, strings(wire?.document)),
      wire,
    });
  };
}
