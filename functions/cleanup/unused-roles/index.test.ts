import type { AccessKeyMetadata, RoleDetail, User } from "@aws-sdk/client-iam";
import { describe, expect, test } from "vitest";
import { before, days } from "../../../sdk/time.ts";
import { each, measuredAws } from "../../../test/setup/measured.ts";
import type { UnusedIdentity } from "./identities.ts";
import unit from "./index.ts";

const now = new Date("2026-11-23T07:10:00Z");
const here = { account: "123456789012", region: "eu-central-1", now };
const ago = (number: number) => before(now, days(number));

const role: RoleDetail = {
  RoleName: "deploy",
  Path: "/",
  CreateDate: ago(300),
  RoleLastUsed: { LastUsedDate: ago(200), Region: "eu-central-1" },
};
const user: User = {
  UserName: "ann",
  UserId: "AIDA1",
  Arn: "arn:aws:iam::123456789012:user/ann",
  Path: "/",
  CreateDate: ago(300),
};

interface Account {
  readonly roles?: readonly RoleDetail[];
  readonly users?: readonly User[];
  /** By user. */
  readonly keys?: Readonly<Record<string, readonly AccessKeyMetadata[]>>;
  /** By key. */
  readonly used?: Readonly<Record<string, Date | undefined>>;
  /** By operation. */
  readonly fails?: Readonly<Record<string, Error>>;
}

async function found(account: Account, settings: object = {}) {
  const { roles = [], users = [], keys = {}, used = {}, fails = {} } = account;
  const orFail = <T>(operation: string, answer: T): T => {
    const error = fails[operation];
    if (error) throw error;
    return answer;
  };
  const config = unit.config.parse(settings);
  const aws = measuredAws(() => [], {
    "iam:GetAccountAuthorizationDetails": () => orFail("roles", each(roles)),
    "iam:ListUsers": () => orFail("users", each(users)),
    "iam:ListAccessKeys": ({ UserName }: { UserName: string }) =>
      orFail("keys", each(keys[UserName] ?? [])),
    "iam:GetAccessKeyLastUsed": async ({ AccessKeyId }: { AccessKeyId: string }) =>
      orFail("used", { AccessKeyLastUsed: { LastUsedDate: used[AccessKeyId] } }),
  });
  const search = { ...here, config, only: undefined, read: aws.read };
  const all = await Array.fromAsync(unit.find(search as never) as AsyncIterable<UnusedIdentity>);
  return { all, told: unit.tell(all, { ...here, config }), ...aws };
}
const namesIn = async (...asked: Parameters<typeof found>) =>
  (await found(...asked)).all.map(({ name }) => name);
const key = (AccessKeyId: string, Status: "Active" | "Inactive" = "Active") => ({
  AccessKeyId,
  Status,
});

test("what nobody has used is told: keys that still open something first, then what was never used", async () => {
  const { told } = await found({
    roles: [role, { ...role, RoleName: "never", Path: "/teams/", RoleLastUsed: {} }],
    users: [user],
    keys: { ann: [key("A"), key("B", "Inactive")] },
    used: { A: ago(120), B: undefined },
  });
  expect(told).toMatchObject({
    title: "Nobody has used 2 roles and 1 user of IAM for 90 days",
    severity: "warning",
    affected: ["ann", "never", "deploy"],
  });
  expect(told?.facts?.["keys that still open something"]).toMatch(/^1 active access key/);
  expect(told?.table?.rows).toEqual([
    ["user", "/ann", "2026-01-27", "2026-07-26", "1"],
    ["role", "/teams/never", "2026-01-27", "never, as far as IAM remembers", ""],
    ["role", "/deploy", "2026-01-27", "2026-05-07", ""],
  ]);
});

