/** The verbs, their arguments and options. Each verb's own code is loaded when it is asked for. */
import { Command, CommanderError, Option } from "commander";
import { featureVerbs } from "../features.cli.ts";
import packaged from "../package.json" with { type: "json" };
import { modes } from "../settings/mode.ts";
import { exit } from "./io/exit.ts";
import { type Failure, failureOf } from "./io/failure.ts";
import { outcomes } from "./io/filters.ts";
import { createIo, type Io, type Streams } from "./io/io.ts";
import type { AddVerb, Carry } from "./io/verbs.ts";
import { projectVerbs } from "./project-verbs.ts";

const epilogue = `
Exit codes: 0 done · 1 something failed · 2 wrong usage, settings or event · 3 something is held or waits for a person
Account, region and endpoint come from the environment as for every AWS tool; without any of it, from the embedded AWS
that \`npm start\` runs. Environment: NO_COLOR, NIGHTSHIFT_DEBUG=1. More: docs/cli.md`;

export function program(carry: Carry): Command {
  const top = new Command("nightshift")
    .description("The on-call engineer of an AWS account who never sleeps")
    .addHelpText("after", epilogue)
    .version(packaged.version, "-V, --version", "print the version");
  const verb = adding(top);
  unitVerbs(verb, carry);
  runVerbs(verb, carry);
  restoreVerb(verb, carry);
  lookingVerbs(verb, carry);
  switchVerbs(verb, carry);
  hoursVerb(verb, carry);
  envVerb(verb, carry);
  pricesVerb(verb, carry);
  ledgerVerbs(verb, carry);
  const group = (name: string, description: string): AddVerb =>
    adding(top.command(name).description(description));
  for (const addVerbs of featureVerbs) addVerbs({ verb, group, carry });
  doctorVerb(verb, carry);
  deploymentVerbs(verb, carry);
  projectVerbs(top, carry);
  return top;
}

const settingsOption = () =>
  new Option("--settings <file>", "another settings file, on the embedded AWS only").default(
    undefined,
    "nightshift.config.ts",
  );

const adding =
  (parent: Command): AddVerb =>
  (usage, description) =>
    parent
      .command(usage)
      .description(description)
      .option("--json", "one JSON document on stdout")
      .addOption(settingsOption());

const starting = (verb: Command): Command =>
  verb
    .option("--event <file>", "start from an event, as EventBridge, SNS or SQS delivers it")
    .option("--config <json>", "merged over the unit's config")
    .addOption(
      new Option("--mode <mode>", "instead of the settings'").choices(["watch", "ask", "act"]),
    )
    .option("--at <time>", "as if it were this time, e.g. 2026-11-21T02:00:00Z")
    .option("--region <region>", "one that the settings name");
const inFull = (verb: Command): Command =>
  verb.option("--verbose", "with the inputs of all calls, as they are sent");
/** What is left out of what a verb lists. */
const filtered = (verb: Command): Command =>
  verb
    .option("--unit <unit>", "of this unit alone")
    .option("--family <family>", "of the units of this family");
const ofPlaces = (verb: Command): Command =>
  filtered(verb)
    .option("--region <region>", "of this region alone")
    .option("--since <time>", "not older, e.g. 24h, 7d or 2026-11-21T02:00:00Z");
const timed = (verb: Command): Command =>
  verb.option("--at <time>", "as if it were this time, on the embedded AWS only");

/** What a unit is made with, and held to. */
function unitVerbs(verb: AddVerb, carry: Carry): void {
  verb(
    "new <kind> <family/id>",
    "writes the folder of a new automation, report or signal, which passes everything as written",
  ).action((kind, place, options) =>
    carry(async (io) =>
      (await import("./commands/new.ts")).newCommand({ kind, place }, options, io),
    ),
  );
  verb(
    "check <unit>",
    "all that one unit owes: types, contract, faults, power, docs; exits with 1 where it lacks one",
  ).action((id, options) =>
    carry(async (io) => (await import("./commands/check.ts")).checkCommand(id, options, io)),
  );
}

