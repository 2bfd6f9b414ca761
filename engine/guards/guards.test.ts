import { beforeEach, describe, expect, test } from "vitest";
import { features } from "../../features.ts";
import type { Changers } from "../../ledger/changers.ts";
import type { LedgerExemption } from "../../ledger/exemptions.ts";
import type { Hold } from "../../ledger/holds.ts";
import type { Start } from "../../ledger/start.ts";
import type { LastChange } from "../../ledger/story.ts";
import { digest } from "../../sdk/codec.ts";
import { before, days, hours, minutes, after as past } from "../../sdk/time.ts";
import { type Freeze, moments } from "../../settings/freeze.ts";
import { ourRoles } from "../../settings/our-roles.ts";
import { parseSettings } from "../../settings/parse.ts";
import { settingsOf, type UnitSettings } from "../../settings/settings.ts";
import { deployedIn } from "../../testing/deployed.ts";
import { byTag, type TagContext } from "./exempt-tag.ts";
import { askedOnce, type Candidate, type GuardContext } from "./guard.ts";
import { stopped } from "./kill-switch.ts";
import { guards, heldBy, lastGuards } from "./order.ts";

const now = new Date("2026-11-21T02:00:00Z");
const account = "123456789012";
const home = "eu-west-1";
const all = ["idle-instances", "open-ingress", "log-retention"];
const settings = (given: Partial<UnitSettings> = {}): UnitSettings => ({
  ...settingsOf(
    parseSettings({ home }, { features, units: all }),
    { id: "idle-instances", family: "cost" },
    all,
  ),
  ...given,
});
const sweep: Start = { kind: "sweep", key: "slot", region: home, at: now };
const event = (actor: string | null): Start => ({
  kind: "event",
  key: "e1",
  region: home,
  at: now,
  only: ["i-1"],
  actor,
});

const state = digest("running");
const candidate = (
  given: Partial<Candidate> & { tag?: string; withinTag?: string } = {},
): Candidate => ({
  target: "i-1",
  within: null,
  managed: null,
  state,
  tags: async () => (given.tag === undefined ? {} : { "nightshift:exempt": given.tag }),
  withinTags: async () =>
    given.withinTag === undefined ? undefined : { "nightshift:exempt": given.withinTag },
  ...given,
});

let notes: string[];
beforeEach(() => {
  notes = [];
});
const context = (given: Partial<GuardContext> = {}): GuardContext => ({
  place: { unit: "idle-instances", account, region: home },
  settings: settings(),
  start: sweep,
  now,
  ours: ourRoles(deployedIn(home), account, all),
  killSwitch: async () => "run",
  holds: async () => [],
  flows: async () => [],
  exemptions: async () => [],
  lastChange: async () => undefined,
  changers: async () => undefined,
  note: (text) => notes.push(text),
  ...given,
});
const changed = (at: Date): LastChange => ({ run: "r", action: "a-1", at });
const hold = (given: Partial<Hold> = {}): Hold => ({
  unit: "idle-instances",
  account,
  region: home,
  target: "i-1",
  within: null,
  state,
  until: past(now, days(1)),
  by: "ann",
  action: "a-1",
  ...given,
});
const written = (given: Partial<LedgerExemption> = {}): LedgerExemption => ({
  account,
  region: home,
  target: "i-1",
  until: "2026-12-01",
  owner: "ann",
  reason: "audit",
  from: null,
  by: "arn:aws:iam::123456789012:user/ann",
  at: now,
  ...given,
});
const freezing = (given: Partial<Freeze> = {}): Partial<GuardContext> => {
  const freeze = {
    from: "2026-11-20T20:00",
    until: "2026-11-21T03:00",
    timeZone: "UTC",
    owner: "ann",
    reason: "release",
    ...given,
  };
  return { settings: settings({ freezes: [{ ...freeze, ...moments(freeze), ...given }] }) };
};
const unreadable = () => Promise.reject(new Error("AWS is down"));

test("what nothing holds goes ahead", async () =>
  expect(await heldBy(candidate(), context())).toBeNull());

