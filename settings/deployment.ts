/**
 * The section `deployment` of the settings: what a company asks of everything that is deployed, and
 * by which name two deployments in one account are told apart.
 */
import * as z from "zod/mini";
import { regionIn } from "../sdk/arn.ts";
import { days, type Span } from "../sdk/time.ts";
import { region, span } from "./fields.ts";
import { defaultPrefix, namesOf } from "./names.ts";

export interface DeploymentSetting {
  /**
   * How all names begin, `nightshift` where absent: another one is another deployment, with its own
   * ledger, beside the first.
   */
  readonly prefix?: string;
  /** On everything that takes tags. */
  readonly tags?: Readonly<Record<string, string>>;
  /** On every role: the ARN of a policy, or its name in whichever account it is deployed to. */
  readonly permissionsBoundary?: string;
  /** How long CloudWatch keeps the functions' logs; one of the lengths that it knows. Default 90 days. */
  readonly logRetention?: Span;
  /**
   * ARN of a key that encrypts ledger, messages, queues and logs; by region where there are several,
   * for a key lives in one. Its policy must let the services use it (docs/deployment.md). Absent: a
   * key of our own for messages, AWS's own for the rest.
   */
  readonly kmsKey?: string | Readonly<Record<string, string>>;
  /**
   * What carries flows: `durable`, Lambda durable functions, or `timers`, the ledger and one-shot
   * schedules, where the home region has no durable functions. Default `durable`.
   */
  readonly flows?: FlowPort;
  /**
   * So many invocations of `signals` at once, kept for it of the account's concurrency and at most:
   * whoever floods it must not stop what else runs in the account. `false` keeps none, for accounts
   * that have too few to keep any. Default 10.
   */
  readonly signalsAtOnce?: number | false;
  /**
   * By what functions call AWS: `small`, a client of ours with the SDK's schemas, which makes a bundle
   * a third smaller, or `whole`, the SDK's own clients and nothing in their place. Default `small`.
   */
  readonly awsClients?: AwsClients;
}

/** What carries work that waits. */
export type FlowPort = "durable" | "timers";

/** What bundles call AWS with. */
export type AwsClients = "small" | "whole";

/** With every default filled in. */
export interface Deployment {
  readonly prefix: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly permissionsBoundary?: string | undefined;
  readonly logRetention: Span;
  /** ARN of the key of each region; none: AWS's own keys. */
  readonly kmsKeys: Readonly<Record<string, string>>;
  /** Reserved for `signals`; `false`: nothing is. */
  readonly signalsAtOnce: number | false;
  /** What carries flows. */
  readonly flows: FlowPort;
  readonly awsClients: AwsClients;
}

/** The tag by which the stacks of a deployment are known as its own: its value is the prefix. */
export const deploymentTag = "nightshift:deployment";

/** Days that CloudWatch Logs knows: the valid values of PutRetentionPolicy's `retentionInDays`. */
export const retentionDays = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288,
  3653,
] as const;

/** Long enough for a name, short enough that CloudFormation keeps it whole in what it names itself. */
const longestPrefix = 20;
/** What would make one deployment's names look like parts of another's. */
const reserved = ["channel", "failures", "forward", "undo"];
const isReserved = (prefix: string): boolean =>
  reserved.some((word) => prefix.endsWith(`-${word}`));

const prefix = z.string().check(
  z.regex(
    /^[a-z](?:[a-z0-9]|-(?!-))*[a-z0-9]$/,
    "must be lower-case letters, digits and single hyphens, like nightshift-dev",
  ),
  z.refine((text) => text.length <= longestPrefix, {
    error: ({ input }) =>
      `must have at most ${longestPrefix} characters, and has ${String(input).length - longestPrefix} more: CloudFormation cuts longer ones in the names that it makes`,
  }),
  z.refine(
    (text) => !isReserved(text),
    `must not end in ${reserved.map((word) => `-${word}`).join(", ")}: parts of a deployment are called so`,
  ),
);

/** As IAM, Lambda, DynamoDB and SQS all take it. */
const tagText = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;
const tagName = z.string().check(
  z.minLength(1),
  z.maxLength(128, "is longer than the 128 characters that AWS takes"),
  z.regex(tagText, "may hold letters, digits, spaces and _ . : / = + - @"),
  z.refine(
    (name) => !/^(aws|nightshift):/i.test(name),
    "must not begin with aws: or nightshift:, which are AWS's and our own",
  ),
);
const tagValue = z
  .string()
  .check(
    z.maxLength(256, "is longer than the 256 characters that AWS takes"),
    z.regex(tagText, "may hold letters, digits, spaces and _ . : / = + - @"),
  );
/** Fifty a resource, of which one is ours. */
const mostTags = 49;

const closestRetention = ({ seconds }: Span): number => {
  const wanted = seconds / days(1).seconds;
  return retentionDays.find((known) => known >= wanted) ?? 3653;
};
const logRetention = span.check(
  z.refine((length) => retentionDays.some((known) => days(known).seconds === length.seconds), {
    error: ({ input }) =>
      `CloudWatch keeps logs for ${retentionDays.join(", ")} days; the next one is days(${closestRetention(input as Span)})`,
  }),
);

