/** Changes by our roles, as CloudTrail tells them, that no recorded action explains. */

import { features } from "../../features.ts";
import type { ActionRecord } from "../../ledger/actions.ts";
import { askedOf } from "../../sdk/elsewhere.ts";
import { globalRegion } from "../../sdk/signals/console-link.ts";
import { after, before, minutes } from "../../sdk/time.ts";
import { arnsOf, type Deployed } from "../../settings/arns.ts";
import { sharedNames } from "../../settings/feature.ts";
import { ourRoles } from "../../settings/our-roles.ts";
import { isWithoutRegions } from "../../settings/statements.ts";
import type { TrailRecord } from "../io/lines.ts";
import { command } from "../io/words.ts";
import type { Discrepancy } from "./finding.ts";

/** What every role of ours does to keep ledger, log and queue, as CloudTrail names it. */
const plumbing = new Set(
  [
    ["dynamodb.amazonaws.com", "PutItem", "UpdateItem", "DeleteItem", "TransactWriteItems"],
    ["logs.amazonaws.com", "CreateLogStream", "PutLogEvents"],
    ["lambda.amazonaws.com", "Invoke", "InvokeExecution", "CheckpointDurableExecution"],
    ["sqs.amazonaws.com", "SendMessage"],
    ["sns.amazonaws.com", "Publish"],
    ["sts.amazonaws.com", "AssumeRole"],
    ["kms.amazonaws.com", "Decrypt", "GenerateDataKey"],
  ].flatMap(([source, ...all]) => all.map((name) => `${source} ${name}`)),
);
const looks =
  /^(Get|List|Describe|Head|Lookup|BatchGet|Filter|Query|Scan|Select|Start(Query|Live))/;

/**
 * The intent is written before the call, by a clock that is not CloudTrail's; and nothing is sent
 * later than a function lives.
 */
const [early, late] = [minutes(1), minutes(17)];

/** Every value within, as text. */
function leaves(value: unknown): string[] {
  if (value === null || value === undefined) return [];
  return typeof value === "object" ? Object.values(value).flatMap(leaves) : [String(value)];
}

/** Where CloudTrail tells of the call: where it was made, or all calls of a service without regions. */
function toldIn({ call, region }: ActionRecord): string {
  const { region: elsewhere } = askedOf(call);
  return elsewhere ?? (isWithoutRegions(call.operation) ? globalRegion(region) : region);
}

/**
 * Whether the action is the reason for the call: its operation, at its time, with what it was
 * given.
 */
function explains(
  action: ActionRecord,
  event: TrailRecord,
  time: Date,
  said: readonly string[],
): boolean {
  const { call, target, at, outcome } = action;
  if (
    outcome === "held" ||
    call.operation.split(":").at(-1) !== event.eventName ||
    toldIn(action) !== event.awsRegion
  )
    return false;
  if (time < before(at, early) || time > after(at, late)) return false;
  const isNamed = (id: string) =>
    said.some((text) => text === id || text.endsWith(`/${id}`) || text.endsWith(`:${id}`));
  return isNamed(target) || leaves(askedOf(call).input).every(isNamed);
}

export interface OurRole {
  readonly arn: string;
  /** `null`: of a function that belongs to no single unit. */
  readonly unit: string | null;
}

export function rolesOf(deployed: Deployed, account: string, units: readonly string[]): OurRole[] {
  const arns = arnsOf(deployed, { account });
  const ofUnits = units.flatMap((unit) =>
    ourRoles(deployed, account, [unit]).map((arn) => ({ arn, unit })),
  );
  return [
    ...ofUnits,
    ...sharedNames(features).map((name) => ({
      arn: arns.role(name),
      unit: null,
    })),
  ];
}

/** @param actions all that the ledger holds, undo's included */
export function unexplained(
  events: readonly TrailRecord[],
  actions: readonly ActionRecord[],
  roles: readonly OurRole[],
): Discrepancy[] {
  return events.flatMap((event): Discrepancy[] => {
    const {
      eventName,
      eventSource,
      eventTime,
      awsRegion,
      readOnly,
      errorCode,
      userIdentity,
      eventID,
    } = event;
    const issuer = userIdentity?.sessionContext?.sessionIssuer?.arn;
    const role = roles.find(({ arn }) => arn === issuer);
    if (
      !role ||
      errorCode ||
      (readOnly ?? looks.test(eventName)) ||
      plumbing.has(`${eventSource} ${eventName}`)
    )
      return [];
    const said = leaves([event.requestParameters, event.responseElements]);
    const time = new Date(eventTime);
    if (actions.some((action) => action.unit === role.unit && explains(action, event, time, said)))
      return [];
    return [
      {
        kind: "unexplained",
        unit: role.unit,
        region: awsRegion,
        what: eventID ?? `${eventName} at ${eventTime}`,
        why: `${eventName} (${eventSource}) at ${eventTime} by ${userIdentity?.arn ?? issuer}, with ${JSON.stringify(event.requestParameters ?? null).slice(0, 300)}`,
        remedy: `somebody may be using ${role.arn.split("/").at(-1)} beside Nightshift, or the ledger was changed: \`${command} stop${role.unit ? ` ${role.unit}` : ""}\`, then see who assumed it`,
      },
    ];
  });
}
