/** What people reported of reloads that ran before what they read was there: here they wait. */
import type { Command, ParameterMetadata } from "@aws-sdk/client-ssm";
import { describe, expect, test } from "vitest";
import { before, hours, minutes } from "../../../sdk/time.ts";
import { mirroredWords } from "../mirrored-parameter.ts";
import { counting, mirrorOf } from "./mirror.ts";

const now = new Date("2026-11-30T12:00:00Z");
const secret = "nightshift/certificates/shop";
const served = { secret, from: "parameter" as const, document: "read-certificate", endpoints: [] };
const put = (serial: string, more: Partial<ParameterMetadata> = {}): ParameterMetadata => ({
  ...{ Name: `/${secret}`, Version: 4, LastModifiedDate: before(now, minutes(10)) },
  Description: mirroredWords({ serial, chain: "within" }, 4),
  ...more,
});

interface Look {
  readonly serial?: string | null;
  readonly changed?: Date | undefined;
  readonly from?: "secret" | "parameter";
}
/** What is seen of these parameters an hour after the secret came to have B2. */
function seen(parameters: readonly ParameterMetadata[], look: Look = {}) {
  const { serial = "B2", from = "parameter" } = look;
  const changed = "changed" in look ? look.changed : before(now, hours(1));
  const read = async function* () {
    yield* parameters;
  };
  const current = { version: "v2", serial, changed };
  return mirrorOf(read as never, { ...served, from }, { current, now, mirrorHours: 3 });
}

describe("what people reported", () => {
  test("the reload follows the secret, and the copy is refreshed within the hour: here it waits", async () =>
    expect(await seen([put("A1")])).toMatchObject({ isSo: false, late: undefined }));
  test("the copy is there: it is what is read", async () =>
    expect(await seen([put("B2")])).toMatchObject({ isSo: true, late: undefined, version: 4 }));
  test("a copy that is never refreshed is waited for without a word: here it is told", async () => {
    const look = { changed: before(now, hours(4)) };
    expect((await seen([put("A1")], look))?.late).toMatch(
      /^nightshift\/certificates\/shop has the certificate B2, and \/nightshift.*still has A1: /,
    );
  });
  test("the time is over at the hour, and not after the next", async () => {
    expect((await seen([put("A1")], { changed: before(now, hours(3)) }))?.late).toBeDefined();
    const shortly = before(now, { seconds: 3 * 3600 - 1 });
    expect((await seen([put("A1")], { changed: shortly }))?.late).toBeUndefined();
  });
  test("nobody knows since when, and it is waited for ever: here it is told at once", async () =>
    expect((await seen([], { changed: undefined }))?.late).toContain("is not there"));
  test("a name that begins alike is answered first: it is not taken for it", async () => {
    const alike = put("B2", { Name: `/${secret}-2` });
    expect(await seen([alike])).toMatchObject({ isSo: false, version: 0 });
    expect(await seen([alike, put("A1")])).toMatchObject({ isSo: false, version: 4 });
  });
  test("a serial that begins alike is another certificate", async () =>
    expect(await seen([put("B22")])).toMatchObject({ isSo: false }));
  test("somebody overwrites the value, and the description stays: it is not what it says", async () => {
    const changed = before(now, hours(9));
    const byHand = await seen([put("B2", { Version: 5 })], { changed });
    expect(byHand).toMatchObject({ isSo: false });
    expect(byHand?.late).toContain("what nobody of ours put there");
  });
  test("another tool keeps the parameter: its words are not read as ours", async () =>
    expect(await seen([put("B2", { Description: "certificate B2" })])).toMatchObject({
      isSo: false,
    }));
  test("with its chain in parameters of its own it is the same certificate", async () => {
    const Description = mirroredWords({ serial: "B2", chain: "beside" }, 4);
    expect(await seen([put("B2", { Description })])).toMatchObject({ isSo: true });
  });
  test("a renewal is undone: it waits until the copy is back too", async () =>
    expect(await seen([put("B2")], { serial: "A1" })).toMatchObject({ isSo: false }));
  test("servers that read the secret itself wait for no copy", async () =>
    expect(await seen([put("A1")], { from: "secret" })).toBeUndefined());
});

describe("what was told before the copy was put", () => {
  const command = (RequestedDateTime: Date): Command => ({ CommandId: "c", RequestedDateTime });
  const [early, later] = [command(before(now, hours(1))), command(before(now, minutes(9)))];
  test("does not count", async () =>
    expect(counting([later, early], await seen([put("B2")]))).toEqual([later]));
  test("counts where servers read the secret itself", () =>
    expect(counting([later, early], undefined)).toEqual([later, early]));
});
