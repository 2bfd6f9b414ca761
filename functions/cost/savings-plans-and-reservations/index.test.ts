import { describe, expect, test } from "vitest";
import { after, before, days } from "../../../sdk/time.ts";
import { embedded } from "../../../test/setup/aws.ts";
import { look } from "../../../test/setup/look.ts";
import { record } from "../../../testing/recorded-answer.ts";
import { type Commitment, reservation, savingsPlan } from "./commitment.ts";
import unit from "./index.ts";
import type { BoughtAhead, CommitmentAnswer } from "./questions.ts";

const now = new Date("2026-11-21T07:00:00Z");
const config = unit.config.parse({});
const here = { account: "123456789012", region: "us-east-1", now, config };
const tell = (...found: CommitmentAnswer[]) => unit.tell(found, here);
const ec2 = "Amazon Elastic Compute Cloud - Compute";

const plan = (id: string, more: Partial<Commitment> = {}): Commitment => ({
  kind: "Savings Plan",
  id,
  what: "Compute",
  account: "111122223333",
  ends: after(now, days(200)),
  used: 99,
  unused: 1,
  ...more,
});
const bought = (commitments: readonly Commitment[], more: Partial<BoughtAhead> = {}) => ({
  bought: {
    of: "Savings Plans",
    commitments,
    used: 97.25,
    coverage: { covered: 70, onDemand: 60 },
    more: false,
    ...more,
  },
});

describe("what is told", () => {
  test("all is used and nothing ends soon: information, with the numbers", () => {
    const message = tell(bought([plan("a"), plan("b")]), { of: "reservations of X", none: true });
    expect(message).toMatchObject({
      severity: "info",
      title:
        "2 Savings Plans: none ends within 30 days, and none known to be used to less than 90 % in the 30 days to 19 November",
      facts: {
        "Savings Plans":
          "2 Savings Plans, used to 97.3 %; they cover 70 % of what they could (60.00 in the currency of the bill was on demand)",
        "Cost Explorer knows of no": "reservations of X",
      },
      affected: [],
    });
  });
  test.each([
    ["ends in 31 days", { ends: after(now, days(31)) }, "info"],
    ["ends in 30 days", { ends: after(now, days(30)) }, "warning"],
    ["ends in an hour", { ends: new Date(now.getTime() + 3_600_000) }, "warning"],
    ["ended", { ends: before(now, days(3)), used: 4 }, "info"],
    ["is used to 90 %", { used: 90 }, "info"],
    ["is used to 89.9 %", { used: 89.9 }, "warning"],
    ["has an end that is not known", { ends: undefined }, "info"],
    ["has a use that is not known", { used: undefined }, "info"],
  ])("one that %s", (_, more, severity) => {
    const message = tell(bought([plan("a", more), plan("b")]));
    expect([message?.severity, message?.affected]).toEqual([
      severity,
      severity === "warning" ? ["a"] : [],
    ]);
  });
  test("what ends first stands first, then what is used least; what is not known is no 0", () => {
    const message = tell(
      bought([
        plan("used"),
        plan("idle", { used: 12, unused: 800.5 }),
        plan("soon", { ends: after(now, days(20)) }),
        plan("unknown", { used: undefined, unused: undefined, ends: undefined }),
        plan("sooner", { ends: after(now, days(2)) }),
        plan("over", { ends: before(now, days(2)), used: 98 }),
      ]),
    );
    expect(message?.title).toBe(
      "2 Savings Plans end within 30 days, the first on 23 November; 1 Savings Plan is used to less than 90 % (30 days to 19 November)",
    );
    expect(
      message?.table?.rows.map(([name, , , used, unused, ends]) => [name, used, unused, ends]),
    ).toEqual([
      ["Savings Plan sooner", "99 %", "1.00", "2026-11-23"],
      ["Savings Plan soon", "99 %", "1.00", "2026-12-11"],
      ["Savings Plan idle", "12 %", "800.50", "2027-06-09"],
      ["Savings Plan over", "98 %", "1.00", "2026-11-19 (over)"],
      ["Savings Plan used", "99 %", "1.00", "2027-06-09"],
      ["Savings Plan unknown", "not known", "not known", "not known"],
    ]);
  });
  test.each<[string, BoughtAhead["coverage"], string]>([
    ["nothing", undefined, "what they cover is not known"],
    ["a denial", { unread: "AccessDenied: no" }, "what they cover is not known: AccessDenied: no"],
    ["no number", { covered: undefined, onDemand: 3 }, "what they cover is not known"],
    ["no rest", { covered: 12.34, onDemand: undefined }, "they cover 12.3 % of what they could"],
  ])("%s for a coverage is not one of 0", (_, coverage, words) => {
    const facts = tell(bought([plan("a")], { coverage }))?.facts;
    expect(facts?.["Savings Plans"]).toBe(`1 Savings Plan, used to 97.3 %; ${words}`);
  });
  test("hours of reservations are hours", () => {
    const of = `reservations of ${ec2}`;
    expect(tell(bought([plan("a", { kind: "reservation" })], { of }))?.facts?.[of]).toBe(
      "1 reservation, used to 97.3 %; they cover 70 % of what they could (60.00 hours was on demand)",
    );
  });
  test("what could not be read is not known, a warning, and hides nothing else", () => {
    const unread = "AccessDeniedException: Some linked accounts don't have access.";
    const message = tell(bought([plan("a")]), { of: "reservations of X", unread });
    expect(message).toMatchObject({
      severity: "warning",
      facts: { "reservations of X": `not known: ${unread}` },
    });
    expect(message?.table?.rows).toHaveLength(1);
  });
  test("nothing bought is said as what Cost Explorer knows of", () => {
    expect(tell({ of: "Savings Plans", none: true }, { sent: 6 })).toEqual({
      title: "Cost Explorer knows of no Savings Plan and no reservation",
      severity: "info",
      facts: {
        "Cost Explorer knows of no": "Savings Plans",
        "How it is read": expect.stringContaining("It took 6 requests"),
      },
    });
  });
  test.each<[string, CommitmentAnswer]>([
    ["a disabled Cost Explorer", { unavailable: "Cost Explorer is not enabled." }],
    ["a denial alone", { of: "Savings Plans", unread: "AccessDenied: no" }],
  ])("%s is a warning, and never none", (_, answer) => {
    expect(tell(answer)).toMatchObject({
      severity: "warning",
      title: expect.stringContaining("Nothing is known of Savings Plans and reservations"),
    });
  });
  test("20,000 are told, the worst first", () => {
    const many = Array.from({ length: 20_000 }, (_, at) => plan(`p${at}`, { used: 95 }));
    const message = tell(bought([...many, plan("idle", { used: 3 })]));
    expect(message?.table?.rows).toHaveLength(20_001);
    expect(message?.table?.rows[0]?.[0]).toBe("Savings Plan idle");
  });
});

