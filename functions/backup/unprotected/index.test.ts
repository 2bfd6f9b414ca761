import { describe, expect, test } from "vitest";
import { after, before, hours } from "../../../sdk/time.ts";
import unit, { type ProtectionFinding } from "./index.ts";
import type { Resource } from "./resource.ts";
import { Shelf } from "./resource.ts";

const now = new Date("2026-11-29T06:30:00Z");
const here = { account: "123456789012", region: "eu-west-1", now };
const ago = (number: number) => before(now, hours(number));

const resource = (more: Partial<Resource> = {}): Resource => ({
  kind: "database",
  arn: `arn:aws:rds:eu-west-1:123456789012:db:${more.id ?? "orders"}`,
  id: "orders",
  name: more.id ?? "orders",
  region: "eu-west-1",
  created: ago(1000),
  tags: [],
  passing: undefined,
  apart: undefined,
  unread: [],
  part: undefined,
  newest: { at: ago(2), by: "point in time" },
  useless: undefined,
  drilled: undefined,
  ...more,
});
const found = (...resources: readonly Resource[]): ProtectionFinding[] =>
  resources.map((each) => ({ kind: "resource", resource: each }));
const tell = (findings: readonly ProtectionFinding[], config: object = {}) =>
  unit.tell(findings, { ...here, config: unit.config.parse(config) });
/** Of each row its name, the age of its newest backup and what is so. */
const rows = (findings: readonly ProtectionFinding[], config: object = {}) =>
  tell(findings, config)?.table?.rows.map((row) => [row[0], row[2], row[6]]);
const unread = (what: string, error = new Error("AccessDenied")): ProtectionFinding => ({
  kind: "unread",
  part: { what, region: "eu-west-1", why: "AccessDenied: not allowed", error },
});

describe("how old the newest backup may be", () => {
  test("those without any come first, then those that miss by most, then all others", () => {
    const told = rows(
      found(
        resource({ id: "met" }),
        resource({ id: "late", newest: { at: ago(30), by: "somebody's snapshot" } }),
        resource({ id: "later", newest: { at: ago(100), by: "somebody's snapshot" } }),
        resource({ id: "none", newest: undefined }),
      ),
    );
    expect(told).toEqual([
      ["none", "none", "no backup: it has no valid backup"],
      ["later", "4 days", "too old: its newest backup is too old"],
      ["late", "30 hours", "too old: its newest backup is too old"],
      ["met", "2 hours", "as asked"],
    ]);
  });
  test.each<[what: string, tags: Record<string, string>, config: object, standing: string]>([
    ["the default", {}, {}, "as asked"],
    ["the default of the settings", {}, { hours: 4 }, "too old"],
    ["its own tag", { "nightshift:rpo": "4h" }, {}, "too old"],
    ["its own tag, in days", { "nightshift:rpo": "1D" }, { hours: 1 }, "as asked"],
    ["its own tag before all rules", { "nightshift:rpo": "1d", tier: "gold" }, gold(1), "as asked"],
    ["a tag's rule", { tier: "gold" }, gold(4), "too old"],
    ["a rule for other values of it", { tier: "tin" }, gold(4), "as asked"],
    ["a rule for its kind", {}, { targets: [{ kind: "database", hours: 4 }] }, "too old"],
    ["a rule for another kind", {}, { targets: [{ kind: "volume", hours: 4 }] }, "as asked"],
    ["none at all", { "nightshift:rpo": "none" }, {}, "not asked for"],
  ])("is said by %s", (_, tags, config, standing) => {
    const list = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
    const [row] =
      rows(found(resource({ tags: list, newest: { at: ago(5), by: "x" } })), config) ?? [];
    expect(row?.[2]).toMatch(new RegExp(`^${standing}`));
  });
  test("a tag that nobody understands asks for what the settings say, and is told", () => {
    const tags = [{ Key: "nightshift:rpo", Value: "daily" }];
    expect(rows(found(resource({ tags })))).toEqual([
      ["orders", "2 hours", "as asked: its tag nightshift:rpo=daily is not like 4h, 2d or none"],
    ]);
  });
  test("exactly as old as asked is as asked", () =>
    expect(rows(found(resource({ newest: { at: ago(24), by: "x" } })))?.[0]?.[2]).toBe("as asked"));
  test("one from a clock that is ahead is new", () => {
    const newest = { at: after(now, hours(3)), by: "x" };
    expect(rows(found(resource({ newest })))).toEqual([
      ["orders", "less than an hour", "as asked"],
    ]);
  });
});

function gold(asked: number) {
  return { targets: [{ tag: "tier=gold", hours: asked }] };
}