describe("each guard holds", () => {
  test.each<
    [by: string, what: string, Partial<Parameters<typeof candidate>[0]>, Partial<GuardContext>]
  >([
    ["kill-switch", "everything", {}, { killSwitch: async () => "stop" }],
    ["freeze", "everything", {}, freezing()],
    ["freeze", "from its first moment on", {}, freezing({ from: "2026-11-21T02:00" })],
    [
      "freeze",
      "what is looked after in this region by this unit",
      {},
      freezing({ units: ["log-retention", "idle-instances"], regions: [home] }),
    ],
    [
      "freeze",
      "what a person approved",
      {},
      { ...freezing(), start: { ...sweep, kind: "decision" } },
    ],
    [
      "freeze",
      "what a person wants done again",
      {},
      { ...freezing(), start: { ...sweep, kind: "redo" } },
    ],
    [
      "own-echo",
      "what our own role did",
      {},
      { start: event(`arn:aws:iam::${account}:role/nightshift-open-ingress`) },
    ],
    [
      "own-echo",
      "what our undo did",
      {},
      { start: event(`arn:aws:iam::${account}:role/nightshift-undo-open-ingress`) },
    ],
    [
      "own-echo",
      "what we changed a moment ago, where the event has no actor",
      {},
      { start: event(null), lastChange: async () => changed(before(now, minutes(14))) },
    ],
    ["exemption", "what a tag exempts", { tag: "" }, {}],
    [
      "exemption",
      "what a tag exempts that names it, where only that counts",
      { tag: "from=log-retention,idle-instances" },
      { settings: settings({ exemptByName: true }) },
    ],
    [
      "exemption",
      "what the settings exempt by its name, where only that counts",
      {},
      {
        settings: settings({
          exemptByName: true,
          exempt: [{ target: "i-1", owner: "ann", reason: "audit", from: ["idle-instances"] }],
        }),
      },
    ],
    [
      "exemption",
      "what lies within what a tag exempts",
      { within: "g-1", withinTag: "reason=mine" },
      {},
    ],
    [
      "exemption",
      "what the settings exempt",
      {},
      { settings: settings({ exempt: [{ target: "i-1", owner: "ann", reason: "audit" }] }) },
    ],
    [
      "exemption",
      "what lies within what the settings exempt",
      { within: "g-1" },
      { settings: settings({ exempt: [{ target: "g-1", owner: "ann", reason: "audit" }] }) },
    ],
    ["exemption", "what the ledger exempts", {}, { exemptions: async () => [written()] }],
    [
      "exemption",
      "what another has exempted than whoever caused the run, where two persons are wanted",
      {},
      {
        settings: settings({ twoPersonRule: { exempt: true } }),
        involved: ["arn:aws:iam::123456789012:user/bob"],
        exemptions: async () => [written()],
      },
    ],
    [
      "exemption",
      "what whoever caused the run has exempted, where two persons are wanted for approvals alone",
      {},
      {
        settings: settings({ twoPersonRule: true }),
        involved: ["arn:aws:iam::123456789012:user/ann"],
        exemptions: async () => [written()],
      },
    ],
    [
      "exemption",
      "what lies within what the ledger exempts",
      { within: "g-1" },
      { exemptions: async () => [written({ target: "g-1" })] },
    ],
    [
      "exemption",
      "what the ledger exempted, although that is over",
      {},
      { exemptions: async () => [written({ until: "2026-11-20" })] },
    ],
    [
      "exemption",
      "what the ledger exempts for a time that nobody can read",
      {},
      { exemptions: async () => [written({ until: "soon" })] },
    ],
    [
      "exemption",
      "what the ledger exempts, from security automations too",
      {},
      {
        settings: settings({ id: "open-ingress", family: "security", protects: true }),
        exemptions: async () => [written({ until: "2099-01-01" })],
      },
    ],
    [
      "exemption",
      "what the ledger exempts from an id that it had before",
      {},
      {
        settings: settings({ formerly: ["old-name"] }),
        exemptions: async () => [written({ from: ["old-name"] })],
      },
    ],
    [
      "exemption",
      "what a tag exempts from an id that it had before",
      { tag: "from=old-name" },
      { settings: settings({ formerly: ["old-name"] }) },
    ],
    [
      "loop",
      "what another changed after this one did",
      {},
      {
        lastChange: async (_, unit) =>
          changed(before(now, unit === "open-ingress" ? hours(2) : hours(3))),
      },
    ],
    ["managed", "what others manage", { managed: "the Auto Scaling group web" }, {}],
    ["hold", "what was undone", {}, { holds: async () => [hold()] }],
    [
      "hold",
      "what came back under another id in the same container",
      { target: "sgr-2", within: "sg-1" },
      { holds: async () => [hold({ target: "sgr-1", within: "sg-1" })] },
    ],
    [
      "back-off",
      "what failed again and again",
      {},
      { setback: async () => ({ times: 2, at: now, until: past(now, days(1)), action: "a" }) },
    ],
    [
      "back-off",
      "what failed, and must be done in more than four times as long",
      { due: past(now, hours(20)) },
      {
        setback: async () => ({
          ...{ times: 3, at: before(now, hours(6)), until: past(now, days(1)), action: "a" },
        }),
      },
    ],
    [
      "cool-down",
      "what was just changed",
      {},
      { lastChange: async () => changed(before(now, minutes(29))) },
    ],
    [
      "cool-down",
      "what ends another action than the last",
      { ends: "a-0" },
      { lastChange: async (_, unit) => (unit ? undefined : changed(before(now, minutes(29)))) },
    ],
    [
      "cool-down",
      "what we changed a quarter of an hour before an event without an actor: that is no echo any more",
      {},
      {
        start: event(null),
        lastChange: async (_, unit) => (unit ? undefined : changed(before(now, minutes(15)))),
      },
    ],
    [
      "loop",
      "what another changed a whole day after this one did",
      {},
      {
        lastChange: async (_, unit) =>
          changed(before(now, unit === "open-ingress" ? hours(2) : hours(26))),
      },
    ],
  ])("%s: %s", async (by, _, given, around) =>
    expect((await heldBy(candidate(given), context(around)))?.by).toBe(by),
  );
});

