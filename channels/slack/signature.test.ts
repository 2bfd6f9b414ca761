/** `SEED=n` repeats a run; `FC_RUNS=1000000` is the long one. */
import { createHmac } from "node:crypto";
import { describe, expect, test } from "vitest";
import { after, before, minutes, seconds } from "../../sdk/time.ts";
import { sign, verifySignature } from "./signature.ts";

const seed = Number(process.env.SEED ?? 20_261_121);
const rounds = Number(process.env.FC_RUNS ?? 5000);

/** Mulberry32: the same numbers for the same seed. */
function numbers(start: number): () => number {
  let state = start;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

// From Slack's own documentation.
const secret = "8f742231b10e8888abcd99yyyzzz85a5";
const timestamp = "1531420618";
const text =
  "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c";
const signature = "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503";
const body = Buffer.from(text);
const now = new Date(Number(timestamp) * 1000);

test("the example of Slack's documentation is genuine", () => {
  expect(sign(secret, timestamp, body)).toBe(signature);
  expect(verifySignature({ timestamp, signature, body }, secret, now)).toBe("genuine");
});

test.each([
  ["at its moment", now, "genuine"],
  ["five minutes later", after(now, minutes(5)), "genuine"],
  ["a second later than that", after(now, seconds(301)), "stale"],
  ["five minutes before its time", before(now, minutes(5)), "genuine"],
  ["a second before that", before(now, seconds(301)), "stale"],
] as const)("a signature %s is %s", (_, at, verdict) =>
  expect(verifySignature({ timestamp, signature, body }, secret, at)).toBe(verdict),
);

describe("is not genuine", () => {
  test.each<[string, Partial<Parameters<typeof verifySignature>[0]>, string]>([
    ["without a signature", { signature: undefined }, "unsigned"],
    ["without a time stamp", { timestamp: undefined }, "unsigned"],
    ["with an empty signature", { signature: "" }, "unsigned"],
    ["of another version", { signature: signature.replace("v0", "v1") }, "malformed"],
    ["in capitals", { signature: signature.toUpperCase().replace("V0", "v0") }, "malformed"],
    ["with something behind it", { signature: `${signature} ` }, "malformed"],
    ["cut", { signature: signature.slice(0, -1) }, "malformed"],
    ["in a list", { signature: `${signature},${signature}` }, "malformed"],
    ["with a time stamp that is no number", { timestamp: `${timestamp}:` }, "malformed"],
    ["with a time stamp in another form", { timestamp: `0${timestamp}` }, "malformed"],
    ["with a time stamp of milliseconds", { timestamp: `${timestamp}000000` }, "malformed"],
    ["with another body", { body: Buffer.from(`${text}&`) }, "forged"],
    ["with an empty body", { body: new Uint8Array() }, "forged"],
  ])("%s", (_, given, verdict) =>
    expect(verifySignature({ timestamp, signature, body, ...given }, secret, now)).toBe(verdict),
  );

  test("with an empty secret, though it is signed with that", () => {
    expect(
      verifySignature(
        {
          timestamp,
          signature: `v0=${createHmac("sha256", "").update(`v0:${timestamp}:${text}`).digest("hex")}`,
          body,
        },
        "",
        now,
      ),
    ).toBe("forged");
  });

  test("random and mutated signatures, bodies, time stamps and secrets: none is taken", () => {
    const random = numbers(seed);
    const below = (most: number) => Math.floor(random() * most);
    const hex = (length: number) =>
      Array.from({ length }, () => "0123456789abcdef"[below(16)]).join("");
    const mutated = (given: string, alphabet: string) => {
      const at = below(given.length);
      const other = alphabet[below(alphabet.length)] ?? "0";
      return given[at] === other ? undefined : given.slice(0, at) + other + given.slice(at + 1);
    };
    const flipped = (bytes: Buffer) => {
      const copy = Buffer.from(bytes);
      const at = below(copy.length);
      copy[at] = (copy[at] ?? 0) ^ (1 << below(8));
      return copy;
    };
    type Given =
      | { signature?: string; body?: Buffer; timestamp?: string; secret?: string }
      | undefined;
    const ways: readonly (() => Given)[] = [
      () => ({ signature: `v0=${hex(64)}` }),
      () => {
        const other = mutated(signature.slice(3), "0123456789abcdef");
        return other === undefined ? undefined : { signature: `v0=${other}` };
      },
      () => {
        const other = mutated(signature, "v0=aA.:\n 123f");
        return other === undefined ? undefined : { signature: other };
      },
      () => ({ body: flipped(body) }),
      () => ({ body: body.subarray(0, below(body.length)) }),
      () => ({ body: Buffer.concat([body, Buffer.from([below(256)])]) }),
      () => ({ timestamp: String(Number(timestamp) + 1 + below(290)) }),
      () => ({ timestamp: String(Number(timestamp) - 1 - below(290)) }),
      // What stood in the body moves into the time stamp, and back.
      () => ({
        timestamp: timestamp.slice(0, -1 - below(5)),
        body: Buffer.concat([Buffer.from(timestamp.slice(-1)), body]),
      }),
      () => ({ secret: hex(32) }),
      () => {
        const other = mutated(secret, "0123456789abcdefyz");
        return other === undefined ? undefined : { secret: other };
      },
      () => ({ secret: secret.slice(0, below(secret.length)) }),
      // Signed all the same, with a secret that is guessed.
      () => ({ signature: sign(hex(32), timestamp, body) }),
      () => ({ signature: sign("", timestamp, body) }),
    ];
    const taken: Given[] = [];
    let tried = 0;
    while (tried < rounds) {
      const given = ways[tried % ways.length]?.();
      if (given === undefined) continue;
      tried += 1;
      const { secret: with_ = secret, ...rest } = given;
      if (verifySignature({ timestamp, signature, body, ...rest }, with_, now) === "genuine")
        taken.push(given);
    }
    console.info(`${tried} signatures, seed ${seed}: ${taken.length} taken`);
    expect(taken).toEqual([]);
  });
});