describe("what Cost Explorer says of one", () => {
  test("a Savings Plan", () => {
    expect(
      savingsPlan({
        SavingsPlanArn: "arn:aws:savingsplans::111122223333:savingsplan/p-1",
        Attributes: {
          SavingsPlansType: "EC2Instance",
          InstanceFamily: "m5",
          Region: "eu-central-1",
          EndDateTime: "2027-01-31T23:59:59.000Z",
        },
        Utilization: { UtilizationPercentage: "0", UnusedCommitment: "72.5" },
      }),
    ).toEqual({
      kind: "Savings Plan",
      id: "p-1",
      what: "EC2Instance m5 eu-central-1",
      account: "111122223333",
      ends: new Date("2027-01-31T23:59:59Z"),
      used: 0,
      unused: 72.5,
    });
  });
  test.each([
    ["nothing", {}, undefined, undefined],
    ["an empty text", { UtilizationPercentage: "" }, "", undefined],
    ["no number", { UtilizationPercentage: "n/a" }, "soon", undefined],
  ])("%s is not known", (_, utilization, end, used) => {
    const found = reservation(
      {
        Value: "359809062",
        ...(end !== undefined && { Attributes: { endDateTime: end } }),
        Utilization: utilization,
      },
      ec2,
    );
    expect(found).toMatchObject({ id: "359809062", what: ec2, used, ends: undefined });
  });
  test("a reservation of several", () => {
    const Attributes = {
      leaseId: "r-1",
      instanceType: "db.r6g.large",
      region: "eu-central-1",
      numberOfInstances: "3",
      endDateTime: "2027-01-31T00:00:00.000Z",
    };
    const Utilization = { UtilizationPercentage: "80.5", RICostForUnusedHours: "12.3" };
    expect(reservation({ Value: "1", Attributes, Utilization }, ec2)).toMatchObject({
      id: "r-1",
      what: "db.r6g.large eu-central-1, 3 of it",
      used: 80.5,
      unused: 12.3,
      ends: new Date("2027-01-31T00:00:00Z"),
    });
  });
});

