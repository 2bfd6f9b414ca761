/** Values go to and fro as by the SDK's codec, for every operation of every client that speaks JSON. */
import { JsonCodec2 } from "@smithy/core/protocols";
import * as sdk from "@smithy/core/serde";
import { describe, expect, test } from "vitest";
import {
  clientsThatSpeak,
  isOperation,
  numbers,
  protocolOf,
  type Schema,
  sample,
  sampleTimes,
} from "../../../testing/sdk-samples.ts";
import * as dates from "./dates.ts";
import { JsonShapeDeserializer2, JsonShapeSerializer2 } from "./json.ts";

const clients = clientsThatSpeak(/Json/);
/** Tokens are new each time. */
const uuid = /"[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[\da-f]{4}-[\da-f]{12}"/g;
function asText(written: unknown): string {
  const whole =
    typeof written === "string" ? written : Buffer.from(written as Uint8Array).toString();
  return whole.replace(uuid, '"a new token"');
}

// A text of JSON has functions of its own, made anew with each.
expect.addEqualityTesters([
  (one: unknown, other: unknown) =>
    one instanceof String && other instanceof String ? `${one}` === `${other}` : undefined,
]);

describe.each(clients)("%s", async (client) => {
  const module = (await import(client)) as Readonly<Record<string, unknown>>;
  const operations = Object.values(module).filter(isOperation);
  const settings = {
    timestampFormat: { useTrait: true, default: 7 as const },
    jsonName: /Rest/.test(protocolOf(client)),
  };
  const [theirs, ours] = [new JsonCodec2(settings), new JsonShapeSerializer2(settings)];

  test("what is written", () => {
    expect(operations.length).toBeGreaterThan(0);
    for (const [, , name, , input] of operations)
      for (const seed of [1, 2, 3]) {
        const value = sample(input, numbers(seed));
        const serializer = theirs.createSerializer();
        serializer.write(input, structuredClone(value));
        ours.write(input, value);
        expect([name, JSON.parse(asText(ours.flush()))]).toEqual([
          name,
          JSON.parse(asText(serializer.flush())),
        ]);
      }
  });

  test("what is read", async () => {
    for (const [, , name, , , output] of operations)
      for (const seed of [1, 2, 3]) {
        const serializer = theirs.createSerializer();
        serializer.write(output, sample(output, numbers(seed)));
        const json = { ...JSON.parse(asText(serializer.flush())), newer: { a: [null, 1] } };
        const text = JSON.stringify(json);
        const read = await new JsonShapeDeserializer2(settings).read(output, Buffer.from(text));
        expect([name, read]).toEqual([name, await theirs.createDeserializer().read(output, text)]);
      }
  });
});

describe("what is in no sample", () => {
  const union: Schema = [4, "n", "U", 0, ["a"], [0]] as never;
  const settings = { timestampFormat: { useTrait: true, default: 7 as const }, jsonName: false };
  const [theirs, ours] = [
    new JsonCodec2(settings).createDeserializer(),
    new JsonShapeDeserializer2(settings),
  ];
  test.each([
    ["a member that this SDK does not know", union, '{"b":{"c":1}}'],
    ["two of them", union, '{"b":1,"c":2}'],
    ["a type beside it", union, '{"__type":"t","b":1}'],
    ["nothing", union, ""],
    ["an error", 15, '{"__type":"a#B","message":"no","Reasons":[{"Code":"None"}]}'],
  ])("%s", async (_what, schema, text) => {
    expect(await ours.read(schema as Schema, text)).toEqual(
      await theirs.read(schema as Schema, text),
    );
  });

  test("an answer that is no JSON is the same failure", async () => {
    const failed = (read: Promise<unknown>) => read.catch((error: Error) => error.name);
    expect(await failed(ours.read(union, "<html>"))).toBe(
      await failed(theirs.read(union, "<html>")),
    );
  });

  test("numbers of any length are refused by name", () => {
    const big: Schema = [3, "n", "S", 0, ["n"], [17]] as never;
    expect(() => ours.readObject(big, { n: 1 })).toThrow(/left out of Nightshift's bundles/);
    expect(() => new JsonShapeSerializer2(settings).write(big, { n: 1n })).toThrow(/left out/);
  });
});

describe("times are read as by the SDK", () => {
  const outcome = (read: (value: string) => unknown, value: string): unknown => {
    try {
      return read(value);
    } catch {
      return "refused";
    }
  };
  test.each([
    ...["2026-11-21T02:00:00Z", "2026-11-21T02:00:00.5Z", "2026-11-21t02:00:00.123z"],
    ...["2026-11-21T02:00:00+05:30", "2026-11-21T02:00:00.25-08:00", "1969-01-01T00:00:00Z"],
    ...[
      "2026-11-21",
      "2026-11-21 02:00:00Z",
      "2026-13-01T00:00:00Z",
      "2026-11-21T25:00:00Z",
      "",
      "x",
    ],
  ])("RFC 3339: %s", (text) => {
    const read = outcome(dates.parseRfc3339DateTimeWithOffset, text);
    expect(read).toEqual(outcome(sdk.parseRfc3339DateTimeWithOffset, text));
    expect(read).toEqual(outcome(sdk._parseRfc3339DateTimeWithOffset, text));
  });
  test.each(["Sat, 21 Nov 2026 02:00:00 GMT", "Sat, 21 Nov 2026 02:00:00 CET", "x", ""])(
    "HTTP: %s",
    (text) => {
      const read = outcome(dates.parseRfc7231DateTime, text);
      expect(read).toEqual(outcome(sdk.parseRfc7231DateTime, text));
    },
  );
  test.each(["0", "1795226400", "1795226400.123", "-1.5", "NaN", "Infinity", "x", ""])(
    "epoch: %s",
    (text) => {
      expect(outcome(dates.parseEpochTimestamp, text)).toEqual(
        outcome(sdk.parseEpochTimestamp, text),
      );
      const number = Number(text);
      expect(outcome(() => dates.parseEpochTimestamp(number), "")).toEqual(
        outcome(() => sdk.parseEpochTimestamp(number), ""),
      );
    },
  );
  test("and written", () => {
    for (const time of sampleTimes) {
      const date = new Date(time);
      expect(dates.dateToUtcString(date)).toBe(sdk.dateToUtcString(date));
    }
  });
});
