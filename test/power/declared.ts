/**
 * What IAM is asked for by a call of a unit that nobody has read independently yet: as the call's
 * own declaration says. `requests.ts` is stricter, where it knows the operation.
 */
import { registry } from "../../functions/registry.ts";
import { type AnyUnit, readsOf } from "../../sdk/any-unit.ts";
import type { Grant, Read, Write } from "../../sdk/call.ts";
import { composedOf } from "../../sdk/composed.ts";
import { isFlow } from "../../sdk/flow.ts";
import { grantArns } from "../../settings/statements.ts";
import type { PowerCall } from "./recorder.ts";
import type { Context, Need, Where } from "./requests.ts";

async function callsOf(unit: AnyUnit): Promise<readonly (Read | Write)[]> {
  const reads = await readsOf(unit);
  if (unit.kind !== "automation") return reads;
  const { undoes = [] } = unit;
  const flows = unit.writes.filter(isFlow);
  const writes = [...unit.writes, ...flows.flatMap((flow) => [...flow.writes])];
  const back = writes.flatMap(({ undoneBy }) => undoneBy);
  return [...reads, ...flows.flatMap((flow) => [...flow.reads]), ...writes, ...undoes, ...back];
}

const units = await Promise.all(Object.values(registry).map((load) => load()));
const calls = await Promise.all(
  units.map((loaded) => callsOf(loaded.default as unknown as AnyUnit)),
);
const declared = new Map<string, readonly Grant[]>(
  calls
    .flat()
    .flatMap(composedOf)
    .map(({ operation, grants }) => [operation, grants]),
);

function contextOf({ when = {} }: Grant): Context {
  const conditions = Object.entries(when).filter(([operator]) =>
    /^(String(Equals|Like)|Bool)/.test(operator),
  );
  return Object.fromEntries(conditions.flatMap(([, wanted]) => Object.entries(wanted))) as Context;
}

/** What is made of something in another region names that: the caller's own. */
function ownRegion({ region, parameters }: PowerCall): string {
  const { SourceRegion } = parameters as { readonly SourceRegion?: string };
  return SourceRegion ?? region;
}

const liesIn = (call: PowerCall, { elsewhere }: Grant): string =>
  elsewhere === "there" ? call.region : ownRegion(call);

/** @returns nothing where no registered unit declares the operation, here or for another region */
export function declaredNeeds(call: PowerCall, { account }: Where): readonly Need[] | undefined {
  const place = { partition: "aws", account, deployment: "nightshift" };
  const operation = `${call.service}:${call.operation}`;
  const grants = declared.get(operation) ?? declared.get(`elsewhere:${operation}`);
  return grants?.flatMap((grant) =>
    grant.on.flatMap((template) =>
      grantArns(template, grant.action, [liesIn(call, grant)], place).map((arn) => ({
        action: grant.action,
        resource: arn === "*" ? arn : arn.replaceAll("*", "declared"),
        context: contextOf(grant),
      })),
    ),
  );
}
