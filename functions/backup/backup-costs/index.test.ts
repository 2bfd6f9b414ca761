import type { ResultByTime } from "@aws-sdk/client-cost-explorer";
import { DeregisterImageCommand, EC2Client } from "@aws-sdk/client-ec2";
import { describe, expect, onTestFinished, test } from "vitest";
import { before, days } from "../../../sdk/time.ts";
import { embedded } from "../../../test/setup/aws.ts";
import { look } from "../../../test/setup/look.ts";
import { startFaultProxy } from "../../../testing/fault-proxy.ts";
import { hostOf, testSettings } from "../../../testing/host.ts";
import { runInstances, seedImage } from "../image-backups/fixture.ts";
import { retained } from "../retention.ts";
import { fixture } from "./fixture.ts";
import unit, { type BackupCostFinding } from "./index.ts";
import type { KeptBackup } from "./kept.ts";

const now = new Date("2026-11-29T07:30:00Z");
const here = { account: "123456789012", region: "eu-west-1", now };

const tell = (found: readonly BackupCostFinding[], config: object = {}) =>
  unit.tell(found, { ...here, config: unit.config.parse(config) });

type Amounts = Readonly<Record<string, string | undefined>>;
/** Of a month what each usage type cost, by `service/usage type`. */
const month = (
  Start: string,
  amounts: Amounts,
  more: Partial<ResultByTime> = {},
): ResultByTime => ({
  TimePeriod: { Start, End: "2026-12-01" },
  Groups: Object.entries(amounts).map(([key, Amount]) => ({
    Keys: key.split("/"),
    Metrics: { UnblendedCost: { Amount, Unit: "USD" } },
  })),
  ...more,
});
const page = (results: readonly ResultByTime[], more = false): BackupCostFinding => ({
  kind: "costs",
  page: { results, more },
});
const known = page([month("2026-10-01", { "EC2 - Other/EBS:SnapshotUsage": "80" })]);

const kept = (more: Partial<KeptBackup> = {}): BackupCostFinding => ({
  kind: "backup",
  backup: {
    kind: "volume",
    region: "eu-west-1",
    id: "snap-1",
    plan: { by: "ours", name: "volume-backups" },
    about: "vol-1",
    at: before(now, days(1)),
    source: "here",
    isFailed: false,
    slot: "2026-11-28",
    keep: undefined,
    bytes: undefined,
    ...more,
  },
});
const day = (ago: number) => before(now, days(ago)).toISOString().slice(0, 10);
const keepDaily = (daily: number) => ({ hourly: 0, daily, weekly: 0, monthly: 0, yearly: 0 });
const daily = (number: number, more: Partial<KeptBackup> = {}) =>
  Array.from({ length: number }, (_, ago) =>
    kept({ id: `snap-${ago}`, slot: day(ago), keep: keepDaily(7), ...more }),
  );

const unread = (what: string): BackupCostFinding => ({
  kind: "unread",
  part: {
    what,
    region: "eu-west-1",
    why: "AccessDenied: not allowed",
    error: new Error("AccessDenied"),
  },
});

