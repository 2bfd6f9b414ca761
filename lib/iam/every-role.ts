/** What the policies of all roles are made of. */
import { arnsOf } from "../../settings/arns.ts";
import { useKey } from "../../settings/grants.ts";
import type { ManifestUnit } from "../../settings/manifest.ts";
import type { ParsedSettings } from "../../settings/settings.ts";
import type {
  Owner,
  PolicyDocument,
  Statement,
  StatementPlace,
} from "../../settings/statements.ts";

/** What every function may: write its own log, leave what fails in the failure queue. */
export const everyRole = (id: string, settings: ParsedSettings, owner: Owner): Statement[] => [
  {
    Sid: "Log",
    Effect: "Allow",
    Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
    Resource: [`${arnsOf(settings, owner).logGroup(id)}:*`],
  },
  {
    Sid: "LeaveFailures",
    Effect: "Allow",
    Action: ["sqs:SendMessage"],
    Resource: [arnsOf(settings, owner).failures(settings.home)],
  },
  ...useKey(settings),
];

/** Where the statements of a unit lie. */
export const statementPlace = (
  { deployment }: ParsedSettings,
  owner: Owner,
  { elsewhere = [], named = {} }: Pick<ManifestUnit, "elsewhere" | "named"> = {},
): StatementPlace => ({
  ...owner,
  deployment: deployment.prefix,
  elsewhere,
  named,
});

export const policyOf = (...statements: readonly Statement[]): PolicyDocument => ({
  Version: "2012-10-17",
  Statement: statements,
});
