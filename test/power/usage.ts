/** Which roles there are, what each is granted, and what of it was asked for. */

import { features } from "../../features.ts";
import { deployed, takenBack, withFlows } from "../../lib/iam/deployed-units.ts";
import { flowPolicy, undoPolicy, unitPolicy } from "../../lib/iam/policy.ts";
import { sharedPolicy } from "../../lib/iam/shared-policy.ts";
import { functionsOf, isShared } from "../../settings/feature.ts";
import type { Manifest } from "../../settings/manifest.ts";
import { flowFunction, type Shared } from "../../settings/names.ts";
import type { PolicyDocument, Statement } from "../../settings/statements.ts";
import { names } from "../../testing/deployed.ts";
import { askedForUs } from "./made-for-us.ts";
import type { Recorded } from "./night.ts";
import { unprovenUnits } from "./open.ts";
import { type Asked, askedBy, question } from "./requests.ts";
import { allows } from "./simulate.ts";

export interface Role {
  readonly name: string;
  /** Whose it is, in words. */
  readonly of: string;
  readonly policy: PolicyDocument;
}

const does: { readonly [K in Shared]: string } = {
  signals: "Turns events from AWS into messages in the outbox",
  tell: "Tells what is in the outbox, through the topic; the only one that reaches people",
  decide:
    "Records a person's word on a plan, and hands what is approved to the unit's own function",
  undo: "Assumes an automation's undo role to take back what it did, and records that",
  watchdog:
    "Finds runs that died and messages that nobody told, and hands them to the functions that they belong to; looks after Nightshift itself, and tells of the last day",
};

const added = functionsOf(features);

/** All roles of functions, as the deployment makes them. */
const isProven = ({ id }: { readonly id: string }): boolean => !(id in unprovenUnits);

/** Without those of units that are not proven yet. */
export function rolesOf(manifest: Manifest, account: string): Role[] {
  const owner = { partition: "aws", account };
  return [
    ...deployed(manifest, "automation", "report")
      .filter(isProven)
      .map((unit) => ({
        name: names.role(unit.id),
        of: unit.summary,
        policy: unitPolicy(unit, manifest.settings, owner),
      })),
    ...withFlows(manifest)
      .filter(isProven)
      .map((unit) => ({
        name: names.role(flowFunction(unit.id)),
        of: `Carries what ${unit.id} begins, and takes back what ends half way`,
        policy: flowPolicy(unit, manifest.settings, owner),
      })),
    ...takenBack(manifest)
      .filter(isProven)
      .map((unit) => ({
        name: names.undoRole(unit.id),
        of: `Takes back what ${unit.id} did; assumed by the undo function alone`,
        policy: undoPolicy(unit, manifest.settings, owner),
      })),
    ...manifest.settings.functions.map((name) => ({
      name: names.role(name),
      of: isShared(name) ? does[name] : (added[name]?.description ?? ""),
      policy: sharedPolicy(name, manifest, owner),
    })),
  ];
}

export interface Question extends Asked {
  /** How often it was asked. */
  readonly times: number;
}

/** Every question to IAM that the recorded calls asked, each once, by role. */
export function questions({ calls, manifest, account, tags }: Recorded): Map<string, Question[]> {
  const where = { account, tags };
  const functions = [
    ...deployed(manifest, "automation", "report")
      .filter(isProven)
      .map(({ id }) => id),
    ...withFlows(manifest)
      .filter(isProven)
      .map(({ id }) => flowFunction(id)),
    ...manifest.settings.functions,
  ];
  const all = [
    ...calls.flatMap((call) => askedBy(call, where)),
    ...askedForUs(calls, functions, manifest.settings.home, where),
  ];
  const each = [...Map.groupBy(all, (one) => `${question(one)} ${one.by}`).values()].flatMap(
    (same) => (same[0] ? [{ ...same[0], times: same.length }] : []),
  );
  return Map.groupBy(each, ({ role }) => role);
}

export const only = (...statements: readonly Statement[]): PolicyDocument => ({
  Version: "2012-10-17",
  Statement: statements,
});
export const granting = ({ Effect }: Statement): boolean => Effect === "Allow";

/**
 * The smallest thing that a statement grants: one action, on one resource, with one of the values
 * that a condition lists.
 */
export interface Atom {
  readonly statement: Statement;
  readonly sid: string;
  readonly action: string;
  readonly resource: string;
  /** Partition pattern or region, where the condition names several. */
  readonly value?: string;
}

const listed = ["dynamodb:LeadingKeys", "aws:RequestedRegion"];

/** Splits a condition that lists several values into one for each. */
function byValue(
  Condition: Statement["Condition"],
): { readonly value?: string; readonly Condition?: Statement["Condition"] }[] {
  for (const [operator, tests] of Object.entries(Condition ?? {}))
    for (const [name, values] of Object.entries(tests))
      if (listed.includes(name) && Array.isArray(values))
        return values.map((value: string) => ({
          value,
          Condition: { ...Condition, [operator]: { ...tests, [name]: value } },
        }));
  return [{ ...(Condition && { Condition }) }];
}

export const atoms = (statement: Statement): Atom[] =>
  statement.Action.flatMap((action) =>
    statement.Resource.flatMap((resource) =>
      byValue(statement.Condition).map(({ value, Condition }) => ({
        sid: statement.Sid ?? "",
        action,
        resource,
        ...(value !== undefined && { value }),
        statement: {
          Effect: "Allow" as const,
          Action: [action],
          Resource: [resource],
          ...(Condition && { Condition }),
        },
      })),
    ),
  );

/** A question about several partitions, as one about each. */
function byPartition(asked: Question): Question[] {
  const partitions = [asked.context["dynamodb:LeadingKeys"] ?? []].flat();
  if (partitions.length < 2) return [asked];
  return partitions.map((partition) => ({
    ...asked,
    context: { ...asked.context, "dynamodb:LeadingKeys": [partition] },
  }));
}

/** What is read at one moment is read together: which of both it was is a matter of time. */
const reading = ["dynamodb:BatchGetItem", "dynamodb:GetItem"];
const isSameReading = (left: string, right: string): boolean =>
  left === right || (reading.includes(left) && reading.includes(right));

export interface Used extends Atom {
  /** How often the night asked for it, and by which calls. */
  readonly times: number;
  readonly by: readonly string[];
}

/**
 * What a role is granted with how often that was asked for. A question about several partitions
 * counts for those that it names, and one about an item by itself as one about several together.
 */
export async function usage(
  { policy }: Role,
  asked: readonly Question[],
  account: string,
): Promise<Used[]> {
  const found: Used[] = [];
  for (const atom of policy.Statement.filter(granting).flatMap(atoms)) {
    const uses: Question[] = [];
    for (const one of asked.filter(({ action }) => isSameReading(action, atom.action)))
      for (const part of byPartition(one)) {
        const same = { ...part, action: atom.action };
        if (!(await allows(only(atom.statement), same, account))) continue;
        uses.push(one);
        break;
      }
    found.push({
      ...atom,
      times: uses.reduce((sum, { times }) => sum + times, 0),
      by: [...new Set(uses.map(({ by }) => by))].sort(),
    });
  }
  return found;
}
