// Fedify's outgoing requests go through the global fetch; here each is recorded.
import { signatureStyle } from "./wire.mjs";

// Fedify looks for a handle over https and nothing else. Without TLS on our side there is none on our peer's either.
function reachable(input, plain) {
  const url = new URL(input instanceof Request ? input.url : input);
  if (!plain || url.protocol !== "https:" || url.pathname !== "/.well-known/webfinger") return input;
  url.protocol = "http:";
  return url;
}

// Without making a Request of a Request, which would use up its body.
function outline(target, init) {
  const { method = "GET", headers } = target instanceof Request ? target : init ?? {};
  return { method, url: target.url ?? String(target), signature: signatureStyle(new Headers(headers)) };
}

/** Replaces the global fetch by one that adds every exchange to world.sent. */
export function watch(settings, world) {
  const fetch = globalThis.fetch;
  const plain = settings.origin.startsWith("http:");
  globalThis.fetch = async (input, init) => {
    const target = reachable(input, plain);
    const entry = { ...outline(target, init), status: null };
    world.sent.push(entry);
    try {
      const response = await fetch(target, init);
      entry.status = response.status;
      return response;
    } catch (error) {
      entry.error = String(error.cause ?? error);
      throw error;
    }
  };
}
