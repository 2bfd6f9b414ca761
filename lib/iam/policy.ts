/**
 * What each deployed role may do: IAM policies made from the manifest alone, never typed by hand.
 */

import { arnsOf } from "../../settings/arns.ts";
import { mayInvoke, useKey } from "../../settings/grants.ts";
import type { Manifest, ManifestUnit } from "../../settings/manifest.ts";
import { mayChange, mayTakeBack } from "../../settings/mode.ts";
import { flowFunction, liveAlias } from "../../settings/names.ts";
import type { ParsedSettings } from "../../settings/settings.ts";
import {
  allowed,
  lookedAt,
  type Owner,
  onceEach,
  type PolicyDocument,
  type Statement,
} from "../../settings/statements.ts";
import { withFlows } from "./deployed-units.ts";
import { everyRole, policyOf, statementPlace } from "./every-role.ts";
import { withExemptions } from "./longest-policy.ts";
import { sharedPolicy } from "./shared-policy.ts";
import {
  ownAndChangers,
  ownLedger,
  readFormerClaims,
  readOrders,
  readOthers,
  readPast,
  readSavings,
  readStories,
  readTogether,
  runsLedger,
} from "./unit-ledger.ts";

/** To call what carries its flows, and nothing else. */
const mayBeginFlows = (
  { id }: ManifestUnit,
  settings: ParsedSettings,
  owner: Owner,
): Statement => ({
  Sid: "BeginFlows",
  Effect: "Allow",
  Action: ["lambda:InvokeFunction"],
  Resource: [flowArn(id, settings, owner)],
});

function flowArn(id: string, settings: ParsedSettings, owner: Owner): string {
  const arn = arnsOf(settings, owner).function(flowFunction(id));
  return settings.deployment.flows === "durable" ? `${arn}:${liveAlias}` : arn;
}

/** What remembers where a flow is, and calls its carrier again. */
function remembers(unit: ManifestUnit, settings: ParsedSettings, owner: Owner): Statement[] {
  const arns = arnsOf(settings, owner);
  const carrier = arns.function(flowFunction(unit.id));
  if (settings.deployment.flows === "timers")
    return [
      {
        Sid: "SetTimers",
        Effect: "Allow",
        Action: ["scheduler:CreateSchedule"],
        Resource: [arns.schedules("flow.")],
      },
      {
        Sid: "LetTimersCall",
        Effect: "Allow",
        Action: ["iam:PassRole"],
        Resource: [arns.flowTimerRole],
        Condition: { StringEquals: { "iam:PassedToService": "scheduler.amazonaws.com" } },
      },
    ];
  return [
    mayBeginFlows(unit, settings, owner),
    // Of an execution, which lies within a version: never the function's own ARN, nor an alias's.
    {
      Sid: "Remember",
      Effect: "Allow",
      Action: ["lambda:CheckpointDurableExecution", "lambda:GetDurableExecutionState"],
      Resource: [`${carrier}:*/durable-execution/*/*`],
    },
    {
      Sid: "ReadLiveVersion",
      Effect: "Allow",
      Action: ["lambda:GetAlias"],
      Resource: [carrier],
    },
  ];
}

/**
 * The role of what carries an automation's flows: it looks with the automation's reads and its own,
 * changes where the mode lets it, and takes back what it wrote where that may be taken back.
 */
export function flowPolicy(
  unit: ManifestUnit,
  settings: ParsedSettings,
  owner: Owner,
): PolicyDocument {
  const { id, mode, protects, flows } = unit;
  const { reads = [], writes = [], undoes = [] } = flows ?? {};
  const regions = lookedAt(unit, settings);
  const acts = mayChange(mode);
  // What it may do anyway is not granted twice.
  const given = new Set(acts ? writes.map((write) => JSON.stringify(write)) : []);
  const onlyBack = undoes.filter((undo) => !given.has(JSON.stringify(undo)));
  const looks = [...new Map([...unit.reads, ...reads].map((one) => [one.operation, one])).values()];
  const exempt = acts && !protects ? { ...unit, reads: looks, writes } : undefined;
  return withExemptions(exempt, owner, (denied, of) => {
    const place = statementPlace(settings, of, unit);
    return policyOf(
      ...onceEach([
        ...allowed("Look", looks, regions, place),
        ...(acts ? allowed("Change", writes, regions, place) : []),
        ...(mayTakeBack(mode) ? allowed("TakeBack", onlyBack, regions, place) : []),
      ]),
      ...denied,
      ownLedger(unit, settings, of),
      ...runsLedger(unit, settings, of),
      readStories(unit, settings, of),
      ...remembers(unit, settings, of),
      ...everyRole(flowFunction(id), settings, of),
    );
  });
}

/** What a timer of flows may: call what carries them. */
export function flowTimerPolicy(manifest: Manifest, owner: Owner): PolicyDocument {
  const { settings } = manifest;
  const carriers = withFlows(manifest).map(({ id }) => flowFunction(id));
  return policyOf(
    mayInvoke(carriers, settings, owner),
    {
      Sid: "LeaveFailures",
      Effect: "Allow",
      Action: ["sqs:SendMessage"],
      Resource: [arnsOf(settings, owner).failures(settings.home)],
    },
    ...useKey(settings),
  );
}

/**
 * The role of an automation's or report's own function: its reads, and its writes where its mode
 * lets it change anything.
 */
export function unitPolicy(
  unit: ManifestUnit,
  settings: ParsedSettings,
  owner: Owner,
): PolicyDocument {
  const { id, protects, mode, reads, writes } = unit;
  const regions = lookedAt(unit, settings);
  const acts = mayChange(mode) && writes.length > 0;
  return withExemptions(acts && !protects ? unit : undefined, owner, (denied, of) => {
    const place = statementPlace(settings, of, unit);
    return policyOf(
      // In every mode: what is under way must come to its end.
      ...(unit.flows ? [mayBeginFlows(unit, settings, of)] : []),
      ...onceEach([
        ...allowed("Look", reads, regions, place),
        ...(acts ? allowed("Change", writes, regions, place) : []),
      ]),
      ...denied,
      ...(unit.kind === "report"
        ? [ownLedger(unit, settings, of)]
        : ownAndChangers(unit, settings, of)),
      ...readFormerClaims(unit, settings, of),
      ...(unit.kind === "report"
        ? [
            ...readOthers(unit, settings, of),
            ...readSavings(unit, settings, of),
            ...readPast(unit, settings, of),
          ]
        : [
            ...readOrders(unit, settings, of),
            ...runsLedger(unit, settings, of),
            readTogether(unit, settings, of),
          ]),
      ...everyRole(id, settings, of),
    );
  });
}

/**
 * The role that the undo function assumes to take back what one automation did. One that only
 * watches has none.
 */
export const undoPolicy = (
  unit: ManifestUnit,
  settings: ParsedSettings,
  owner: Owner,
): PolicyDocument => {
  const regions = lookedAt(unit, settings);
  const place = statementPlace(settings, owner, unit);
  return policyOf(
    ...onceEach([
      ...allowed("Look", unit.reads, regions, place),
      ...allowed("TakeBack", unit.undoes, regions, place),
    ]),
  );
};

/**
 * The exact policy of the function that carries a unit.
 * @returns undefined when there is no such unit
 */
export function policyFor(
  manifest: Manifest,
  id: string,
  owner: Owner,
): PolicyDocument | undefined {
  const unit = manifest.units.find((one) => one.id === id);
  if (!unit) return undefined;
  return unit.kind === "signal"
    ? sharedPolicy("signals", manifest, owner)
    : unitPolicy(unit, manifest.settings, owner);
}