describe("what no backup is asked of now", () => {
  test.each<[what: string, more: Partial<Resource>, words: string]>([
    ["it was made since", { created: ago(5) }, "it is younger than a backup of it may be old"],
    ["it is being made", { passing: "it is being created" }, "it is being created"],
    [
      "an Auto Scaling group makes it anew",
      { apart: "it belongs to the Auto Scaling group web" },
      "it belongs to the Auto Scaling group web",
    ],
    [
      "somebody says so by name",
      { tags: [{ Key: "nightshift:exempt", Value: "from=unprotected owner=ann@example.com" }] },
      "its tag says by name that it needs none",
    ],
  ])("%s: it is named apart, and counts as neither", (_, more, words) => {
    const message = tell(found(resource({ newest: undefined, ...more }), resource({ id: "met" })));
    expect(message).toMatchObject({
      severity: "info",
      title: "1 of 1 resource has a backup as young as asked",
      facts: { "Not counted": `1: ${words}` },
    });
  });
  test("one that is meant for others changes nothing", () => {
    const tags = [{ Key: "nightshift:exempt", Value: "owner=ann@example.com reason=mine" }];
    expect(tell(found(resource({ newest: undefined, tags })))?.severity).toBe("warning");
  });
  test("what an Auto Scaling group makes anew and somebody still names does count", () => {
    const tags = [{ Key: "nightshift:rpo", Value: "4h" }];
    const apart = "it belongs to the Auto Scaling group web";
    expect(tell(found(resource({ newest: undefined, tags, apart })))?.severity).toBe("critical");
  });
  test("young is not what had a backup, and has none any more", () => {
    const young = { created: ago(5), newest: { at: ago(30), by: "x" } };
    expect(tell(found(resource(young)))?.severity).toBe("warning");
  });
  test("when AWS does not say when it was made, it is not young", () =>
    expect(tell(found(resource({ created: undefined, newest: undefined })))?.severity).toBe(
      "warning",
    ));
});

describe("what could not be read", () => {
  const lacking = ["the vaults of AWS Backup"];
  test("counts neither as protected nor as unprotected", () => {
    const findings = [
      unread("the vaults of AWS Backup"),
      ...found(
        resource({ id: "dark", newest: undefined, unread: lacking }),
        resource({ id: "stale", newest: { at: ago(30), by: "x" }, unread: lacking }),
        resource({ id: "met", unread: lacking }),
      ),
    ];
    expect(tell(findings)).toMatchObject({
      severity: "warning",
      title: "1 of 3 resources has a backup as young as asked; of 2 resources it is not known",
      facts: { Unknown: "the vaults of AWS Backup, eu-west-1: AccessDenied: not allowed" },
      affected: [],
    });
    expect(rows(findings)?.map(([, , words]) => words)).toEqual([
      "unknown: not known: the vaults of AWS Backup could not be read",
      "unknown: not known: the vaults of AWS Backup could not be read",
      "as asked",
    ]);
  });
  test("is told where nothing else is", () =>
    expect(tell([unread("databases")])).toMatchObject({
      severity: "warning",
      title: "1 thing could not be read",
    }));
});

test("nothing there is nothing to tell", () => expect(tell([])).toBeUndefined());

describe("the newest backup of each", () => {
  const arn = "arn:x";
  test("is kept, whatever comes after it", () => {
    const shelf = new Shelf();
    for (const age of [5, 2, 9]) shelf.put(arn, { at: ago(age), by: `${age}` });
    expect(shelf.of(arn).newest?.by).toBe("2");
  });
  test("is not one that failed; a failure that is newer is told", () => {
    const shelf = new Shelf();
    shelf.put(arn, { at: ago(5), by: "x" });
    shelf.reject(arn, { at: ago(9), why: "old" });
    expect(shelf.of(arn).useless).toBeUndefined();
    shelf.reject(arn, { at: ago(2), why: "new" });
    expect(shelf.of(arn)).toMatchObject({ newest: { by: "x" }, useless: { why: "new" } });
  });
  test("is not of what bore the same name before", () => {
    const shelf = new Shelf();
    shelf.put(arn, { at: ago(5), by: "x" });
    expect(shelf.of(arn, ago(3)).newest).toBeUndefined();
    expect(shelf.of(arn, ago(7)).newest?.by).toBe("x");
  });
});

test.each([
  { hours: 0 },
  { hours: "1d" },
  { targets: [{ kind: "s3", hours: 1 }] },
  { kinds: [] },
  { kinds: ["buckets"] },
  { targets: [{ tag: "", hours: 1 }] },
  { targets: [{ hours: "never" }] },
  { lookBack: 1 },
  { rows: 0 },
  { hour: 3 },
])("config %o is refused", (config) => {
  expect(unit.config.safeParse(config).success).toBe(false);
});
