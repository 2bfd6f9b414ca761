import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Channel } from "../channels/channel.ts";
import type { Mute } from "../settings/route.ts";
import {
  fallbackChain,
  fallbackOf,
  mutedBy,
  type Routable,
  type RouteTo,
  routed,
} from "./routes.ts";

const channels = ["sns", "terminal", "team", "security", "pager"].map(
  (name): Channel => ({ name, send: async () => {} }),
);
const families: Readonly<Record<string, string>> = {
  "open-ingress": "security",
  "idle-instances": "cost",
  alarm: "signals",
};
const familyOf = (unit: string) => families[unit];
const message = (given: Partial<Routable> = {}): Routable => ({
  severity: "warning",
  unit: "open-ingress",
  account: "123456789012",
  region: "eu-central-1",
  kind: "run",
  ...given,
});
const through = (routes: readonly RouteTo[], given: Partial<Routable> = {}, there = channels) =>
  routed(message(given), routes, there, familyOf).map(({ name }) => name);

describe("a route wants what fits all that it names", () => {
  const to = (match: RouteTo["match"], rest: Partial<RouteTo> = {}): RouteTo[] => [
    { channel: "team", match, ...rest },
  ];
  const tagged = { tags: { team: ["payments", "orders"], env: ["prod"] } };
  test.each<[what: string, routes: RouteTo[], given: Partial<Routable>, wanted: boolean]>([
    ["everything", [{ channel: "team" }], {}, true],
    ["its severities", to({ severity: ["critical", "warning"] }), {}, true],
    ["no other severity", to({ severity: ["critical"] }), {}, false],
    ["at least its severity", to({}, { atLeast: "warning" }), {}, true],
    ["nothing less", to({}, { atLeast: "critical" }), {}, false],
    ["its family", to({ family: ["security"] }), {}, true],
    ["no other family", to({ family: ["cost"] }), {}, false],
    ["no family where a unit has none", to({ family: ["security"] }), { unit: "watchdog" }, false],
    ["its unit", to({ unit: ["open-ingress"] }), {}, true],
    ["its units by their beginning", to({ unit: ["open-*"] }), {}, true],
    ["no other unit", to({ unit: ["open"] }), {}, false],
    ["its account", to({ account: ["123456789012"] }), {}, true],
    ["no other account", to({ account: ["999999999999"] }), {}, false],
    ["its regions", to({ region: ["us-*", "eu-central-1"] }), {}, true],
    ["no other region", to({ region: ["us-*"] }), {}, false],
    ["its tag", to({ tags: { team: ["payments"] } }), tagged, true],
    ["its tag among several values", to({ tags: { team: ["ord*"] } }), tagged, true],
    ["no other value of the tag", to({ tags: { team: ["search"] } }), tagged, false],
    [
      "nothing where one of two tags is another",
      to({ tags: { team: ["payments"], env: ["dev"] } }),
      tagged,
      false,
    ],
    ["nothing where the tags are not known", to({ tags: { team: ["*"] } }), {}, false],
    [
      "nothing where one of several does not fit",
      to({ family: ["security"], region: ["us-*"] }),
      {},
      false,
    ],
  ])("%s", (_, routes, given, wanted) => {
    expect(through([...routes, { channel: "pager" }], given)).toEqual([
      "terminal",
      ...(wanted ? ["team"] : []),
      "pager",
    ]);
  });
});

describe("each message goes somewhere", () => {
  test.each<[what: string, routes: RouteTo[], expected: readonly string[]]>([
    [
      "through every channel that wants it",
      [{ channel: "team" }, { channel: "pager" }, { channel: "team", atLeast: "critical" }],
      ["terminal", "team", "pager"],
    ],
    [
      "to the topic where no route wants it",
      [{ channel: "team", atLeast: "critical" }],
      ["sns", "terminal"],
    ],
    ["to the topic where there are no routes", [], ["sns", "terminal"]],
    ["to the topic where the channel is not there", [{ channel: "gone" }], ["sns", "terminal"]],
    [
      "not to what is only there to stand in",
      [{ channel: "team", fallback: "pager" }],
      ["terminal", "team"],
    ],
    [
      "to the terminal as its route says, where it has one",
      [{ channel: "terminal", atLeast: "critical" }, { channel: "team" }],
      ["team"],
    ],
  ])("%s", (_, routes, expected) => expect(through(routes)).toEqual(expected));

  test("what was withheld goes where it would have gone, and nobody but tell can say so", () => {
    expect(through([{ channel: "team" }], { unit: "tell", to: ["pager"] })).toEqual([
      "terminal",
      "pager",
    ]);
    expect(through([{ channel: "team" }], { unit: "tell", to: ["gone"] })).toEqual([
      "sns",
      "terminal",
    ]);
    expect(through([{ channel: "team" }], { to: ["pager"] })).toEqual(["terminal", "team"]);
    expect(through([{ channel: "team" }], { unit: "tell", to: "pager" as never })).toEqual([
      "terminal",
      "team",
    ]);
  });
});

