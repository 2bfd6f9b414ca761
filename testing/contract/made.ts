import { secretFolder } from "../../aws/secretsmanager/folder.ts";
import type { Read, Write } from "../../sdk/call.ts";
import { composedOf } from "../../sdk/composed.ts";
import { isFlow } from "../../sdk/flow.ts";
import { itemOperations } from "../memory/table.ts";
import type { RecordedCall } from "../recorded-call.ts";

/** What the kill switch takes. */
const ofSwitch: ReadonlySet<string> = new Set(["GetParameter", "PutParameter"]);

/** A parameter that holds a certificate is a unit's: the switch lies elsewhere. */
function isCertificate({ parameters }: RecordedCall): boolean {
  const { Name = "" } = parameters as { readonly Name?: string };
  return Name.startsWith(`/${secretFolder}`);
}

/**
 * What the kill switch, and an undo's look into the trail take. The ledger too: what is done with
 * items is its own, what is done with tables a unit's.
 */
export function isOurs(call: RecordedCall): boolean {
  const { service, operation } = call;
  if (service === "dynamodb") return itemOperations.has(operation);
  return (
    service === "cloudtrail" ||
    (service === "ssm" && ofSwitch.has(operation) && !isCertificate(call))
  );
}

/** Nobody signs it: an address that an answer has named, as Lambda's of code, is asked without. */
const isHandedOut = ({ service, operation }: RecordedCall): boolean =>
  service === "unknown" && operation.startsWith("GET /embedded/code/");

/** The operations that were asked of AWS, without our own. */
export const made = (calls: readonly RecordedCall[]): Set<string> =>
  new Set(
    calls
      .filter((call) => !isOurs(call) && !isHandedOut(call))
      .map(({ service, operation }) => `${service}:${operation}`),
  );

/** Of a report, of which no undo looks into the trail: what is looked up there is its own. */
export function madeByReport(calls: readonly RecordedCall[]): Set<string> {
  const ofTrail = calls.filter(({ service }) => service === "cloudtrail");
  const looked = ofTrail.map(({ service, operation }) => `${service}:${operation}`);
  return made(calls).union(new Set(looked));
}

const parts = (declared: readonly (Read | Write)[]): (Read | Write)[] =>
  declared.flatMap((call) =>
    (call.kind === "write" && isFlow(call) ? call.writes : [call]).flatMap(composedOf),
  );

/**
 * What is asked of AWS for them: a flow's own calls in place of the flow, the parts of a step in
 * place of the step.
 */
export const operationsOf = (declared: readonly (Read | Write)[]): Set<string> =>
  new Set(parts(declared).map(({ operation }) => operation));

/** What of that changes something: steps look too. */
export const writesMade = (declared: readonly Write[]): Set<string> =>
  operationsOf(parts(declared).filter(({ kind }) => kind === "write"));
