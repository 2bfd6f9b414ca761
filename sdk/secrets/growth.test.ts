/**
 * The work of redaction grows with the text, whatever the text: twice of it is twice the work. What
 * is counted is what the scanner asks of the engine (matches, searches, copies); that each single
 * match is linear is judged by `test/linear.test.ts`.
 */
import { expect, test } from "vitest";
import { unlinked } from "../plain.ts";
import { redact, redactText } from "../redact.ts";

const { exec } = RegExp.prototype;
const { indexOf, slice } = String.prototype;

/** Characters that were matched, searched and copied, and how often it was asked for. */
function workOf(act: () => unknown): number {
  let work = 0;
  RegExp.prototype.exec = function (this: RegExp, text: string) {
    const found = exec.call(this, text);
    work += 1 + (found?.[0].length ?? 0);
    return found;
  };
  String.prototype.indexOf = function (this: string, wanted: string, from = 0) {
    const at = indexOf.call(this, wanted, from);
    work += 1 + (at < 0 ? Math.max(0, this.length - from) : at - from);
    return at;
  };
  String.prototype.slice = function (this: string, from?: number, to?: number) {
    const part = slice.call(this, from, to);
    work += 1 + part.length;
    return part;
  };
  try {
    act();
  } finally {
    RegExp.prototype.exec = exec;
    String.prototype.indexOf = indexOf;
    String.prototype.slice = slice;
  }
  return work;
}

const repeated = (unit: string, length: number) =>
  unit.repeat(Math.ceil(length / unit.length)).slice(0, length);

const units = [
  ...["-eyJ", "eyJ.", "password=", "token=$", "value=", "name=secret,", "://", "://a:b", "://@"],
  ...[
    '"',
    '\\"',
    "\\",
    'secret:"',
    "secret='",
    "secret=%22",
    "secret=&quot;",
    "token=[",
    "token={",
  ],
  ...["=", "-p ", "-u a:", "-u ", "mysql -p", "redis-cli -a ", "ldapsearch -w ", "x@tcp(", "a:"],
  ...["-----BEGIN", "-----BEGIN PRIVATE KEY", "-----END", "PuTTY-User-Key-File-", "A", "aA1", "A-"],
  ...["Bearer ", "basic a1", "cookie: ", "authorization: basic ", "<password>", "machine login "],
  ...["xoxb-1", "sk-", "ghp_", "AKIA", "s.", "Q~", ".atlasv1.", "Name=password,Value=", "kind: "],
  ...[
    "value=x name=password ",
    "password is ",
    "password: |\n",
    "pwd=a)",
    "password=,a",
    "a.",
    "。",
  ],
  ...['{"a":', '["', '"{\\"a\\":', "evil.com/", "/", "@", "${", "{{", "%3d", "]", " ", "\n", "é"],
];

test.each(units)("of %j over and over, redaction takes time by its length", (unit) => {
  const [once, twice, fourTimes] = [2_000, 4_000, 8_000].map((length) =>
    workOf(() => redactText(repeated(unit, length))),
  ) as [number, number, number];
  expect(twice / once).toBeLessThan(2.5);
  expect(fourTimes / twice).toBeLessThan(2.5);
});

test.each(units)("of %j over and over, links are broken in time by its length", (unit) => {
  const [once, twice, fourTimes] = [2_000, 4_000, 8_000].map((length) =>
    workOf(() => unlinked(repeated(unit, length))),
  ) as [number, number, number];
  expect(twice / once).toBeLessThan(2.5);
  expect(fourTimes / twice).toBeLessThan(2.5);
});

test("of what is kept of an event so much is searched, however long its names and texts are", () => {
  const event = (length: number) => ({
    ...Object.fromEntries(
      Array.from({ length: 12 }, (_, at) => [`${at}${repeated("-eyJ", length)}`, 1]),
    ),
    ...Object.fromEntries(
      Array.from({ length: 12 }, (_, at) => [`k${at}`, repeated("password=", length)]),
    ),
  });
  const kept = (length: number) => {
    const given = event(length);
    return workOf(() => redact(given, { text: 1_000, total: 8_000 }));
  };
  expect(kept(20_000) / kept(5_000)).toBeLessThan(1.1);
});