describe("in an account", { tags: ["moto"] }, () => {
  const services = [ec2];
  const detail = (id: string) => ({
    SavingsPlanArn: `arn:aws:savingsplans::111122223333:savingsplan/${id}`,
    Attributes: { EndDateTime: "2026-12-01T00:00:00.000Z" },
    Utilization: { UtilizationPercentage: "50" },
  });
  const partsOf = (found: readonly CommitmentAnswer[]) =>
    found.map((answer) => Object.keys(answer)[0]);

  test("without any, each is asked once: Savings Plans, and each service's reservations", async () => {
    const aws = await embedded({ region: "us-east-1" });
    const { found, requests } = await look(unit, aws, { now });
    expect(requests).toBe(6);
    expect(found).toEqual([
      { of: "Savings Plans", none: true },
      ...config.services.map((service) => ({ of: `reservations of ${service}`, none: true })),
      { sent: 6 },
    ]);
  });
  test("the days asked for end the day before yesterday", async () => {
    const asked: { readonly TimePeriod?: object }[] = [];
    const read = async ({ input }: { input: object }) => void asked.push(input);
    await Array.fromAsync(
      (await unit.find({
        ...here,
        only: undefined,
        read: read as never,
        regions: [here.region],
        readIn: () => read as never,
        remembered: async () => undefined,
      })) as AsyncIterable<CommitmentAnswer>,
    );
    const periods = new Set(asked.map(({ TimePeriod }) => JSON.stringify(TimePeriod)));
    expect([...periods]).toEqual(['{"Start":"2026-10-21","End":"2026-11-20"}']);
  });
  test("pages go on until the settings' requests are spent, and that is told", async () => {
    const aws = await embedded({ region: "us-east-1" });
    await record(aws, {
      path: "GetSavingsPlansUtilizationDetails",
      answer: { SavingsPlansUtilizationDetails: [detail("p-1")], NextToken: "more" },
    });
    const settings = { pages: 3, services };
    const { found, requests } = await look(unit, aws, { now, config: settings });
    expect(requests).toBe(3);
    expect(partsOf(found)).toEqual(["bought", "of", "sent"]);
    const message = unit.tell(found, { ...here, config: unit.config.parse(settings) });
    expect(message?.facts?.Incomplete).toContain("only 3 requests were made");
    expect(message?.facts?.[`reservations of ${ec2}`]).toContain("not known: it was not asked");
    expect(message?.facts?.["Savings Plans"]).toContain("what they cover is not known: it was not");
  });
});

describe("a reading that fails", () => {
  const finding = async (name: string, message: string, operations: readonly string[]) => {
    const read = ({ operation }: { operation: string }) =>
      operations.includes(operation)
        ? Promise.reject(
            Object.assign(new Error(message), { name, $metadata: { httpStatusCode: 400 } }),
          )
        : Promise.resolve(undefined);
    return Array.fromAsync(
      (await unit.find({
        ...here,
        only: undefined,
        read: read as never,
        regions: [here.region],
        readIn: () => read as never,
        remembered: async () => undefined,
      })) as AsyncIterable<CommitmentAnswer>,
    );
  };
  const all = unit.reads.map(({ operation }) => operation);

  test("a disabled Cost Explorer is asked once and told", async () => {
    const message = "User not enabled for cost explorer access";
    expect(await finding("AccessDeniedException", message, all)).toEqual([
      { unavailable: expect.stringContaining("not enabled for this account") },
    ]);
  });
  test("one question that is denied to this account is not known, the others are asked", async () => {
    const message = "Linked account doesn't have access to Savings Plans data.";
    const found = await finding("AccessDeniedException", message, [
      "ce:GetSavingsPlansUtilizationDetails",
    ]);
    expect(found[0]).toEqual({ of: "Savings Plans", unread: expect.stringContaining(message) });
    expect(found).toHaveLength(2 + config.services.length);
  });
  test.each([
    ["AccessDeniedException", "x because no identity-based policy allows the y action"],
    ["ThrottlingException", "Rate exceeded"],
  ])("%s of the system fails the run", async (name, message) => {
    await expect(finding(name, message, all)).rejects.toThrow(message);
  });
});

test.each([
  { days: 6 },
  { used: 101 },
  { expires: 0 },
  { pages: 0 },
  { services: ["EC2"] },
  { services: [ec2, ec2] },
  { expire: 3 },
])("config %o is refused", (given) => {
  expect(unit.config.safeParse(given).success).toBe(false);
});

test("reservations may be asked for by the names that Cost Explorer uses and does not list", () => {
  const services = ["Amazon OpenSearch Service", "Amazon MemoryDB"];
  expect(unit.config.parse({ services }).services).toEqual(services);
});