describe("a role is not told", () => {
  test.each<[what: string, more: Partial<RoleDetail>]>([
    ["that was used within that time", { RoleLastUsed: { LastUsedDate: ago(89) } }],
    ["that was made within that time, and not used yet", { CreateDate: ago(3), RoleLastUsed: {} }],
    ["of which IAM does not say when it was made", { CreateDate: undefined }],
    ["that is linked to a service", { Path: "/aws-service-role/ecs.amazonaws.com/" }],
    ["of Identity Center", { Path: "/aws-reserved/sso.amazonaws.com/" }],
  ])("%s", async (_, more) => expect(await namesIn({ roles: [{ ...role, ...more }] })).toEqual([]));

  test("whose name begins as the settings say", async () => {
    expect(await namesIn({ roles: [role] }, { except: ["dep"] })).toEqual([]);
  });
});

describe("what is made for a service by the console is a role as any", () => {
  test("it is told", async () => {
    expect(await namesIn({ roles: [{ ...role, Path: "/service-role/" }] })).toEqual(["deploy"]);
  });
});

describe("a user is not told", () => {
  test.each<[what: string, more: Partial<User>, used?: Date]>([
    ["whose password was used", { PasswordLastUsed: ago(2) }],
    ["whose key was used", {}, ago(2)],
    ["whose password is old, and whose key was used", { PasswordLastUsed: ago(200) }, ago(2)],
    ["that is new", { CreateDate: ago(2) }],
  ])("%s", async (_, more, used) => {
    const account = { users: [{ ...user, ...more }], keys: { ann: [key("A")] }, used: { A: used } };
    expect(await namesIn(account)).toEqual([]);
  });

  test("and its keys are not asked for where its password says enough", async () => {
    const { operations } = await found({ users: [{ ...user, PasswordLastUsed: ago(2) }] });
    expect(operations).not.toContain("iam:ListAccessKeys");
  });
});

test("one whose inactive key was used lately was used", async () => {
  const account = { users: [user], keys: { ann: [key("A", "Inactive")] }, used: { A: ago(1) } };
  expect(await namesIn(account)).toEqual([]);
});

test("one without keys is no warning", async () => {
  const { told } = await found({ users: [user] });
  expect(told?.severity).toBe("info");
  expect(told?.title).toBe("Nobody has used 1 user of IAM for 90 days");
});

const named = (name: string) =>
  Object.assign(new Error("no"), { name, $metadata: { httpStatusCode: 403 } });

describe("an error is never unused", () => {
  test.each(["roles", "users"])("of %s fails the report", async (which) => {
    const error = named("AccessDenied");
    await expect(
      found({ roles: [role], users: [user], fails: { [which]: error } }),
    ).rejects.toThrow();
  });
  test("keys that somebody guards are not known, and said so", async () => {
    const guarded = Object.assign(named("AccessDenied"), {
      message: "with an explicit deny in a resource-based policy",
    });
    const { told } = await found({ users: [user], fails: { keys: guarded } });
    expect(told?.table?.rows[0]?.[3]).toMatch(/^not known: /);
    expect(told?.facts?.["not known"]).toBe("the access keys of 1 user");
  });
  test("a user that was deleted meanwhile is none", async () => {
    const gone = Object.assign(named("NoSuchEntity"), { message: "NoSuchEntity: no such user" });
    expect(await namesIn({ users: [user], fails: { keys: gone } })).toEqual([]);
  });
});

test("of 20,000 roles the table names the worst, and says how many are left", async () => {
  const roles = Array.from({ length: 20_000 }, (_, nth) => ({ ...role, RoleName: `r-${nth}` }));
  const { told } = await found({ roles });
  expect(told?.title).toContain("20000 roles");
  expect(told?.table?.rows).toHaveLength(100);
  expect(told?.facts?.["not shown"]).toMatch(/^19,?900 more/);
});

test.each([{ days: 0 }, { days: 401 }, { except: [""] }, { rows: 0 }, { users: [] }])(
  "config %o is refused",
  (wrong) => expect(unit.config.safeParse(wrong).success).toBe(false),
);
