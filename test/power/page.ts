/** docs/power.md: what each role may do and what it used, for whoever reviews it. */

import type { Conditions } from "../../sdk/call.ts";
import type { Statement } from "../../settings/statements.ts";
import { names } from "../../testing/deployed.ts";
import { forUs } from "./made-for-us.ts";
import type { Recorded } from "./night.ts";
import { openGrants, unprovenUnits } from "./open.ts";
import { granting, questions, type Role, rolesOf, type Used, usage } from "./usage.ts";

const code = (text: string): string => `\`${text.replaceAll("|", "\\|")}\``;
const cell = (text: string): string => text.replaceAll("\n", " ");
const table = (heads: readonly string[], rows: readonly (readonly string[])[]): string =>
  [heads, heads.map(() => "---"), ...rows.map((row) => row.map(cell))]
    .map((row) => `| ${row.join(" | ")} |`)
    .join("\n");
const several = <T>(values: readonly T[], say: (value: T) => string): string =>
  [...new Set(values.map(say))].join(", ");

/** `arn:aws:ec2:eu-central-1:…` and `arn:aws:ec2:us-east-1:…` as one. */
function resources(arns: readonly string[]): string {
  const byShape = Map.groupBy([...new Set(arns)], (arn) =>
    arn.replace(/^((?:[^:]*:){3})[^:]*/, "$1REGION"),
  );
  return [...byShape]
    .map(([shape, same]) => {
      const regions = same.map((arn) => arn.split(":")[3] ?? "");
      return code(
        same.length === 1 ? (same[0] ?? "") : shape.replace("REGION", `{${regions.join(",")}}`),
      );
    })
    .join(", ");
}

const inWords: Readonly<Record<string, string>> = {
  "dynamodb:LeadingKeys": "partitions",
  "dynamodb:Attributes": "attributes",
  "dynamodb:ReturnValues": "returning",
  "aws:RequestedRegion": "in",
  "ec2:CreateAction": "as part of",
  "kms:EncryptionContext:aws:sns:topicArn": "for messages of",
  "kms:GrantIsForAWSResource": "for an AWS service",
  "kms:ViaService": "through",
  "kms:ResourceAliases": "the key",
};
/** `Null` only makes sure that the key is there. */
function conditions(given: Conditions = {}): string {
  const said = Object.entries(given).flatMap(([operator, tests]) =>
    operator === "Null"
      ? []
      : Object.entries(tests).map(
          ([name, values]) => `${inWords[name] ?? name} ${several([values].flat(), code)}`,
        ),
  );
  return said.join("; ") || "–";
}

const times = (used: readonly Used[]): string =>
  String(used.reduce((sum, one) => sum + one.times, 0));
const forUsBy = new Set(forUs.map(({ by }) => by));
const who = (by: string): string => (forUsBy.has(by) ? `AWS for us: ${by}` : code(by));

/** A role with how it was used, and the actions that are granted although nobody asks. */
interface Section {
  readonly role: Role;
  readonly used: readonly Used[];
  readonly exceptions: readonly string[];
}

function rows({ role, used, exceptions }: Section): string[][] {
  return role.policy.Statement.filter(granting).flatMap((statement) =>
    statement.Action.map((action) => {
      const own = used.filter((one) => one.sid === statement.Sid && one.action === action);
      const by = several(
        own.flatMap((one) => one.by),
        who,
      );
      return [
        code(action),
        resources(statement.Resource),
        conditions(statement.Condition),
        by || (exceptions.includes(action) ? "nobody: [see exceptions](#exceptions)" : "nobody"),
        times(own),
      ];
    }),
  );
}

const never = ({ Action, Condition = {} }: Statement): string => {
  const { Null, ...rest } = Condition;
  const tag = Object.keys(Null ?? {}).map((name) => `${code(name)} is there`);
  const tests = Object.entries(rest).flatMap(([operator, values]) =>
    Object.entries(values).map(
      ([name, value]) => `${code(name)} ${operator} ${several([value].flat(), code)}`,
    ),
  );
  return `- never ${several(Action, code)} where ${[...tag, ...tests].join(" and ")}`;
};

function section(about: Section): string {
  const { role } = about;
  const denied = role.policy.Statement.filter((one) => !granting(one));
  return [
    `## ${role.name}`,
    `${role.of}.`,
    table(["may", "on", "only", "asked for by", "times"], rows(about)),
    ...(denied.length ? [`And, whatever else allows it:\n\n${denied.map(never).join("\n")}`] : []),
  ].join("\n\n");
}

/** Figures change a little from night to night; all else must be as it is written. */
export const withoutFigures = (text: string): string =>
  text.replace(/\| \d+ \|$/gm, "| n |").replace(/\*\*\d+\*\* calls/g, "**n** calls");

const commands =
  "`npx vitest run test/power` proves all of this again; `npx node test/power/write.ts` writes this page.";