describe("and does not hold", () => {
  test.each<[what: string, Partial<Parameters<typeof candidate>[0]>, Partial<GuardContext>]>([
    [
      "when the switch stops other units",
      {},
      { killSwitch: async () => "stop open-ingress log-retention" },
    ],
    ["before a freeze begins", {}, freezing({ from: "2026-11-21T02:01" })],
    ["at the moment at which a freeze is over", {}, freezing({ until: "2026-11-21T02:00" })],
    ["in a freeze of other units", {}, freezing({ units: ["open-ingress"] })],
    ["in a freeze of other regions", {}, freezing({ regions: ["us-east-1"] })],
    ["what a person did", {}, { start: event(`arn:aws:iam::${account}:role/developer`) }],
    [
      "whoever names their session like us",
      {},
      { start: event(`arn:aws:sts::${account}:assumed-role/developer/nightshift-open-ingress`) },
    ],
    [
      "a role of another account",
      {},
      { start: event("arn:aws:iam::999999999999:role/nightshift-open-ingress") },
    ],
    [
      "a role whose name begins with ours",
      {},
      { start: event(`arn:aws:iam::${account}:role/nightshift-open-ingress-x`) },
    ],
    [
      "a role of ours under a path",
      {},
      { start: event(`arn:aws:iam::${account}:role/x/nightshift-open-ingress`) },
    ],
    [
      "an event without an actor, long after our change",
      {},
      { start: event(null), lastChange: async () => changed(before(now, minutes(31))) },
    ],
    ["a tag that exempts from others", { tag: "from=open-ingress,log-retention" }, {}],
    [
      "settings that exempt from others",
      {},
      {
        settings: settings({
          exempt: [{ target: "i-1", owner: "ann", reason: "x", from: ["open-ingress"] }],
        }),
      },
    ],
    [
      "settings that exempt something else",
      {},
      { settings: settings({ exempt: [{ target: "i-12", owner: "ann", reason: "x" }] }) },
    ],
    [
      "a ledger that exempts from others",
      {},
      { exemptions: async () => [written({ from: ["open-ingress"] })] },
    ],
    [
      "a ledger that exempts something else",
      {},
      { exemptions: async () => [written({ target: "i-12" })] },
    ],
    [
      "a ledger in which whoever caused the run has exempted it, where two persons are wanted",
      {},
      {
        settings: settings({ twoPersonRule: { exempt: true } }),
        involved: ["arn:aws:iam::123456789012:user/ann"],
        exemptions: async () => [written()],
      },
    ],
    [
      "what another changed before this one did",
      {},
      { lastChange: async (_, unit) => changed(before(now, unit ? hours(3) : hours(2))) },
    ],
    [
      "what another changed, and not this one",
      {},
      { lastChange: async (_, unit) => (unit ? changed(before(now, hours(3))) : undefined) },
    ],
    [
      "what another changed more than a day later",
      {},
      { lastChange: async (_, unit) => changed(before(now, unit ? hours(2) : hours(27))) },
    ],
    [
      "what another changed after this one did, where a person decided on it",
      {},
      {
        start: { ...sweep, kind: "decision" },
        lastChange: async (_, unit) => changed(before(now, unit ? hours(2) : hours(3))),
      },
    ],
    [
      "what another changed after this one did, where a person wants it done again",
      {},
      {
        start: { ...sweep, kind: "redo" },
        lastChange: async (_, unit) => changed(before(now, unit ? hours(2) : hours(3))),
      },
    ],
    ["a hold that is over", {}, { holds: async () => [hold({ until: before(now, minutes(1)) })] }],
    ["a hold at the moment at which it is over", {}, { holds: async () => [hold({ until: now })] }],
    ["a hold on something else", {}, { holds: async () => [hold({ target: "i-2" })] }],
    [
      "a neighbour in another state",
      { target: "sgr-2", within: "sg-1" },
      { holds: async () => [hold({ target: "sgr-1", within: "sg-1", state: digest("other") })] },
    ],
    [
      "what is in the same state in another container",
      { target: "sgr-2", within: "sg-2" },
      { holds: async () => [hold({ target: "sgr-1", within: "sg-1" })] },
    ],
    [
      "a twin that lies nowhere",
      { target: "i-2" },
      { holds: async () => [hold({ within: null })] },
    ],
    ["what has cooled down", {}, { lastChange: async () => changed(before(now, minutes(31))) }],
    [
      "what has cooled down at this moment",
      {},
      { lastChange: async () => changed(before(now, minutes(30))) },
    ],
    ...(["manual", "decision", "redo"] as const).map(
      (kind): [string, Partial<Candidate>, Partial<GuardContext>] => [
        `what failed again and again, where a person started it (${kind})`,
        {},
        {
          start: { ...sweep, kind },
          setback: async () => ({ times: 9, at: now, until: past(now, days(1)), action: "a" }),
        },
      ],
    ),
    [
      "what failed, sooner where it must be done soon",
      { due: past(now, hours(18)) },
      {
        setback: async () => ({
          ...{ times: 3, at: before(now, hours(6)), until: past(now, days(1)), action: "a" },
        }),
      },
    ],
    [
      "what failed, and should have been done already",
      { due: before(now, hours(1)) },
      { setback: async () => ({ times: 3, at: now, until: past(now, days(2)), action: "a" }) },
    ],
    [
      "what failed, from the time on that it may be tried again",
      {},
      { setback: async () => ({ times: 2, at: before(now, days(1)), until: now, action: "a" }) },
    ],
    [
      "what a person wants done again, for the cool-down",
      {},
      {
        start: { ...sweep, kind: "redo" },
        lastChange: async (_, unit) => (unit ? undefined : changed(before(now, minutes(1)))),
      },
    ],
    [
      "what ends the last action, for its cool-down",
      { ends: "a-1" },
      { lastChange: async (_, unit) => (unit ? undefined : changed(before(now, minutes(1)))) },
    ],
    [
      "a plan that a person approved, for the cool-down",
      {},
      {
        start: { ...sweep, kind: "decision" },
        lastChange: async () => changed(before(now, minutes(1))),
      },
    ],
  ])("%s", async (_, given, around) =>
    expect(await heldBy(candidate(given), context(around))).toBeNull(),
  );
});