/** What a unit would do, does, waits for, and takes back. */
function runVerbs(verb: AddVerb, carry: Carry): void {
  filtered(verb("list", "all units: what they do, when, in which mode, and when they last ran"))
    .addOption(new Option("--mode <mode>", "in this mode").choices([...modes, "off"]))
    .addOption(
      new Option("--kind <kind>", "of this kind").choices(["automation", "report", "signal"]),
    )
    .action((options) =>
      carry(async (io) => (await import("./commands/list.ts")).listCommand(options, io)),
    );
  inFull(starting(verb("plan [unit]", "shows what it would do now; changes nothing")))
    .option("--all", "every automation and report")
    .option("--all-regions", "in every region of the settings")
    .option("--markdown", "as a comment on a pull request")
    .option("--html", "what a report would tell, as one page that prints well")
    .option("--exit-code", "exits with 3 where anything is proposed or held")
    .option(
      "--since <time>",
      "as if all that it counts had been so since then, e.g. 2026-11-21 or 14d",
    )
    .action((id, options) =>
      carry(async (io) => (await import("./commands/plan.ts")).planCommand(id, options, io)),
    );
  inFull(
    starting(
      verb(
        "run <unit>",
        "runs it once, now; all options but --event and --region on the embedded AWS only",
      ),
    ),
  ).action((id, options) =>
    carry(async (io) => (await import("./commands/run.ts")).runCommand(id, options, io)),
  );
  for (const [verdict, description] of [
    ["approve", "approves a plan that waits, exactly as it is shown; it is carried out at once"],
    ["deny", "denies a plan that waits"],
  ] as const)
    timed(verb(`${verdict} <plan>`, description))
      .option("--config <json>", "what the plan was made with, on the embedded AWS only")
      .action((id, options) =>
        carry(async (io) =>
          (await import("./commands/decide.ts")).decideCommand(verdict, id, options, io),
        ),
      );
  timed(
    verb(
      "undo <run|action>",
      "takes back what a run or one action did; of an undo: lets it be done again",
    ),
  )
    .option(
      "--confirm <digest>",
      "confirms what was shown, where CloudTrail cannot say that it was done",
    )
    .action((id, options) =>
      carry(async (io) => (await import("./commands/undo.ts")).undoCommand(id, options, io)),
    );
}

/** What brings back what was lost. */
function restoreVerb(verb: AddVerb, carry: Carry): void {
  verb(
    "restore <target>",
    "lists what a volume, instance, db:NAME, cluster:NAME, table or files:KIND can be brought back to; makes it beside the original",
  )
    .option("--at <point>", "one of those that are listed, or a time within a window")
    .option("--name <name>", "of what is made: a database, cluster, table or instance")
    .option("--zone <zone>", "of the volumes that are made, where the original is gone")
    .option("--subnet <id>", "that an instance is made in, in place of the original's")
    .option("--type <type>", "of the instance that is made, in place of the original's")
    .option(
      "--group <id>",
      "a security group of the instance that is made; again for each more",
      (id: string, before: readonly string[] = []) => [...before, id],
    )
    .option("--public-address", "gives the instance that is made a public address")
    .option("--user-data", "lets the instance that is made run the original's user data again")
    .option("--region <region>", "one that the settings name")
    .option("--yes", "makes it without asking")
    .action((target, options) =>
      carry(async (io) =>
        (await import("./commands/restore.ts")).restoreCommand(target, options, io),
      ),
    );
}

/** What was done, what may be done, and why. */
function lookingVerbs(verb: AddVerb, carry: Carry): void {
  ofPlaces(verb("plans", "the plans that wait for a person, of all units in all regions"))
    .option("--exit-code", "exits with 3 where one waits")
    .action((options) =>
      carry(async (io) => (await import("./commands/plans.ts")).plansCommand(options, io)),
    );
  inFull(ofPlaces(verb("history [id]", "the last runs; of a run, action or plan: all of it")))
    .addOption(new Option("--mode <mode>", "in this mode").choices(modes))
    .addOption(
      new Option("--outcome <outcome>", "that came to this, or holds such").choices(outcomes),
    )
    .option("--target <id>", "what was done to one resource")
    .option("--limit <number>", "how many", "20")
    .action((id, options) =>
      carry(async (io) => (await import("./commands/history.ts")).history(id, options, io)),
    );
  verb("policy [unit]", "the exact IAM policy of its role, as JSON")
    .option("--undo", "of the role that takes its changes back")
    .option("--people", "of those on call, in place of a unit's")
    .action((id, options) =>
      carry(async (io) => (await import("./commands/policy.ts")).policy(id, options, io)),
    );
  verb("scp", "the service control policy that keeps others away from Nightshift, as JSON").action(
    (options) => carry(async (io) => (await import("./commands/scp.ts")).scp(options, io)),
  );
  verb(
    "explain <unit>",
    "what it does, when, what it may look at and change, how that is taken back, its config",
  ).action((id, options) =>
    carry(async (io) => (await import("./commands/explain.ts")).explainCommand(id, options, io)),
  );
}