const boundary = z
  .string()
  .check(
    z.regex(
      /^(arn:[\w-]+:iam::(\d{12}|aws):policy\/[\w+=,.@/-]+|[\w+=,.@-]{1,128})$/,
      "must be the ARN or the name of an IAM policy, like arn:aws:iam::123456789012:policy/boundary",
    ),
  );
const keyArn = z
  .string()
  .check(
    z.regex(
      /^arn:[\w-]+:kms:[\w-]+:\d{12}:key\/[\w-]+$/,
      "must be the ARN of a KMS key, not of an alias, like arn:aws:kms:eu-central-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab",
    ),
  );

/** Enough for a storm of alarms to be told within minutes; a hundredth of what an account has. */
const defaultAtOnce = 10;
const mostAtOnce = 1000;
const signalsAtOnce = z
  .union([z.literal(false), z.number()])
  .check(
    z.refine(
      (count) => count === false || (Number.isInteger(count) && count >= 1 && count <= mostAtOnce),
      `must be a whole number from 1 to ${mostAtOnce}, or false where the account has too little concurrency to keep any for signals`,
    ),
  );

/** The section's schema. */
export const deploymentField = z._default(
  z.strictObject({
    prefix: z._default(prefix, defaultPrefix),
    tags: z._default(
      z
        .record(tagName, tagValue)
        .check(
          z.refine(
            (tags) => Object.keys(tags).length <= mostTags,
            `has more than ${mostTags} tags: AWS takes 50 a resource, and one is ours`,
          ),
        ),
      {},
    ),
    permissionsBoundary: z.optional(boundary),
    logRetention: z._default(logRetention, days(90)),
    kmsKey: z.optional(z.union([keyArn, z.record(region, keyArn)])),
    flows: z._default(
      z.enum(["durable", "timers"], {
        error:
          'must be "durable", or "timers" where the home region has no Lambda durable functions',
      }),
      "durable",
    ),
    signalsAtOnce: z._default(signalsAtOnce, defaultAtOnce),
    awsClients: z._default(
      z.enum(["small", "whole"], {
        error: 'must be "small", or "whole" for the clients of the AWS SDK as they are',
      }),
      "small",
    ),
  }),
  {
    prefix: defaultPrefix,
    tags: {},
    logRetention: days(90),
    signalsAtOnce: defaultAtOnce,
    flows: "durable",
    awsClients: "small",
  },
);
type Parsed = z.output<typeof deploymentField>;

/** What is deployed beside the shared functions. */
export interface DeployedParts {
  /** Ids of the units. */
  readonly units: readonly string[];
  /** Names of the queues. */
  readonly queues: readonly string[];
}

/** The key of each region: one ARN stands for that of its own region alone. */
function keysOf({ kmsKey }: Pick<Parsed, "kmsKey">): Readonly<Record<string, string>> {
  if (kmsKey === undefined) return {};
  return typeof kmsKey === "string" ? { [regionIn(kmsKey)]: kmsKey } : kmsKey;
}

/** With the keys by region. */
export function filledDeployment({ kmsKey, ...rest }: Parsed): Deployment {
  return { ...rest, kmsKeys: keysOf({ kmsKey }) };
}

/** The settings that say what is deployed where. */
export interface Settled {
  readonly home: string;
  readonly regions: readonly string[];
  readonly functions: readonly string[];
  readonly deployment: Deployment;
}

/** Name, what it is, and how long AWS lets it be. */
type Long = readonly [name: string, what: string, most: number];

/** The names that grow with what the settings name. */
function longNames(settings: Settled, { units, queues }: DeployedParts): Long[] {
  const names = namesOf(settings);
  const regions = [...new Set([settings.home, ...settings.regions])];
  const all = [...units, ...settings.functions];
  return [
    ...all.map((id): Long => [names.function(id), "a Lambda function", 64]),
    ...units.map((id): Long => [names.undoRole(id), "an IAM role", 64]),
    ...queues.map((name): Long => [name, "an SQS queue", 80]),
    ...units.flatMap((id) =>
      regions.map((region): Long => [names.schedule(id, 0, region), "a schedule", 64]),
    ),
  ];
}

const tooLong = (long: readonly Long[]): string[] =>
  long.flatMap(([name, what, most]) =>
    name.length > most
      ? [
          `deployment.prefix: ${name} would be the name of ${what}, which has at most ${most} characters: it is ${name.length - most} too long`,
        ]
      : [],
  );

function keyProblems({ home, regions, deployment }: Settled): string[] {
  const keys = deployment.kmsKeys;
  if (!Object.keys(keys).length) return [];
  const misplaced = Object.entries(keys).flatMap(([region, arn]) =>
    regionIn(arn) === region
      ? []
      : [
          `deployment.kmsKey.${region}: ${arn} lies in ${regionIn(arn)}: a key is used where it lies`,
        ],
  );
  const without = [...new Set([home, ...regions])].filter((region) => !keys[region]);
  if (!without.length) return misplaced;
  return [
    ...misplaced,
    `deployment.kmsKey: names no key for ${without.join(", ")}, where a failure queue lies: write { "<region>": "<ARN>" } for each region`,
  ];
}

/** All that is wrong in the section, seen with the rest of the settings: a line each. */
export function deploymentProblems(settings: Settled, parts: DeployedParts): string[] {
  return [...tooLong(longNames(settings, parts)), ...keyProblems(settings)];
}