export async function page(recorded: Recorded): Promise<string> {
  const asked = questions(recorded);
  const roles = rolesOf(recorded.manifest, recorded.account);
  const used = new Map<string, Used[]>();
  for (const role of roles)
    used.set(role.name, await usage(role, asked.get(role.name) ?? [], recorded.account));
  const exceptions = [
    ...recorded.exceptions.filter(({ role }) => roles.some(({ name }) => name === role)),
    ...openGrants,
  ];
  const sectionOf = (role: Role): string =>
    section({
      role,
      used: used.get(role.name) ?? [],
      exceptions: exceptions
        .filter((exception) => exception.role === role.name)
        .map(({ action }) => action),
    });
  const count = (role: Role, which: (one: Used) => boolean) =>
    String(new Set((used.get(role.name) ?? []).filter(which).map(({ action }) => action)).size);
  return `${[
    "<!-- Generated by `npx node test/power/write.ts` from a recorded night. -->",
    "# Power: what each role may do, and what it used",
    `Every function of Nightshift has an IAM role of its own, and each automation that may act, or is retired, a second one that takes back what it did. Their policies are generated from what the code declares (\`lib/iam/policy.ts\`); nobody writes them by hand. This page sets what they grant beside what was used: **${recorded.calls.length}** calls, recorded on the wire with the credentials that signed them: of one seeded night, and of each unit on its own fixture, where it fails and is taken up, is approved and denied, acts, is taken back, and that is taken back too; and of a deployment that speaks through Slack and by mail, where people press buttons. It is the policy for the settings in \`testing/night.config.ts\`, with the channels of \`test/power/channel-settings.ts\`: ${several(recorded.manifest.settings.regions, code)}, home ${code(recorded.manifest.settings.home)}, every automation allowed to change things. \`npx nightshift policy UNIT\` prints it for your own.`,
    [
      "What the tests in `test/power/` prove, with an independent simulator of IAM and its own data on actions, resource types and condition keys:",
      "",
      "- **0 missing.** Each recorded call, read from its wire form, is allowed by the policy of the role that made it; so is what AWS asks for in the role's name meanwhile.",
      "- **0 unused.** Each action on each resource, each region and each partition pattern that is granted was asked for by a recorded call, or is among the [exceptions](#exceptions).",
      "- **No statement is spare.** Without any one of them, a recorded call is denied; without one of the two that deny, an exempt resource could be changed.",
      "- **`watch` changes nothing.** With that mode, which is the default, every recorded change is denied, and what is still granted beyond looking is Nightshift's own ledger, log and queue.",
      "- **Nobody writes another's records.** Each role is denied the ledger partitions that others write, so that a plan, a decision or a hold cannot be forged by what reads it. Shared are the locks (the unit's own function and undo), `told#` (tell and deliver) and `decision#` (decide, and what works for approvers in Slack, which alone of all roles also writes `exempt#`). None may update or delete a decision; that one is not replaced is a condition of the write, which IAM cannot hold a role to.",
      "",
      commands,
    ].join("\n"),
    table(
      ["role", "actions granted", "used", "used by AWS for us", "exceptions"],
      roles.map((role) => [
        `[${role.name}](#${role.name})`,
        count(role, () => true),
        count(role, ({ by }) => by.some((one) => !forUsBy.has(one))),
        count(role, ({ by }) => by.length > 0 && by.every((one) => forUsBy.has(one))),
        String(exceptions.filter((one) => one.role === role.name).length),
      ]),
    ),
    "Not on this page: the roles that only EventBridge Scheduler and EventBridge assume, to start our functions and to forward events to the home region. No code of ours runs with them; `cdk synth` shows them, and cdk-nag checks them. A channel of another kind adds its queue, and the right to read its own secrets.",
    `How to read the tables: *only* holds the conditions of the statement. "partitions" are keys of the one table ${code(names.table)}, which begin with who writes them; a request that names none, or one beside them, is refused. "in" limits calls that IAM cannot limit to a resource to the configured regions. *times* counts the questions that IAM is asked; a transaction asks several.`,
    ...roles.map(sectionOf),
    `## Made for us\n\nCalls that AWS makes with a role's rights. No request of ours shows them; they are simulated with what AWS documents that it sends.\n\n${table(
      ["who", "what it does", "documented"],
      forUs.map(({ by, why, see }) => [by, why, see]),
    )}`,
    `## Not proven yet\n\nThe roles of these units are generated like all others, but what their tries ask for is not all that they grant, or is not read rightly from the wire. They are on no table above:\n\n${table(
      ["unit", "what is open"],
      Object.entries(unprovenUnits).map(([id, open]) => [code(id), open]),
    )}`,
    `## Exceptions\n\nGranted, and not used by what was recorded, with the reason:\n\n${table(
      ["role", "action", "why it stays"],
      exceptions.map(({ role, action, why }) => [code(role), code(action), why]),
    )}`,
  ].join("\n\n")}\n`;
}