/** What stops changes: all, of one unit, of one target. */
function switchVerbs(verb: AddVerb, carry: Carry): void {
  verb("stop [unit]", "stops all changes, or those of one unit, within a minute").action(
    (id, options) =>
      carry(async (io) => (await import("./commands/switch.ts")).stop(id, options, io)),
  );
  verb("resume [unit]", "lets changes go on; of one unit, closes its breaker too").action(
    (id, options) =>
      carry(async (io) => (await import("./commands/switch.ts")).resume(id, options, io)),
  );
  const exempting = (usage: string, description: string): Command =>
    verb(usage, description).option(
      "--region <region>",
      "one that the settings name; all of them where absent",
    );
  exempting(
    "exempt <target>",
    "no automation touches it from now on, security ones included; written with your own credentials, and told",
  )
    .requiredOption(
      "--until <day>",
      "the last day, like 2027-01-31, in UTC, or so long from now on, like 14d; it holds until it is removed, and past that day is told",
    )
    .requiredOption("--owner <who>", "whom to ask about it")
    .requiredOption("--reason <why>", "why")
    .option("--from <units>", "exempts from these alone, parted by commas")
    .action((target, options) =>
      carry(async (io) =>
        (await import("./commands/exempt.ts")).exemptCommand(target, options, io),
      ),
    );
  exempting("unexempt <target>", "removes what `exempt` wrote")
    .option("--from <units>", "only what exempts from exactly these, parted by commas")
    .action((target, options) =>
      carry(async (io) =>
        (await import("./commands/exempt.ts")).unexemptCommand(target, options, io),
      ),
    );
}

/** What schedules say, and what is kept on for longer. */
function hoursVerb(verb: AddVerb, carry: Carry): void {
  verb(
    "hours [on|off] [what]",
    "what schedules say now and what was done by them; `on` keeps a schedule or a target on for longer, `off` ends that",
  )
    .option(
      "--until <time>",
      "with `on`: like 22:00 by the schedule's clocks, 2026-11-21T22:00Z, or so long from now on, like 3h; 14 days at most",
    )
    .option("--region <region>", "one that the settings name; all of them where absent")
    .action((order, what, options) =>
      carry(async (io) =>
        (await import("./commands/hours.ts")).hoursCommand({ verb: order, what }, options, io),
      ),
    );
}

const several = (value: string, before: readonly string[] = []): readonly string[] => [
  ...before,
  value,
];

/** Environments that end by themselves. */
function envVerb(verb: AddVerb, carry: Carry): void {
  verb(
    "env <create|list|extend> [what]",
    "stacks of CloudFormation that end by themselves: makes one of a template, lists them, gives one more time; with your own credentials",
  )
    .option(
      "--ttl <time>",
      "how long it lives: 3d, 12h, 2w, a day like 2027-01-31, or a time with its zone",
    )
    .option("--owner <who>", "with `create`: whom to ask about it, and who is told before it ends")
    .option("--name <name>", "with `create`: the stack's; the template's where absent")
    .option("--parameter <key=value>", "with `create`: of the template; may be repeated", several)
    .option(
      "--capability <name>",
      "with `create`: CAPABILITY_IAM, CAPABILITY_NAMED_IAM or CAPABILITY_AUTO_EXPAND; may be repeated",
      several,
    )
    .option(
      "--role-arn <arn>",
      "with `create`: the role that CloudFormation makes and deletes it by",
    )
    .option("--region <region>", "one that the settings name; `list`: all of them where absent")
    .action((order, what, options) =>
      carry(async (io) =>
        (await import("./commands/env.ts")).envCommand({ verb: order, what }, options, io),
      ),
    );
}

/** What savings go by. */
function pricesVerb(verb: AddVerb, carry: Carry): void {
  verb(
    "prices [refresh]",
    "what is known of AWS's prices, from where and since when; `refresh` reads AWS's price list into prices.json, beside the settings",
  )
    .option("--region <region>", "one that the settings name; all of them where absent")
    .option("--address <url>", "with `refresh`: in place of AWS's own, as of a mirror")
    .action((order, options) =>
      carry(async (io) => (await import("./commands/prices.ts")).pricesCommand(order, options, io)),
    );
}

