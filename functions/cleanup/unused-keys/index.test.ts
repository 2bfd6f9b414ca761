import type { GetKeyLastUsageResponse, KeyMetadata } from "@aws-sdk/client-kms";
import { describe, expect, test } from "vitest";
import { before, days } from "../../../sdk/time.ts";
import { each, measuredAws } from "../../../test/setup/measured.ts";
import unit from "./index.ts";
import type { UnusedKey } from "./look.ts";

const now = new Date("2026-11-23T07:20:00Z");
const here = { account: "123456789012", region: "eu-central-1", now };
const ago = (number: number) => before(now, days(number));

const key: KeyMetadata = {
  KeyId: "k-1",
  KeyManager: "CUSTOMER",
  KeyState: "Enabled",
  CreationDate: ago(900),
  Description: "old backups",
};
const used = (at: Date | undefined, keptSince: Date | undefined = ago(800)) =>
  ({
    KeyLastUsage: at && { Timestamp: at, Operation: "Decrypt" },
    TrackingStartDate: keptSince,
  }) satisfies GetKeyLastUsageResponse;
const never = used(undefined);

interface Account {
  readonly keys?: readonly KeyMetadata[];
  /** By key; absent: never since KMS keeps it. */
  readonly use?: Readonly<Record<string, GetKeyLastUsageResponse>>;
  /** By key. */
  readonly aliases?: Readonly<Record<string, readonly string[]>>;
  readonly grants?: readonly object[];
  /** By operation. */
  readonly fails?: Readonly<Record<string, Error>>;
}

async function found(account: Account, settings: object = {}) {
  const { keys = [key], use = {}, aliases = {}, grants = [], fails = {} } = account;
  const orFail = <T>(operation: string, answer: T): T => {
    const error = fails[operation];
    if (error) throw error;
    return answer;
  };
  const byId = new Map(keys.map((known) => [known.KeyId, known]));
  const listed = Object.entries(aliases).flatMap(([TargetKeyId, names]) =>
    names.map((name) => ({ AliasName: `alias/${name}`, TargetKeyId })),
  );
  const config = unit.config.parse(settings);
  const aws = measuredAws(() => [], {
    "kms:ListKeys": () => orFail("ListKeys", each(keys.map(({ KeyId }) => ({ KeyId })))),
    "kms:ListAliases": () => orFail("ListAliases", each(listed)),
    "kms:DescribeKey": async ({ KeyId }: { KeyId: string }) =>
      orFail("DescribeKey", { KeyMetadata: byId.get(KeyId) }),
    "kms:GetKeyLastUsage": async ({ KeyId }: { KeyId: string }) =>
      orFail("GetKeyLastUsage", use[KeyId] ?? never),
    "kms:ListGrants": () =>
      each(
        (function* () {
          yield* orFail("ListGrants", grants);
        })() as never,
      ),
  });
  const search = { ...here, config, only: undefined, read: aws.read };
  const all = await Array.fromAsync(unit.find(search as never) as AsyncIterable<UnusedKey>);
  return { all, told: unit.tell(all, { ...here, config }), ...aws };
}
const idsIn = async (...asked: Parameters<typeof found>) =>
  (await found(...asked)).all.map(({ id }) => id);

test("what nobody has used is told: what nothing holds first, then the oldest", async () => {
  const { told } = await found({
    keys: [
      { ...key, MultiRegionConfiguration: { ReplicaKeys: [{ Region: "eu-west-1" }] } },
      { ...key, KeyId: "k-2", CreationDate: ago(500), KeyState: "Disabled" },
      { ...key, KeyId: "k-3", CreationDate: ago(600) },
    ],
    use: { "k-2": used(ago(400)) },
    aliases: { "k-2": ["shop/old", "shop/archive"] },
  });
  expect(told).toMatchObject({
    title: "Nobody has used 3 keys of KMS for 365 days",
    severity: "info",
    affected: ["k-3", "k-2", "k-1"],
  });
  expect(told?.table?.rows).toEqual([
    [
      "k-3",
      "old backups",
      "2025-04-02",
      "enabled",
      "not since 2024-09-14, from when on KMS keeps it",
      "",
    ],
    ["k-2", "shop/archive, shop/old", "2025-07-11", "disabled", "2025-10-19 (Decrypt)", ""],
    [
      "k-1",
      "old backups",
      "2024-06-06",
      "enabled",
      "not since 2024-09-14, from when on KMS keeps it",
      "replicas in eu-west-1",
    ],
  ]);
  expect(told?.facts?.["not looked at"]).toMatch(/snapshots/);
  expect(told?.facts?.["not known"]).toBeUndefined();
});

test("grants are named: a service uses it for what it has encrypted", async () => {
  const { told } = await found({ grants: [{ GrantId: "g-1" }, { GrantId: "g-2" }] });
  expect(told?.table?.rows[0]?.at(-1)).toBe("2 grants");
});

