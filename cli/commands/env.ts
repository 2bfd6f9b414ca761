/**
 * `env create|list|extend`: environments that end by themselves. Stacks of CloudFormation, made with
 * the caller's own credentials and tagged from birth; `stale-environments` ends them.
 */
import type { Capability } from "@aws-sdk/client-cloudformation";
import * as z from "zod/mini";
import {
  durationOf,
  readTtl,
  ttlExamples,
  ttlTag,
} from "../../functions/cleanup/stale-environments/ttl.ts";
import { NotPossible, UsageError } from "../../sdk/errors.ts";
import { plain } from "../../sdk/plain.ts";
import { after, hours, systemClock } from "../../sdk/time.ts";
import type { ParsedSettings } from "../../settings/settings.ts";
import {
  createEnv,
  type EnvPlace,
  environmentsOf,
  type ListedEnv,
  retagEnv,
} from "../env/environments.ts";
import { templateIn } from "../env/template.ts";
import { exit } from "../io/exit.ts";
import type { Io } from "../io/io.ts";
import { json } from "../io/json.ts";
import { type Common, onLoopbackOnly } from "../io/options.ts";
import { table } from "../io/table.ts";
import { command, quoted, utcText } from "../io/words.ts";
import { configured, configuredRegion, connect } from "../place/account.ts";
import { openSession } from "../place/session.ts";

export interface EnvOptions extends Common {
  readonly ttl?: string;
  readonly owner?: string;
  readonly name?: string;
  readonly parameter?: readonly string[];
  readonly capability?: readonly string[];
  readonly roleArn?: string;
  readonly region?: string;
}

/** What ends environments, and by which words of the settings. */
const ending = "stale-environments";

const endingConfig = z.object({ tag: z.optional(z.string()), role: z.optional(z.string()) });

interface Ending {
  /** Absent: no unit ends them. */
  readonly mode: string | undefined;
  readonly tag: string;
  readonly hasRole: boolean;
}

function endingOf({ units }: Pick<ParsedSettings, "units">): Ending {
  const unit = units[ending];
  const { tag = ttlTag, role } = endingConfig.safeParse(unit?.config ?? {}).data ?? {};
  return { mode: unit?.mode, tag, hasRole: role !== undefined };
}

interface Opened {
  readonly place: EnvPlace;
  readonly regions: readonly string[];
  readonly ending: Ending;
}

async function opened(options: EnvOptions, io: Io): Promise<Opened> {
  const { around, settings } = await openSession(options);
  const asked = await configuredRegion(options.region, settings, around);
  const source = options.region === undefined ? "surroundings" : "option";
  const region = configured(asked, source, settings);
  const account = await connect(around, region, io);
  onLoopbackOnly("env", account.loopback, { settings: options.settings });
  return {
    place: { clients: account.clients(systemClock), region },
    regions: options.region === undefined ? settings.regions : [region],
    ending: endingOf(settings),
  };
}

/** Who would not be told, or nothing would end. */
function whatEndsIt({ mode, hasRole }: Ending, hasOwnRole: boolean): string[] {
  const lines: string[] = [];
  if (mode === undefined)
    lines.push(`Nothing ends it: the settings have no ${ending} among their units.`);
  else if (mode === "watch") lines.push(`Nothing ends it: ${ending} is in the mode watch.`);
  else lines.push(`${ending} tells its owner before, and asks whether to delete it.`);
  if (mode !== undefined && !hasOwnRole && !hasRole)
    lines.push(
      `It has no role of its own, and the config of ${ending} names none: it would be told, and stay. Give it one with --role-arn.`,
    );
  return lines;
}

/** @throws {UsageError} that says what would be right */
function endOf(ttl: string | undefined, example: string): Date {
  if (ttl === undefined) throw new UsageError(`--ttl is missing: ${example}`);
  const now = systemClock.now();
  const { end, problem } = readTtl(ttl, now);
  if (end) return end;
  const why = problem.startsWith("which was over")
    ? "is over already"
    : `is no TTL: ${ttlExamples}`;
  throw new UsageError(`--ttl ${ttl} ${why}`);
}

/** What CloudFormation takes as a tag's value. */
const tagValue = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]{1,256}$/u;
const stackName = /^[A-Za-z][A-Za-z0-9-]{0,127}$/;

function parametersOf(given: readonly string[] = []) {
  return given.map((each) => {
    const at = each.indexOf("=");
    if (at < 1) throw new UsageError(`--parameter ${each} is not KEY=VALUE`);
    return { ParameterKey: each.slice(0, at), ParameterValue: each.slice(at + 1) };
  });
}

const capabilities: readonly Capability[] = [
  "CAPABILITY_IAM",
  "CAPABILITY_NAMED_IAM",
  "CAPABILITY_AUTO_EXPAND",
];

function capabilitiesOf(given: readonly string[] = []): readonly Capability[] {
  return given.map((each) => {
    const known = capabilities.find((capability) => capability === each);
    if (known) return known;
    throw new UsageError(`--capability ${each} is none of ${capabilities.join(", ")}`);
  });
}

const createExample = `\`${command} env create app.yaml --ttl 3d --owner ann\``;