/** What was given up, what does not add up, what was recorded. */
function ledgerVerbs(verb: AddVerb, carry: Carry): void {
  verb(
    "redrive",
    "hands dead letters to the functions they were meant for, once their cause is mended",
  )
    .option("--dry", "only lists them")
    .action((options) =>
      carry(async (io) => (await import("./commands/redrive.ts")).redrive(options, io)),
    );
  verb(
    "verify",
    "compares ledger and account: what one does not explain of the other is a problem, and exits with 1",
  )
    .option(
      "--trail <file>",
      "CloudTrail records, one JSON document a line; else CloudTrail is asked, on a real account",
    )
    .action((options) =>
      carry(async (io) => (await import("./commands/verify.ts")).verifyCommand(options, io)),
    );
  verb(
    "replay <file>",
    "recorded EventBridge or CloudTrail events through all enabled automations; on a real account it only plans",
  )
    .option("--from <time>", "leaves out what was before")
    .option("--to <time>", "leaves out what was then or later")
    .option("--speed <factor>", "times as fast as it happened, e.g. 60; at once where absent")
    .action((file, options) =>
      carry(async (io) => (await import("./commands/replay.ts")).replay(file, options, io)),
    );
}

function doctorVerb(verb: AddVerb, carry: Carry): void {
  verb("doctor", "looks for what keeps Nightshift from working, and says how to mend it")
    .option(
      "--fire",
      "also sends tests to people: an alarm, a message, and one through every channel",
    )
    .action((options) =>
      carry(async (io) => (await import("./commands/doctor.ts")).doctor(options, io)),
    );
}

/** What makes and ends a deployment. */
function deploymentVerbs(verb: AddVerb, carry: Carry): void {
  verb(
    "deploy",
    "bundles and deploys what the settings say; lists what they no longer do, and removes it when asked",
  )
    .option("--yes", "removes it, and lets permissions change, without asking")
    .option(
      "--forget <units>",
      "lets these end although what they did could still be taken back, parted by commas",
    )
    .action((options) =>
      carry(async (io) => (await import("./commands/deploy.ts")).deployCommand(options, io)),
    );
  verb("uninstall", "removes all of this deployment when asked; its ledger is kept")
    .option("--keep-ledger", "keeps the table, as it does without")
    .option("--export <file>", "writes the ledger to a new file, then deletes the table")
    .option("--yes", "without asking")
    .action((options) =>
      carry(async (io) => (await import("./commands/uninstall.ts")).uninstallCommand(options, io)),
    );
}

/** They say themselves what they do, or ask a person, which nothing may talk into. */
const talks: ReadonlySet<string> = new Set([
  "deploy",
  "uninstall",
  "start",
  "setup",
  "init",
  "restore",
]);

/**
 * Carries out one command line.
 * @param args without node and script
 * @returns the exit code
 */
export async function main(args: readonly string[], streams: Streams): Promise<number> {
  const io = createIo(streams);
  let code: number = exit.done;
  const top = program(async (verb) => {
    const [name = ""] = args;
    code = talks.has(name)
      ? await verb(io)
      : await io.during(`still at \`${name}\``, () => verb(io));
  });
  for (const one of [top, ...top.commands, ...top.commands.flatMap(({ commands }) => commands)])
    one.exitOverride().configureOutput({
      writeOut: (text) => io.print(text),
      writeErr: (text) => io.say(text.trimEnd()),
    });
  try {
    if (!args.length) {
      io.say(top.helpInformation() + epilogue);
      return exit.usage;
    }
    await top.parseAsync([...args], { from: "user" });
    return code;
  } catch (error) {
    const named = top.commands.some((verb) => verb.name() === args[0]);
    return ended(error, args, io, named ? `help ${args[0]}` : "--help");
  }
}

const usageFailure = ({ message }: CommanderError): Failure => ({
  message: message.replace(/^error: /, ""),
  exitCode: exit.usage,
});

function ended(error: unknown, args: readonly string[], io: Io, helpFor: string): number {
  const usage = error instanceof CommanderError;
  if (usage && error.exitCode === 0) return exit.done;
  const { message, exitCode } = usage ? usageFailure(error) : failureOf(error);
  // Commander has said its own already.
  if (!usage) io.say(`nightshift: ${message}`);
  else io.say(`See \`npx nightshift ${helpFor}\`.`);
  if (!usage && process.env.NIGHTSHIFT_DEBUG && error instanceof Error) io.say(error.stack ?? "");
  // Whoever asked for JSON gets a document, whatever happens.
  if (args.includes("--json")) io.print(JSON.stringify({ error: { message, exitCode } }, null, 2));
  return exitCode;
}