describe("a key is not told", () => {
  test.each<[what: string, more: Partial<KeyMetadata>, use?: GetKeyLastUsageResponse]>([
    ["that was used within that time", {}, used(ago(364))],
    ["that was used within that time, whenever KMS began to keep it", {}, used(ago(1), ago(30))],
    ["that was made within that time, and not used yet", { CreationDate: ago(300) }],
    ["of which KMS does not say when it was made", { CreationDate: undefined }],
    ["that is AWS's own", { KeyManager: "AWS" }],
    ...(["PendingDeletion", "PendingReplicaDeletion", "PendingImport", "Unavailable"] as const).map(
      (KeyState): [string, Partial<KeyMetadata>] => [`that is ${KeyState}`, { KeyState }],
    ),
  ])("%s", async (_, more, use = never) =>
    expect(await idsIn({ keys: [{ ...key, ...more }], use: { "k-1": use } })).toEqual([]),
  );

  test("one of whose aliases begins as the settings say", async () => {
    const account = { aliases: { "k-1": ["other", "shop/escrow"] } };
    expect(await idsIn(account, { except: ["shop/"] })).toEqual([]);
    expect(await idsIn(account, { except: ["escrow"] })).toEqual(["k-1"]);
  });
});

describe("what is not known is not called unused", () => {
  test.each<[what: string, use: GetKeyLastUsageResponse, told: string]>([
    [
      "KMS has kept its use for less than that",
      used(undefined, ago(364)),
      "not known: KMS keeps its use only since 2025-11-24",
    ],
    ["KMS does not say since when", {}, "not known: KMS keeps its use not at all"],
  ])("%s", async (_, use, told) => {
    const answer = await found({ use: { "k-1": use } });
    expect(answer.told?.title).toBe(
      "Of 1 key of KMS it is not known whether anybody has used it for 365 days",
    );
    expect(answer.told?.table?.rows[0]?.[4]).toBe(told);
    expect(answer.operations).not.toContain("kms:ListGrants");
  });

  test("365 days to the moment are enough", async () => {
    const { told } = await found({ use: { "k-1": used(undefined, ago(365)) } });
    expect(told?.title).toMatch(/^Nobody has used 1 key/);
  });
});

const named = (name: string, message = "no") =>
  Object.assign(new Error(message), { name, $metadata: { httpStatusCode: 400 } });
const byPolicy = named(
  "AccessDeniedException",
  "not authorized to perform: kms:DescribeKey because no resource-based policy allows it",
);
const byRole = named(
  "AccessDeniedException",
  "not authorized to perform because no identity-based policy allows it",
);

describe("an error is never unused", () => {
  test.each(["ListKeys", "ListAliases"])("of %s fails the report", async (operation) => {
    await expect(found({ fails: { [operation]: byPolicy } })).rejects.toThrow();
  });
  test.each(["DescribeKey", "GetKeyLastUsage", "ListGrants"])(
    "where the key's policy denies %s it is not known, and said so; where the role lacks it, the report fails",
    async (operation) => {
      const { told } = await found({ fails: { [operation]: byPolicy } });
      expect(told?.title).toMatch(/^Of 1 key of KMS it is not known/);
      expect(told?.table?.rows[0]?.[4]).toMatch(/^not known: .*AccessDeniedException/);
      expect(told?.facts?.["not known"]).toBe("whether 1 key is used");
      await expect(found({ fails: { [operation]: byRole } })).rejects.toThrow();
      await expect(
        found({ fails: { [operation]: named("ThrottlingException") } }),
      ).rejects.toThrow();
    },
  );
  test.each(["DescribeKey", "GetKeyLastUsage"])(
    "a key that is gone meanwhile, as %s says, is none",
    async (operation) =>
      expect(await idsIn({ fails: { [operation]: named("NotFoundException") } })).toEqual([]),
  );
});

test("none: nothing is told", async () => expect((await found({ keys: [] })).told).toBeUndefined());

test("of 20,000 the table names 100, and says how many are left; the grants of used ones are not asked", async () => {
  const keys = Array.from({ length: 20_000 }, (_, nth) => ({ ...key, KeyId: `k-${nth}` }));
  const use = Object.fromEntries(keys.slice(200).map(({ KeyId }) => [KeyId, used(ago(1))]));
  const { told, operations } = await found({ keys, use });
  expect(told?.table?.rows).toHaveLength(100);
  expect(told?.facts?.["not shown"]).toMatch(/^100 more/);
  expect(operations.filter((operation) => operation === "kms:ListGrants")).toHaveLength(200);
});

test.each([
  { days: 29 },
  { days: 3651 },
  { days: 60.5 },
  { except: [""] },
  { rows: 0 },
  { day: 1 },
])("config %o is refused", (wrong) => expect(unit.config.safeParse(wrong).success).toBe(false));
