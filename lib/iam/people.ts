/**
 * What those on call need of IAM on a deployment: to decide through the address alone, to give
 * orders, to read what was done, to exempt, to stop. It makes nobody an approver: each order proves
 * who gives it, and the settings say who may.
 */
import { arnsOf } from "../../settings/arns.ts";
import {
  deleting,
  functions,
  getting,
  partitions,
  putting,
  querying,
  useKey,
} from "../../settings/grants.ts";
import type { Manifest } from "../../settings/manifest.ts";
import type { Owner, PolicyDocument, Statement } from "../../settings/statements.ts";
import { deployed } from "./deployed-units.ts";

/** The functions that people give orders to; `deliver` tries the channels. */
const ordered: readonly string[] = ["deliver", "incidents", "signals", "tell", "undo", "watchdog"];

/** Since October 2025 an address asks for both; the second must be of no use without it. */
function decideByAddress(decide: string): Statement[] {
  return [
    {
      Sid: "FindDecide",
      Effect: "Allow",
      Action: ["lambda:GetFunctionUrlConfig"],
      Resource: [decide],
    },
    {
      Sid: "CallDecide",
      Effect: "Allow",
      Action: ["lambda:InvokeFunctionUrl"],
      Resource: [decide],
      Condition: { StringEquals: { "lambda:FunctionUrlAuthType": "AWS_IAM" } },
    },
    {
      Sid: "DecideByAddress",
      Effect: "Allow",
      Action: ["lambda:InvokeFunction"],
      Resource: [decide],
      Condition: { Bool: { "lambda:InvokedViaFunctionUrl": "true" } },
    },
  ];
}

/** For the role of those on call, who also approve. */
export function peoplePolicy(manifest: Manifest, owner: Owner): PolicyDocument {
  const { settings } = manifest;
  const arns = arnsOf(settings, owner);
  const names = [
    ...settings.functions.filter((name) => ordered.includes(name)),
    ...deployed(manifest, "automation", "report").map(({ id }) => id),
  ];
  return {
    Version: "2012-10-17",
    Statement: [
      ...decideByAddress(arns.function("decide")),
      {
        Sid: "Order",
        Effect: "Allow",
        Action: ["lambda:InvokeFunction"],
        Resource: functions(names, settings, owner),
      },
      partitions({ sid: "ReadLedger", actions: [getting, querying], keys: ["*"] }, settings, owner),
      partitions(
        {
          sid: "Exempt",
          actions: [deleting, putting],
          keys: ["exempt#*", "unit#*#breaker", "watch#outbox"],
        },
        settings,
        owner,
      ),
      {
        Sid: "KillSwitch",
        Effect: "Allow",
        Action: ["ssm:GetParameter", "ssm:PutParameter"],
        Resource: [arns.killSwitch],
      },
      ...useKey(settings),
    ],
  };
}
