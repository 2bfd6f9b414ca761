import { afterEach, expect, test } from "vitest";
import { type Startable, serveShared } from "./serve-shared.ts";

let stop = async () => {};
afterEach(() => stop());

/** @returns what answers as the shared server does */
async function serving(shared: Partial<Startable>) {
  let address = "";
  const provide = (_: string, url: string) => {
    address = url;
  };
  const unasked = () => Promise.reject(new Error("nobody asked for it"));
  stop = await serveShared({ provide }, { embedded: unasked, bundles: unasked, ...shared });
  return async (what: string) => {
    const answer = await fetch(`${address}/${what}`);
    return [answer.status, await answer.text()];
  };
}

test("what two test files ask for at once is started once, and nothing else is", async () => {
  let starts = 0;
  const get = await serving({
    embedded: async () => {
      starts += 1;
      return `the ${starts}.`;
    },
  });
  expect(await Promise.all([get("embedded"), get("embedded")])).toEqual([
    [200, "the 1."],
    [200, "the 1."],
  ]);
});

test("whoever asks is told why it could not be started", async () => {
  const get = await serving({ bundles: async () => Promise.reject(new Error("no such unit")) });
  expect(await get("bundles")).toEqual([500, "no such unit"]);
});

test("there is nothing else to ask for", async () => {
  const get = await serving({});
  expect(await get("constructor")).toEqual([404, ""]);
});