describe("a guard that cannot be evaluated holds", () => {
  test.each<[by: string, Partial<Candidate>, Partial<GuardContext>]>([
    ["kill-switch", {}, { killSwitch: unreadable }],
    ["own-echo", {}, { start: event(null), lastChange: unreadable }],
    ["exemption", { tags: unreadable }, {}],
    ["exemption", { withinTags: unreadable }, {}],
    ["exemption", {}, { exemptions: unreadable }],
    ["hold", {}, { holds: unreadable }],
    [
      "loop",
      {},
      {
        lastChange: (_, unit) =>
          unit ? unreadable() : Promise.resolve(changed(before(now, hours(3)))),
      },
    ],
    ["back-off", {}, { setback: unreadable }],
    ["cool-down", {}, { lastChange: unreadable }],
  ])("%s", async (by, given, around) => {
    expect(await heldBy(candidate(given), context(around))).toEqual({
      by,
      why: "it could not be evaluated, so nothing is changed: AWS is down",
    });
  });
});

test.each<[what: string, Partial<GuardContext>]>([
  ["begins at no time", freezing({ begins: "soon" })],
  ["ends at no time", freezing({ ends: "" })],
  [
    "is not there at all, as in settings of an older version",
    { settings: { ...settings(), freezes: undefined } as unknown as UnitSettings },
  ],
])("a freeze that %s holds", async (_, around) => {
  expect(await heldBy(candidate(), context(around))).toMatchObject({
    by: "freeze",
    why: expect.stringMatching(/^it could not be evaluated, so nothing is changed: /),
  });
});