describe("what backups cost", () => {
  test("by usage types, of the month that is over and of this one so far", () => {
    const message = tell([
      page([
        month("2026-10-01", {
          "EC2 - Other/EUC1-EBS:SnapshotUsage": "80",
          "EC2 - Other/EUC1-EBS:VolumeUsage.gp3": "1000",
          "Amazon Relational Database Service/EUC1-RDS:ChargedBackupUsage": "10",
          "Amazon Relational Database Service/EUC1-Aurora:BackupUsage": "2.5",
          "Amazon Relational Database Service/EUC1-RDS:GP3-Storage": "500",
          "Amazon DynamoDB/EUC1-TimedBackupStorage-ByteHrs": "5",
          "Amazon DynamoDB/EUC1-TimedPITRStorage-ByteHrs": "1",
          "Amazon DynamoDB/EUC1-TimedStorage-ByteHrs": "70",
          "AWS Backup/EUC1-WarmStorage-ByteHrs-EFS": "3",
          "Amazon Redshift/EUC1-Redshift:PaidSnapshots": "4",
        }),
        month("2026-11-01", { "EC2 - Other/EBS:SnapshotUsage": "40" }, { Estimated: true }),
      ]),
      kept(),
    ]);
    expect(message).toMatchObject({
      title:
        "Backups cost 105.50 USD in October 2026, 40.00 USD in November 2026 so far; 1 snapshot of a volume is there",
      severity: "info",
      facts: {
        "Snapshots of volumes": "80.00 USD in October 2026, 40.00 USD in November 2026 so far",
        "Backups of databases": "12.50 USD in October 2026, nothing in November 2026 so far",
        "Backups of tables": "6.00 USD in October 2026, nothing in November 2026 so far",
        "AWS Backup": "3.00 USD in October 2026, nothing in November 2026 so far",
        "Backups of Amazon Redshift": "4.00 USD in October 2026, nothing in November 2026 so far",
        Estimated:
          "November 2026: AWS may correct it until the bill is final, and its last two days may be missing",
      },
    });
  });
  test("a month of which Cost Explorer says nothing at all is not known, and not free", () => {
    const months = [
      month("2026-10-01", {}),
      month("2026-11-01", { "EC2 - Other/EBS:SnapshotUsage": "40" }),
    ];
    expect(tell([page(months)])?.title).toMatch(
      /^Backups cost not known in October 2026, 40\.00 USD in November 2026 so far/,
    );
  });
  test("a month with charges, and none of them for backups, cost nothing", () =>
    expect(tell([page([month("2026-10-01", { "Amazon SQS/Requests": "1" })]), kept()])?.title).toBe(
      "Backups cost nothing in October 2026; 1 snapshot of a volume is there",
    ));
  test.each<[what: string, found: readonly BackupCostFinding[], why: string]>([
    [
      "Cost Explorer is not enabled",
      [{ kind: "costs", page: { unavailable: "Cost Explorer is not enabled" } }],
      "not known: Cost Explorer is not enabled",
    ],
    ["it is denied", [unread("what backups cost")], "not known: AccessDenied: not allowed"],
    ["it has no months", [page([])], "not known: Cost Explorer knows of no costs in these months"],
    [
      "it breaks off half way",
      [known, { kind: "costs", page: { unavailable: "Cost Explorer has no data yet" } }],
      "not known: Cost Explorer has no data yet",
    ],
  ])("%s: it is not known, never 0, and what is there is told all the same", (_, found, why) => {
    const message = tell([...found, kept()]);
    expect(message).toMatchObject({
      title: "What backups cost is not known; 1 snapshot of a volume is there",
      severity: "warning",
      facts: { Cost: why },
    });
    expect(JSON.stringify(message)).not.toMatch(/\b0(\.00)? USD/);
  });
  test("more pages than are read: at least so much, and what to do", () => {
    const message = tell([page([month("2026-10-01", { "AWS Backup/x": "3" })], true)], {
      pages: 2,
    });
    expect(message?.title).toMatch(/^Backups cost at least 3\.00 USD/);
    expect(message?.facts?.Incomplete).toMatch(
      /only the first 2 pages .* units\.backup-costs\.config\.pages\.$/,
    );
  });
  test("an amount that is no number is named, and makes the sum the least that it is", () => {
    const amounts = { "AWS Backup/WarmStorage": "3", "AWS Backup/ColdStorage": undefined };
    const message = tell([page([month("2026-10-01", amounts)])]);
    expect(message?.title).toMatch(/^Backups cost at least 3\.00 USD/);
    expect(message?.facts?.["Amount not known"]).toBe("ColdStorage");
  });
  test("a month on two pages is one, and two currencies are not added", () => {
    const euros: ResultByTime = {
      TimePeriod: { Start: "2026-10-01", End: "2026-11-01" },
      Groups: [
        { Keys: ["AWS Backup", "x"], Metrics: { UnblendedCost: { Amount: "1", Unit: "EUR" } } },
      ],
    };
    const pages = [
      page([month("2026-10-01", { "AWS Backup/x": "3" })], true),
      page([month("2026-10-01", { "AWS Backup/x": "4" })], true),
      page([euros]),
    ];
    expect(tell(pages)?.title).toMatch(/^Backups cost 7\.00 USD and 1\.00 EUR in October 2026;/);
  });
  test("nobody hears of an account without backups that pays for none", () => {
    expect(tell([page([month("2026-10-01", { "Amazon SQS/Requests": "1" })])])).toBeUndefined();
    expect(tell([page([])])?.title).toMatch(/not known/);
  });
});

