/** How test files, which run in processes of their own, ask for what they share. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { TestProject } from "vitest/node";

declare module "vitest" {
  interface ProvidedContext {
    /** Where `serveShared` listens. */
    shared: string;
  }
}

/** What there is to ask for, with what it takes to start it. */
export interface Startable {
  /** @returns the endpoint of the embedded AWS */
  embedded(): Promise<string>;
  /** @returns the folder with bundles that are no older than their sources */
  bundles(): Promise<string>;
}

/**
 * Answers on a loopback port, which test files know as `inject("shared")`. What is asked for is
 * started at the first question.
 * @returns what stops it
 */
export async function serveShared(
  { provide }: Pick<TestProject, "provide">,
  shared: Startable,
): Promise<() => Promise<void>> {
  const started = new Map<keyof Startable, Promise<string>>();
  const once = (what: keyof Startable): Promise<string> => {
    const before = started.get(what);
    if (before) return before;
    const starting = shared[what]();
    started.set(what, starting);
    return starting;
  };
  const server = createServer(async ({ url = "" }, response) => {
    const what = url.slice(1);
    if (what !== "embedded" && what !== "bundles") return void response.writeHead(404).end();
    try {
      response.end(await once(what));
    } catch (error) {
      response.writeHead(500).end(error instanceof Error ? error.message : String(error));
    }
  });
  // While bundles are made nothing else is done here, for longer than a server waits for a request
  // by itself: whoever asked meanwhile must not be cut off.
  server.headersTimeout = 0;
  server.requestTimeout = 0;
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  provide("shared", `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  return async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
}