test("a freeze says until when, why and who", async () => {
  expect((await heldBy(candidate(), context(freezing())))?.why).toBe(
    "nothing is changed until 2026-11-21 03:00 UTC: release (ann)",
  );
  const day = freezing({ from: "2026-11-21", until: "2026-11-22", timeZone: "Europe/Berlin" });
  expect((await heldBy(candidate(), context(day)))?.why).toBe(
    "nothing is changed until the end of 2026-11-22 Europe/Berlin: release (ann)",
  );
});
test("of several freezes the last to end is named", async () => {
  const [first, second] = [
    freezing().settings?.freezes ?? [],
    freezing({ until: "2026-11-21T05:00" }).settings?.freezes ?? [],
  ];
  const why = async (...freezes: Freeze[][]) =>
    (await heldBy(candidate(), context({ settings: settings({ freezes: freezes.flat() }) })))?.why;
  expect(await why([...first], [...second])).toContain("until 2026-11-21 05:00");
  expect(await why([...second], [...first])).toContain("until 2026-11-21 05:00");
});

test("the first that holds is named, in this order", async () => {
  expect(guards.map(({ name }) => name)).toEqual([
    "kill-switch",
    "freeze",
    "own-echo",
    "under-way",
    "exemption",
    "managed",
    "hold",
    "owner",
    "back-off",
    "cool-down",
    "loop",
  ]);
  const all = {
    killSwitch: async () => "stop",
    start: event(null),
    lastChange: async () => changed(now),
    holds: async () => [hold()],
  };
  expect((await heldBy(candidate({ tag: "", managed: "x" }), context(all)))?.by).toBe(
    "kill-switch",
  );
  const frozen = { ...all, ...freezing(), killSwitch: async () => "run" };
  expect((await heldBy(candidate({ tag: "", managed: "x" }), context(frozen)))?.by).toBe("freeze");
  expect(
    (
      await heldBy(
        candidate({ tag: "", managed: "x" }),
        context({ ...all, killSwitch: async () => "run" }),
      )
    )?.by,
  ).toBe("own-echo");
});
test("right before a change the switch, freezes, the tags, holds and other runs' changes are asked again", () => {
  expect(lastGuards.map(({ name }) => name)).toEqual([
    "kill-switch",
    "freeze",
    "exemption",
    "managed",
    "hold",
    "owner",
    "cool-down",
    "loop",
  ]);
});

describe("the kill switch", () => {
  test.each([
    ["run", false],
    [" run\n", false],
    ["stop", true],
    ["stop ", true],
    ["stop idle-instances", true],
    ["stop open-ingress idle-instances", true],
    ["stop open-ingress, idle-instances", true],
    ["stop open-ingress,idle-instances", true],
    ["stop open-ingress", false],
    ["stop idle", false],
    ["", true],
    ["RUN", true],
    ["run idle-instances", true],
    ["stop; idle-instances", true],
    ["stop open-ingress;idle-instances", true],
    ["stop log-retention open-ingress;idle-instances", true],
    ["resume open-ingress", true],
    ["false", true],
  ])("%o: stopped is %s", (value, is) =>
    expect(stopped(value, "idle-instances") !== undefined).toBe(is),
  );

  test.each([
    ["stop", "the kill switch is on: nothing is changed until `npx nightshift resume`"],
    [
      "stop idle-instances",
      "the kill switch stops idle-instances: until `npx nightshift resume idle-instances`",
    ],
    [
      "RUN",
      'the kill switch holds "RUN", which is neither "run" nor "stop" nor "stop" and the ids that it stops: set it with `npx nightshift stop` or `npx nightshift resume`',
    ],
  ])("%o says what it does and how it is lifted", (value, why) =>
    expect(stopped(value, "idle-instances")).toBe(why),
  );
  test("of a long value that means nothing the beginning is shown", () => {
    expect(stopped("x".repeat(50), "idle-instances")).toContain(`holds "${"x".repeat(40)}", which`);
  });
});