describe("how many there are, and of whose plan", () => {
  test("each plan by kind and region, the most first; a size only of what is a whole copy", () => {
    const table = { kind: "table", about: "t-1", bytes: 1_500_000_000 } as const;
    const plan = { by: "ours", name: "table-backups" } as const;
    const message = tell([
      known,
      kept({ ...table, plan, id: "b-1" }),
      kept({ ...table, plan, id: "b-2" }),
      kept({ plan: { by: "others", name: "the DLM policy policy-1" } }),
    ]);
    expect(message?.table?.rows).toEqual([
      ["table-backups", "backups of tables", "eu-west-1", 2, 1, "2026-11-28", "3.0 GB"],
      [
        "the DLM policy policy-1",
        "snapshots of volumes",
        "eu-west-1",
        1,
        1,
        "2026-11-28",
        "not known",
      ],
    ]);
  });
  test("never a word of what deleting one would save, and why", () => {
    const message = tell([known, ...daily(20)]);
    expect(message?.facts?.["What deleting saves"]).toMatch(/^not known.*since the one before/);
    expect(Object.values(message?.facts ?? {}).join(" ")).not.toMatch(/saves? \$?\d/);
  });
  test("what could not be read is named, and the rest is told as no more than it is", () => {
    const message = tell([known, unread("backups of tables"), kept()]);
    expect(message).toMatchObject({
      severity: "warning",
      title:
        "Backups cost 80.00 USD in October 2026; 1 snapshot of a volume is there; 1 thing could not be read",
      facts: { Unknown: "backups of tables, eu-west-1: AccessDenied: not allowed" },
    });
  });
});