const seed = Number(process.env.FC_SEED ?? 20261121);
const names = fc.constantFrom("sns", "team", "security", "pager", "gone");
const severities = fc.constantFrom<Routable["severity"]>("info", "warning", "critical");
const some = (...of: string[]) =>
  fc.option(fc.array(fc.constantFrom(...of), { minLength: 1, maxLength: 2 }), { nil: undefined });
const anyRoute: fc.Arbitrary<RouteTo> = fc.record({
  channel: names,
  atLeast: fc.option(severities, { nil: undefined }),
  fallback: fc.option(names, { nil: undefined }),
  match: fc.record({
    family: some("security", "cost", "sec*"),
    region: some("eu-*", "us-east-1"),
    unit: some("open-*", "alarm"),
  }),
});

test(`whatever the routes are, a message goes to a channel that is there, and in the end to the topic (FC_SEED=${seed})`, () => {
  fc.assert(
    fc.property(
      fc.array(anyRoute, { maxLength: 6 }),
      severities,
      fc.constantFrom("open-ingress", "alarm", "watchdog"),
      fc.uniqueArray(names, { maxLength: 4 }),
      (routes, severity, unit, also) => {
        const there = channels.filter(
          ({ name }) => name === "sns" || new Set<string>(also).has(name),
        );
        const told = through(routes, { severity, unit }, there);
        expect(told.length).toBeGreaterThan(0);
        const known = fallbackChain(routes, message({ severity, unit }), told[0] ?? "", familyOf);
        expect(new Set(known).size).toBe(known.length);
        // Only a circle, which no parser lets through, does not end there.
        const next = fallbackOf(routes, familyOf)(message({ severity, unit }), known.at(-1) ?? "");
        expect(known.at(-1) === "sns" || known.includes(next ?? "")).toBe(true);
      },
    ),
    { seed, numRuns: 500 },
  );
});

describe("what stands in for a channel that cannot be reached", () => {
  const routes: RouteTo[] = [
    { channel: "pager", match: { family: ["security"] }, fallback: "security" },
    { channel: "pager", fallback: "team" },
    { channel: "security", fallback: "team" },
    { channel: "team" },
  ];
  test("is what the route says that sent it there, and what that one's own route says; the topic is the last", () => {
    expect(fallbackChain(routes, message(), "pager", familyOf)).toEqual([
      "pager",
      "security",
      "team",
      "sns",
    ]);
    expect(fallbackChain(routes, message({ unit: "idle-instances" }), "pager", familyOf)).toEqual([
      "pager",
      "team",
      "sns",
    ]);
    expect(fallbackChain(routes, message(), "unknown", familyOf)).toEqual(["unknown", "sns"]);
    expect(fallbackChain(routes, message(), "sns", familyOf)).toEqual(["sns"]);
  });
  test("is asked for one after the other", () => {
    const next = fallbackOf(routes, familyOf);
    expect([
      next(message(), "pager"),
      next(message(), "security"),
      next(message(), "team"),
      next(message(), "sns"),
    ]).toEqual(["security", "team", "sns", undefined]);
  });
  test("ends even where settings go in a circle, which no parser lets through", () => {
    expect(
      fallbackChain(
        [
          { channel: "team", fallback: "pager" },
          { channel: "pager", fallback: "team" },
        ],
        message(),
        "team",
      ),
    ).toEqual(["team", "pager"]);
  });
});

describe("a mute", () => {
  const now = new Date("2026-11-21T02:00:00Z");
  const mute = (given: Partial<Mute> = {}): Mute => ({
    match: { unit: ["open-ingress"] },
    until: "2026-11-21",
    owner: "ann",
    reason: "migration",
    ...given,
  });
  test.each<[what: string, mutes: Mute[], given: Partial<Routable>, muted: boolean]>([
    ["keeps what fits from being told", [mute()], {}, true],
    ["to the end of its last day", [mute({ until: "2026-11-20" })], {}, false],
    ["to the minute", [mute({ until: "2026-11-21T02:01Z" })], {}, true],
    ["not at the moment at which it ends", [mute({ until: "2026-11-21T02:00Z" })], {}, false],
    ["not with an end that nobody can read", [mute({ until: "soon" })], {}, false],
    ["nothing else", [mute({ match: { unit: ["alarm"] } })], {}, false],
    ["by family", [mute({ match: { family: ["security"] } })], {}, true],
    [
      "no digest, which counts what was muted",
      [mute({ match: { severity: ["warning"] } })],
      { kind: "digest" },
      false,
    ],
  ])("%s", (_, mutes, given, muted) =>
    expect(mutedBy(message(given), mutes, now, familyOf) !== undefined).toBe(muted),
  );

  test("is named by its owner and reason; of several the last to end", () => {
    const later = mute({ until: "2026-11-22", owner: "ben" });
    expect(
      [mutedBy(message(), [mute(), later], now), mutedBy(message(), [later, mute()], now)].map(
        (one) => one?.owner,
      ),
    ).toEqual(["ben", "ben"]);
  });
});