// rules: tag-grammar, unauthenticated-tags
describe("an exempting tag", () => {
  const security = settings({ id: "open-ingress", family: "security", protects: true });
  const cost = settings();
  const tag = (value: string) => ({ value, target: "i-1" });
  const tagContext = (of: UnitSettings): TagContext => ({
    settings: of,
    now,
    note: (text) => notes.push(text),
  });
  const tagged = (value: string, of: UnitSettings) => ({
    exempts: byTag(tag(value), tagContext(of)) !== undefined,
    told: notes.length > 0,
  });
  test.each<[value: string, cost: object, security: object]>([
    ["until=2026-11-30", { exempts: true, told: false }, { exempts: true, told: false }],
    ["until=2026-12-05", { exempts: true, told: false }, { exempts: true, told: false }],
    ["until=2026-12-06", { exempts: true, told: false }, { exempts: false, told: true }],
    ["until=2099-01-01", { exempts: true, told: false }, { exempts: false, told: true }],
    ["", { exempts: true, told: false }, { exempts: false, told: true }],
    ["reason=mine", { exempts: true, told: false }, { exempts: false, told: true }],
    ["until=2026-11-20", { exempts: true, told: true }, { exempts: false, told: true }],
    ["until=2026-11-21", { exempts: true, told: false }, { exempts: true, told: false }],
    ["until=soon", { exempts: true, told: true }, { exempts: false, told: true }],
    ["yes please", { exempts: true, told: true }, { exempts: false, told: true }],
    [
      "until=2026-11-30 until=2026-12-01",
      { exempts: true, told: true },
      { exempts: false, told: true },
    ],
    [
      "until=2026-11-30 from=log-retention",
      { exempts: false, told: false },
      { exempts: false, told: false },
    ],
    [
      "until=2026-11-30 from=idle-instances,open-ingress",
      { exempts: true, told: false },
      { exempts: true, told: false },
    ],
    // Nobody is called so: a person meant something, and is asked.
    [
      "until=2026-11-30 from=idle-instnaces",
      { exempts: true, told: true },
      { exempts: false, told: true },
    ],
    ["until=2026-11-30 from=,", { exempts: true, told: true }, { exempts: false, told: true }],
  ])("%o", (value, forCost, forSecurity) => {
    expect(tagged(value, cost)).toEqual(forCost);
    notes = [];
    expect(tagged(value, security)).toEqual(forSecurity);
  });

  test("says until when, why and who", () => {
    expect(
      byTag(tag("until=2026-11-30 owner=ann@example.com reason=the audit"), tagContext(cost)),
    ).toBe("exempt by its tag until 2026-11-30: the audit (ann@example.com)");
    expect(byTag(tag(""), tagContext(cost))).toBe("exempt by its tag");
  });
  test("what is told says what is wrong with it, all of it", () => {
    byTag(tag("until=soon from=x,y"), tagContext(cost));
    byTag(tag("until=2026-11-20"), tagContext(security));
    byTag(tag("until=2099-01-01"), tagContext(security));
    expect(notes).toEqual([
      "The tag nightshift:exempt of i-1 still exempts it, although until=soon is not a day like 2027-01-31, from=x,y names no unit: correct or remove it.",
      "The tag nightshift:exempt of i-1 does not exempt it from a security automation, because it has ended. Write until=YYYY-MM-DD within 14 days, or exempt it in the settings.",
      "The tag nightshift:exempt of i-1 does not exempt it from a security automation, because it ends later than in 14 days. Write until=YYYY-MM-DD within 14 days, or exempt it in the settings.",
    ]);
  });
  test("the last moment of the last day still counts, wherever the day is written", async () => {
    const last = new Date("2026-11-21T23:59:59.999Z");
    const until = "2026-11-21";
    expect(byTag(tag(`until=${until}`), { ...tagContext(security), now: last })).toBeDefined();
    await heldBy(
      candidate(),
      context({
        now: last,
        settings: settings({ exempt: [{ target: "i-1", owner: "ann", reason: "audit", until }] }),
      }),
    );
    await heldBy(candidate(), context({ now: last, exemptions: async () => [written({ until })] }));
    expect(notes).toEqual([]);
  });
  test("the limit for security is a setting", () => {
    expect(
      byTag(
        tag("until=2026-12-20"),
        tagContext({ ...security, longestSecurityExemption: days(30) }),
      ),
    ).toBeDefined();
  });
  test("one on the group does not exempt a rule from a security automation for ever either", async () => {
    const held = await heldBy(
      candidate({ within: "sg-1", withinTag: "reason=mine" }),
      context({ settings: security }),
    );
    expect(held).toBeNull();
    expect(notes).toEqual([
      expect.stringContaining(
        "of sg-1 does not exempt it from a security automation, because it has no end",
      ),
    ]);
  });
  test("an exemption that lasts, or has no end in the settings, is nothing to tell", async () => {
    const lasting = (until: object) =>
      context({
        settings: settings({
          exempt: [{ target: "i-1", owner: "ann", reason: "audit", ...until }],
        }),
      });
    expect((await heldBy(candidate(), lasting({})))?.why).toBe(
      "exempt in the settings: audit (ann)",
    );
    expect((await heldBy(candidate(), lasting({ until: "2026-12-01" })))?.why).toBe(
      "exempt in the settings until 2026-12-01: audit (ann)",
    );
    expect((await heldBy(candidate(), context({ exemptions: async () => [written()] })))?.by).toBe(
      "exemption",
    );
    expect(notes).toEqual([]);
  });
  test("an exemption in the settings that has ended still holds, and is told", async () => {
    const ended = settings({
      exempt: [{ target: "i-1", owner: "ann", reason: "audit", until: "2026-11-20" }],
    });
    expect((await heldBy(candidate(), context({ settings: ended })))?.why).toBe(
      "exempt in the settings until 2026-11-20: audit (ann)",
    );
    expect(notes).toEqual([
      "The exemption of i-1 in the settings ended on 2026-11-20 and still holds: remove it, or give it a new end.",
    ]);
  });
  test("one in the ledger that has ended still holds, and is told", async () => {
    const around = { exemptions: async () => [written({ until: "2026-11-20" })] };
    expect((await heldBy(candidate(), context(around)))?.why).toContain(
      "exempt until 2026-11-20: audit (ann; set by arn:aws:iam::123456789012:user/ann)",
    );
    expect(notes).toEqual([
      expect.stringContaining("The exemption of i-1 ended on 2026-11-20 and still holds"),
    ]);
  });
  test("one in the ledger whose end nobody can read is told", async () => {
    await heldBy(candidate(), context({ exemptions: async () => [written({ until: "soon" })] }));
    expect(notes).toEqual([
      expect.stringContaining("The exemption of i-1 has no end that can be read and still holds"),
    ]);
  });
  test("what cannot have tags is not exempt by one", async () => {
    expect(await heldBy(candidate({ tags: async () => undefined }), context())).toBeNull();
  });
});