describe("orphans", () => {
  const facts = (...found: BackupCostFinding[]) => tell([known, ...found])?.facts ?? {};
  test.each<[fact: string, backups: BackupCostFinding[]]>([
    ["What they are of is gone", [kept({ source: "gone" })]],
    // Whoever looks for what to delete needs the nearer cause.
    ["Their image is deregistered", [kept({ isOfGoneImage: true, source: "gone" })]],
    [
      "Their image is deregistered",
      [kept({ isOfGoneImage: true, plan: { by: "others", name: "an image" } })],
    ],
    [
      "Their plan is gone",
      [
        kept({
          plan: { by: "others", name: "the AWS Backup plan p, which is gone", isGone: true },
        }),
      ],
    ],
    ["Of no plan", [kept({ plan: { by: "nobody", name: "no plan" }, source: "gone" })]],
    ["Failed", [kept({ isFailed: true, source: "gone" })]],
    [
      "Their plan makes no more of it",
      [4, 5, 6].map((ago) => kept({ id: `snap-${ago}`, slot: day(ago) })),
    ],
  ])("%s", (fact, backups) => {
    const told = facts(...backups);
    expect(told[fact]).toMatch(/^\d snapshots? of (a )?volumes?, the oldest first: snap-/);
    const others = [
      "What they are of is gone",
      "Their image is deregistered",
      "Their plan is gone",
      "Of no plan",
      "Failed",
      "Their plan makes no more of it",
    ].filter((each) => each !== fact);
    expect(others.filter((each) => told[each] !== undefined)).toEqual([]);
  });
  test("a source that could not be read makes no orphan, and is told as not known", () => {
    const told = facts(kept({ source: "unknown" }));
    expect(told["What they are of is gone"]).toBeUndefined();
    expect(told["Source not known"]).toMatch(/^of 1 snapshot of a volume/);
  });
  test.each<[what: string, slots: string[]]>([
    ["made every day, of yesterday", [day(1), day(2), day(3)]],
    ["made every week, ten days ago", [day(10), day(17), day(24)]],
    ["made each month", ["2026-11-01", "2026-10-01", "2026-09-01"]],
    ["that are alone and show no rhythm", ["2025-01-01"]],
    ["thinned out by their retention", [day(1), day(2), "2026-11-01", "2026-10-01"]],
    ["whose name is no slot", ["yesterday", "never"]],
  ])("sets %s are nobody's orphans", (_, slots) => {
    const backups = slots.map((slot, nth) => kept({ slot, id: `snap-${nth}` }));
    expect(facts(...backups)["Their plan makes no more of it"]).toBeUndefined();
  });
  test("those of others, whose source is gone, are theirs", () =>
    expect(
      facts(kept({ plan: { by: "others", name: "RDS itself" }, source: "gone" })),
    ).not.toHaveProperty("What they are of is gone"));
  test("of 20,000 five are named, and the rest is counted", () => {
    const many = Array.from({ length: 20_000 }, (_, nth) =>
      kept({ id: `snap-${nth}`, about: `vol-${nth}`, source: "gone" }),
    );
    expect(facts(...many)["What they are of is gone"]).toMatch(/and 19995 more$/);
  });
});

describe("what another retention would keep", () => {
  const retention = (found: readonly BackupCostFinding[], config: object = {}) =>
    tell([known, ...found], config)?.facts?.["Retention of volume-backups"];
  test("half and twice of what the sets were made with, where the settings name none", () =>
    expect(retention(daily(10))).toBe(
      "10 sets of 1 thing: daily=7 keeps 7, and 3 may be pruned; daily=4 would keep 3 fewer, at most 4 of each thing in the long run; daily=14 would keep 3 more, at most 14 of each thing in the long run",
    ));
  test("those of the settings, by the very function that prunes", () => {
    const keep = { hourly: 0, daily: 2, weekly: 3, monthly: 0, yearly: 0 };
    const slots = Array.from({ length: 30 }, (_, ago) => day(ago));
    const byPruner = retained(slots, (slot) => slot, { keep, atLeast: 3, now: now.getTime() }).size;
    expect(retention(daily(30), { compare: [{ daily: 2, weekly: 3 }] })).toContain(
      `daily=2 weekly=3 would keep ${7 - byPruner} fewer`,
    );
  });
  test("more than there is: nothing that was deleted comes back", () =>
    expect(retention(daily(7), { compare: [{ daily: 30 }] })).toMatch(
      /daily=30 would keep as many .* at most 30 .* in place of 7; what is deleted already does not come back$/,
    ));
  test("never fewer than the pruners leave", () =>
    expect(retention(daily(7), { compare: [{}], atLeast: 5 })).toContain(
      "none would keep 2 fewer, at most 5",
    ));
  test("what does not say how long it is kept is not known", () => {
    const message = tell([known, kept({ keep: undefined })]);
    expect(message?.facts?.["Retention not known"]).toMatch(/^of 1 snapshot of a volume/);
    expect(message?.facts).not.toHaveProperty("Retention of volume-backups");
  });
  test("two volumes of one instance are one set", () =>
    expect(retention([...daily(7), ...daily(7)])).toMatch(/^7 sets of 1 thing/));
});

test.each([
  { pages: 0 },
  { metric: "Cost" },
  { compare: [{ dayly: 3 }] },
  { compare: [{ daily: -1 }] },
  { atLeast: 0 },
  { row: 1 },
])("config %o is refused", (given) => expect(unit.config.safeParse(given).success).toBe(false));

