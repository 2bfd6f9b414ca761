/**
 * Who is let in to Nightshift's functions by the functions themselves: their resource policies and
 * addresses. What identity policies allow, and whether a service control policy holds that back,
 * cannot be read from within the account.
 */
import {
  GetPolicyCommand,
  LambdaClient,
  ListFunctionUrlConfigsCommand,
} from "@aws-sdk/client-lambda";
import type { Clients } from "../../engine/run/clients.ts";
import { count } from "../../sdk/counted.ts";
import { fieldsOf } from "../../sdk/fields.ts";
import { arnsOf } from "../../settings/arns.ts";
import { awsAlias, type Names, namesOf } from "../../settings/names.ts";
import type { ParsedSettings } from "../../settings/settings.ts";
import { command } from "../io/words.ts";
import { isMissing } from "../place/there.ts";
import { type DoctorCheck, ill, noteCheck } from "./check.ts";

export interface LookedAt {
  readonly clients: Clients;
  readonly settings: ParsedSettings;
  /** 12 digits. */
  readonly account: string;
  /** Ids of the automations and reports that are deployed, each with a function of its own. */
  readonly units: readonly string[];
}

/** Somebody whom a function lets in and who is none of those that the deployment names. */
interface Stranger {
  readonly name: string;
  readonly what: string;
  readonly remedy: string;
}

/** Lambda answers 15 such questions a second. */
const atOnce = 4;

export async function invokers(looked: LookedAt): Promise<DoctorCheck> {
  const check = "invokers";
  const { settings, units } = looked;
  const all = [...settings.functions, ...units];
  const found: (readonly Stranger[] | undefined)[] = [];
  for (let first = 0; first < all.length; first += atOnce)
    found.push(
      ...(await Promise.all(
        all.slice(first, first + atOnce).map((name) => strangersTo(name, looked)),
      )),
    );
  const there = found.filter((strangers) => strangers !== undefined);
  const strangers = there.flat();
  if (strangers.length)
    return ill(
      check,
      strangers.map(({ name, what }) => `${name} ${what}`).join("; "),
      [...new Set(strangers.map(({ remedy }) => remedy))].join("\n"),
    );
  if (!there.length) return noteCheck(check, "no function is there yet", "`npm run deploy`");
  return noteCheck(
    check,
    `${count(there.length, "function lets", "functions let")} in nobody whom the deployment does not name; whom IAM policies of the account allow to invoke them, and whether a service control policy holds administrators back, cannot be read from here`,
    `in an organisation, attach what \`${command} scp\` prints, and grant approvers lambda:InvokeFunction on decide only with lambda:InvokedViaFunctionUrl (docs/deployment.md)`,
  );
}

/** @returns nothing where there is no such function */
async function strangersTo(
  name: string,
  { clients, settings, account }: LookedAt,
): Promise<readonly Stranger[] | undefined> {
  const FunctionName = namesOf(settings).function(name);
  const client = clients.get(LambdaClient, settings.home) as LambdaClient;
  const policyOf = (Qualifier?: string) =>
    absentAs(client.send(new GetPolicyCommand({ FunctionName, Qualifier })));
  const [addresses, ...policies] = await Promise.all([
    absentAs(client.send(new ListFunctionUrlConfigsCommand({ FunctionName }))),
    policyOf(),
    ...(name === "signals" ? [policyOf(awsAlias)] : []),
  ]);
  // A function without a policy answers as one that is not there; addresses tell the two apart.
  if (!addresses) return undefined;
  const statements = policies.flatMap((policy) => statementsIn(policy?.Policy));
  const urls = (addresses.FunctionUrlConfigs ?? []).map(({ AuthType = "" }) => AuthType);
  return [
    ...statements.flatMap((statement) => strangerIn(statement, name, settings, account)),
    ...openAddresses(name, urls, namesOf(settings)),
  ];
}

async function absentAs<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** A statement of a function's policy, as far as it is judged. */
interface LettingIn {
  readonly sid: string;
  readonly principal: string;
  readonly isService: boolean;
  readonly conditions: ReadonlyMap<string, string>;
}

/** Lambda writes one principal and one value of each condition into a statement. */
function statementsIn(policy: string | undefined): LettingIn[] {
  const { Statement } = fieldsOf(policy === undefined ? undefined : JSON.parse(policy));
  if (!Array.isArray(Statement)) return [];
  return Statement.map(fieldsOf).flatMap((statement) => {
    if (statement.Effect !== "Allow") return [];
    const { Service, AWS } = fieldsOf(statement.Principal);
    const conditions = Object.values(fieldsOf(statement.Condition)).flatMap((tests) =>
      Object.entries(fieldsOf(tests)).map(
        ([key, value]) => [key.toLowerCase(), String(value)] as const,
      ),
    );
    return [
      {
        sid: String(statement.Sid ?? ""),
        principal: String(Service ?? AWS ?? statement.Principal),
        isService: Service !== undefined,
        conditions: new Map(conditions),
      },
    ];
  });
}

/** Whether a service may start `signals` with this, beside rules on the home bus. */
function startsSignals(principal: string, source: string, settings: ParsedSettings): boolean {
  if (principal === "sns.amazonaws.com") return settings.signalTopics.includes(source);
  return principal === "lambda.alarms.cloudwatch.amazonaws.com" && source.includes(":alarm:");
}

/** Whether a statement is one that the deployment makes. */
function isOurs(
  { principal, isService, conditions }: LettingIn,
  name: string,
  settings: ParsedSettings,
  account: string,
): boolean {
  const source = conditions.get("aws:sourcearn") ?? "";
  if (isService) {
    if (conditions.get("aws:sourceaccount") !== account && !source.includes(`:${account}:`))
      return false;
    const rules = arnsOf(settings, { account }).homeRules(settings.home).replace(/\*$/, "");
    if (principal === "events.amazonaws.com") return source.startsWith(rules);
    return name === "signals" && startsSignals(principal, source, settings);
  }
  // Anybody, through the address without IAM: Slack's signature is the door there.
  const isThroughAddress =
    conditions.get("lambda:functionurlauthtype") === "NONE" ||
    conditions.get("lambda:invokedviafunctionurl") === "true";
  return name === "slack" && principal === "*" && isThroughAddress;
}

function strangerIn(
  statement: LettingIn,
  name: string,
  settings: ParsedSettings,
  account: string,
): Stranger[] {
  if (isOurs(statement, name, settings, account)) return [];
  const { sid, principal, conditions } = statement;
  const source = conditions.get("aws:sourcearn");
  const called = namesOf(settings).function(name);
  return [
    {
      name: called,
      what: `lets in ${principal}${source ? ` for ${source}` : ""} (statement ${sid})`,
      remedy: `if nobody can say why: \`aws lambda remove-permission --region ${settings.home} --function-name ${called} --statement-id ${sid}\``,
    },
  ];
}

/** Functions that have an address, and who is let in by it. */
const addressed: ReadonlyMap<string, string> = new Map([
  ["decide", "AWS_IAM"],
  ["slack", "NONE"],
]);

function openAddresses(name: string, urls: readonly string[], names: Names): Stranger[] {
  const called = names.function(name);
  const wanted = addressed.get(name);
  return urls
    .filter((auth) => auth !== wanted)
    .map((auth) => ({
      name: called,
      what: `has an address with the authorisation ${auth}, which the deployment ${wanted === undefined ? "does not make" : `makes as ${wanted}`}`,
      remedy: `somebody made or changed it by hand: \`aws lambda delete-function-url-config --function-name ${called}\`, then \`npm run deploy\``,
    }));
}