test("a hold says who, until when, and how it is lifted", async () => {
  const { why } = (await heldBy(candidate(), context({ holds: async () => [hold()] }))) ?? {
    why: "",
  };
  expect(why).toBe(
    "ann undid this; it is left alone until 2026-11-22, or until the undo is taken back: `npx nightshift undo a-1.undo`",
  );
});
test("the cool-down is a setting", async () => {
  const around = {
    settings: settings({ coolDown: hours(3) }),
    lastChange: async () => changed(before(now, hours(2))),
  };
  expect((await heldBy(candidate(), context(around)))?.why).toBe(
    "it was changed at 2026-11-21T00:00:00.000Z (a-1), less than 3 hours ago",
  );
});

test("an echo says whose", async () => {
  const around = { start: event(`arn:aws:iam::${account}:role/nightshift-open-ingress`) };
  expect((await heldBy(candidate(), context(around)))?.why).toBe(
    "the event tells of a change by nightshift-open-ingress, which is Nightshift itself",
  );
});

describe("whoever may have changed a target", () => {
  const all = Array.from({ length: 60 }, (_, at) => `unit-${at}`);
  const askedOf = async (changers: Changers | undefined) => {
    const asked: string[] = [];
    const around = {
      settings: settings({ all }),
      changers: async () => changers,
      lastChange: async (_: string, unit?: string) => {
        if (unit !== undefined) asked.push(unit);
        return unit === undefined ? changed(before(now, hours(3))) : undefined;
      },
    };
    return { asked, held: await heldBy(candidate(), context(around)) };
  };
  test("is asked, and not all that there are: one of sixty", async () => {
    const { asked } = await askedOf({ units: ["idle-instances", "unit-7"], version: 2 });
    expect(asked).toEqual(["unit-7"]);
  });
  test("is everybody where nobody wrote that down", async () => {
    expect((await askedOf(undefined)).asked).toEqual(all);
  });
  test("is believed by what it did alone: a name that was put there holds nothing", async () => {
    const { held } = await askedOf({ units: ["unit-7", "nobody's"], version: 9 });
    expect(held).toBeNull();
  });
});