describe("in an account", () => {
  /** @param denied an operation that is denied */
  async function told(denied?: string) {
    const aws = await embedded();
    const proxy = await startFaultProxy(aws.endpoint);
    onTestFinished(() => proxy.stop());
    await fixture.seed(aws);
    if (denied) proxy.fault(({ operation }) => operation === denied, "denied");
    const at = new Date();
    const { found } = await look(unit, { ...aws, endpoint: proxy.endpoint }, { now: at });
    return unit.tell(found, { ...here, now: at, config: unit.config.parse({}) });
  }
  test("counts what is there, and finds what is of nothing that is there", async () => {
    const message = await told();
    expect(message?.title).toMatch(/1 backup of a table, 1 recovery point in a vault are there$/);
    expect(message?.facts).toMatchObject({
      "What they are of is gone": expect.stringContaining("vol-0000000000000dead"),
      "Their plan is gone": expect.stringContaining("recovery-point:p-1"),
      "Of no plan": expect.stringMatching(
        /1 snapshot of a database, 1 backup of a table, the oldest/,
      ),
      "Retention of volume-backups": expect.stringMatching(/^2 sets of 2 things/),
    });
  });
  test("Cost Explorer is denied: the backups are told, and the cost is not known", async () =>
    expect(await told("GetCostAndUsage")).toMatchObject({
      title: expect.stringMatching(/^What backups cost is not known; \d+ snapshots/),
      facts: { Cost: expect.stringMatching(/^not known: .*AccessDenied/) },
    }));
  test("volumes cannot be read: nothing of them is called gone", async () => {
    const message = await told("DescribeVolumes");
    expect(message?.facts).not.toHaveProperty("What they are of is gone");
    expect(message?.facts).toMatchObject({
      "Source not known": expect.stringMatching(/^of 2 snapshots of volumes/),
    });
  });

  describe("images of image-backups", () => {
    async function toldOfImages(denied?: string) {
      const aws = await embedded();
      const proxy = await startFaultProxy(aws.endpoint);
      onTestFinished(() => proxy.stop());
      const { store } = hostOf(aws, testSettings(aws, "log-retention"));
      const [about = ""] = await runInstances(aws, "web", {});
      const slots = [day(0), day(1), day(2)];
      const made = [];
      for (const slot of slots)
        made.push(await seedImage({ aws, store }, { about, slot, name: "web", recorded: false }));
      const ec2 = aws.client(EC2Client);
      // By somebody else, and without its snapshots, as it was for years.
      const [gone] = made;
      await ec2.send(new DeregisterImageCommand({ ImageId: gone?.ImageId }));
      if (denied) proxy.fault(({ operation }) => operation === denied, "denied");
      const { found } = await look(unit, { ...aws, endpoint: proxy.endpoint }, { now });
      const message = unit.tell(found, { ...here, now, config: unit.config.parse({}) });
      return { message, gone, made };
    }
    test("are ours, with their retention; snapshots that one left behind are named", async () => {
      const { message, gone } = await toldOfImages();
      expect(message?.table?.rows).toContainEqual(
        expect.arrayContaining(["image-backups", "snapshots of volumes", 3]),
      );
      expect(message?.facts).toMatchObject({
        "Retention of image-backups": expect.stringMatching(
          /^3 sets of 1 thing: daily=2 monthly=2 keeps /,
        ),
        "Their image is deregistered": expect.stringMatching(
          new RegExp(`^1 snapshot of a volume, the oldest first: ${gone?.SnapshotIds[0]} of i-`),
        ),
      });
    });
    test("images cannot be read: nothing is called left behind, and that is told", async () => {
      const { message } = await toldOfImages("DescribeImages");
      expect(message?.facts).not.toHaveProperty("Their image is deregistered");
      expect(message?.facts?.Unknown).toMatch(/^images, .*: UnauthorizedOperation/);
    });
  });
});