async function create(what: string | undefined, options: EnvOptions, io: Io): Promise<number> {
  if (what === undefined) throw new UsageError(`which template? ${createExample}`);
  const end = endOf(options.ttl, createExample);
  const { ttl = "", owner = "", roleArn: role } = options;
  if (!tagValue.test(owner))
    throw new UsageError(`--owner is missing, or no value of a tag: ${createExample}`);
  if (role !== undefined && !/^arn:[\w-]+:iam::\d{12}:role\/\S+$/.test(role))
    throw new UsageError(`--role-arn ${role} is not the ARN of a role`);
  const parameters = parametersOf(options.parameter);
  const wanted = capabilitiesOf(options.capability);
  const { body, name: own } = templateIn(what, ttl);
  const name = options.name ?? own;
  if (!stackName.test(name))
    throw new UsageError(
      `--name ${name} is no name of a stack: letters, digits and -, a letter first, 128 at most`,
    );
  const { place, ending: ends } = await opened(options, io);
  const tags = { [ends.tag]: ttl, owner };
  const id = await createEnv(place, { name, body, tags, parameters, capabilities: wanted, role });
  const { region } = place;
  const notes = whatEndsIt(ends, role !== undefined);
  if (options.json) io.print(json({ name, id, region, ttl, end, owner, notes }));
  else
    io.print(
      [
        `CloudFormation makes ${name} now, in ${region}, with your own credentials. Its time is over on ${utcText(end)}.`,
        ...notes,
        `More time: ${command} env extend ${quoted(name)} --ttl 2d`,
      ].join("\n"),
    );
  return exit.done;
}

const endText = ({ ttl, text }: ListedEnv): string =>
  ttl.end ? utcText(ttl.end) : `never: "${text}" is no TTL`;

const envJson = ({ region, stack, text, ttl, owner }: ListedEnv) => ({
  name: stack.StackName,
  id: stack.StackId,
  region,
  status: stack.StackStatus,
  owner: owner ?? null,
  ttl: text,
  end: ttl.end ?? null,
  problem: ttl.problem ?? null,
  isProtected: stack.EnableTerminationProtection === true,
});

const allIn = async ({ place, regions, ending: { tag } }: Opened): Promise<ListedEnv[]> => {
  const found = await Promise.all(
    regions.map((region) => environmentsOf({ ...place, region }, tag)),
  );
  const time = ({ ttl }: ListedEnv) => ttl.end?.getTime() ?? 0;
  return found.flat().sort((a, b) => time(a) - time(b));
};

/** Exits with 3 where one says a time that is none: it would stay for ever. */
async function list(_: string | undefined, options: EnvOptions, io: Io): Promise<number> {
  const open = await opened(options, io);
  const found = await allIn(open);
  if (options.json) io.print(json({ environments: found.map(envJson) }));
  else if (!found.length) io.print(`No stack has the tag ${open.ending.tag}. ${createExample}`);
  else {
    const columns = [
      { title: "NAME" },
      { title: "ENDS (UTC)" },
      { title: "OWNER", least: 8 },
      { title: "STATUS", least: 12 },
      { title: "REGION" },
    ];
    const rows = found.map((each) => [
      plain(each.stack.StackName ?? ""),
      plain(endText(each)),
      plain(each.owner ?? "unknown"),
      each.stack.StackStatus ?? "",
      each.region,
    ]);
    io.print(table(io, columns, rows).trimEnd());
  }
  return found.some(({ ttl }) => ttl.problem !== undefined) ? exit.held : exit.done;
}

const extendExample = `\`${command} env extend demo --ttl 2d\``;

/** A duration counts from where its time ends, or from now where it is over. */
function laterEnd(ttl: string | undefined, { ttl: before }: ListedEnv): Date {
  const now = systemClock.now();
  const long = durationOf(ttl ?? "");
  if (long === undefined) return endOf(ttl, extendExample);
  const from = before.end && before.end > now ? before.end : now;
  return after(from, hours(long));
}

async function extend(what: string | undefined, options: EnvOptions, io: Io): Promise<number> {
  if (what === undefined) throw new UsageError(`which environment? ${extendExample}`);
  endOf(options.ttl, extendExample);
  const open = await opened(options, io);
  const found = (await allIn(open)).filter(
    ({ stack }) => stack.StackName === what || stack.StackId === what,
  );
  const [env] = found;
  if (!env)
    throw new NotPossible(
      `no stack ${what} has the tag ${open.ending.tag}: \`${command} env list\` shows those that do`,
    );
  if (found.length > 1)
    throw new UsageError(
      `${what} is in ${found.map(({ region }) => region).join(" and ")}: name one with --region`,
    );
  const end = laterEnd(options.ttl, env);
  if (env.ttl.end && end < env.ttl.end)
    throw new UsageError(
      `--ttl ${options.ttl} would end ${what} sooner, on ${utcText(end)}: its time is over on ${utcText(env.ttl.end)}`,
    );
  const text = `${end.toISOString().slice(0, 19)}Z`;
  await retagEnv(open.place, env, { [open.ending.tag]: text });
  if (options.json) io.print(json({ ...envJson(env), ttl: text, end, problem: null }));
  else
    io.print(
      `CloudFormation writes the tag onto ${what} and what it made now, in ${env.region}, with your own credentials. Its time is over on ${utcText(end)}.`,
    );
  return exit.done;
}

export function envCommand(
  { verb, what }: { readonly verb: string; readonly what: string | undefined },
  options: EnvOptions,
  io: Io,
): Promise<number> {
  const verbs = { create, list, extend };
  if (!Object.hasOwn(verbs, verb))
    throw new UsageError(
      `env ${verb} is not understood: ${createExample}, \`${command} env list\` or ${extendExample}`,
    );
  return verbs[verb as keyof typeof verbs](what, options, io);
}