describe("two automations that change a target in turn", () => {
  const asked: (string | undefined)[] = [];
  const inTurn = {
    lastChange: async (_: string, unit?: string) => {
      asked.push(unit);
      return changed(before(now, unit === "open-ingress" ? hours(2) : hours(3)));
    },
  };
  const decided = {
    exempt: [{ target: "i-1", owner: "ann", reason: "decided", from: ["open-ingress"] }],
  };

  test("are named, with how a person decides", async () => {
    expect((await heldBy(candidate(), context(inTurn)))?.why).toBe(
      "open-ingress changed it (a-1) within 1 day after this one did (a-1): they undo each other's work. `npx nightshift exempt i-1 --from …` says which of them leaves it alone",
    );
    expect(notes).toEqual([
      "idle-instances and open-ingress change i-1 in turn: a-1, then a-1. It stays as open-ingress made it. Say which of the two is to leave it alone: `npx nightshift exempt i-1 --from idle-instances` or `--from open-ingress`, each with --until, --owner and --reason.",
    ]);
  });
  test.each<[where: string, Partial<GuardContext>]>([
    ["the settings", { settings: settings(decided) }],
    ["the ledger", { exemptions: async () => [written({ from: ["open-ingress"] })] }],
  ])("do so no longer when %s say that the other leaves it alone", async (_, around) => {
    expect(await heldBy(candidate(), context({ ...inTurn, ...around }))).toBeNull();
    expect(notes).toEqual([]);
  });
  test("a change of its own since then is not taken for another's", async () => {
    asked.length = 0;
    await heldBy(candidate(), context({ ...inTurn, settings: settings(decided) }), lastGuards);
    expect(asked).toEqual([undefined, undefined, "open-ingress", "log-retention"]);
  });
});

test("for several proposals, what is the same for all of them is read once", async () => {
  const asked: string[] = [];
  const told =
    <T>(what: string, answer: T) =>
    async () => {
      asked.push(what);
      return answer;
    };
  const once = askedOnce(
    context({
      killSwitch: told("killSwitch", "run"),
      exemptions: told("exemptions", [written({ target: "i-2" })]),
      holds: told("holds", [hold({ target: "i-3" })]),
    }),
  );
  const held = [];
  for (const target of ["i-1", "i-2", "i-3", "i-2"])
    held.push((await heldBy(candidate({ target }), once))?.by);
  expect(held).toEqual([undefined, "exemption", "hold", "exemption"]);
  expect(asked).toEqual(["killSwitch", "exemptions", "holds"]);
});

test.each<[what: string, tag: string | undefined, exempt: UnitSettings["exempt"]]>([
  ["a tag without `from`", "owner=ann", []],
  ["a tag that names another", "from=open-ingress", []],
  [
    "an entry in the settings without `from`",
    undefined,
    [{ target: "i-1", owner: "a", reason: "b" }],
  ],
])("%s does not exempt from what only counts exemptions by its name", async (_, tag, exempt) => {
  const given = { settings: settings({ exemptByName: true, exempt }) };
  expect(await heldBy(candidate(tag === undefined ? {} : { tag }), context(given))).toBeNull();
});
