/** Asks for what test files share; the first who asks waits until it is there. */
import { inject } from "vitest";
import type { Startable } from "../../testing/serve-shared.ts";

async function ask(what: keyof Startable): Promise<string> {
  // A connection of its own: one that is kept may be closed just when it is used again.
  const answer = await fetch(`${inject("shared")}/${what}`, { headers: { connection: "close" } });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${what} could not be started: ${text}`);
  return text;
}

/** The endpoint of the embedded AWS that all test files share. */
export const sharedEndpoint = (): Promise<string> => ask("embedded");

/**
 * Makes `dist/` anew where it is older than its sources. For test files that read it, or that run a
 * command which does: in a `beforeAll`, for bundling takes longer than a test may.
 */
export const freshBundles = async (): Promise<void> => void (await ask("bundles"));
