/** `redrive`: what was given up after all retries is done again, once its cause is mended. */
import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { SQSClient } from "@aws-sdk/client-sqs";
import { sqsQueues } from "../../channels/sqs-queues.ts";
import { isOrder, order } from "../../ingest/start.ts";
import { keys } from "../../ledger/keys.ts";
import type { Store } from "../../ledger/store.ts";
import { count } from "../../sdk/counted.ts";
import { inOneLine, NotPossible } from "../../sdk/errors.ts";
import { matchesPattern } from "../../sdk/pattern.ts";
import { plain } from "../../sdk/plain.ts";
import { systemClock } from "../../sdk/time.ts";
import type { Deployed } from "../../settings/arns.ts";
import type { ManifestUnit } from "../../settings/manifest.ts";
import { type Names, namesOf } from "../../settings/names.ts";
import type { ParsedSettings } from "../../settings/settings.ts";
import { exit } from "../io/exit.ts";
import type { Io } from "../io/io.ts";
import { json } from "../io/json.ts";
import { type Common, onLoopbackOnly } from "../io/options.ts";
import { command, utcText } from "../io/words.ts";
import { type CallerAccount, connect } from "../place/account.ts";
import { createHere, type LocalFunctions } from "../place/here.ts";
import { ledgerIn } from "../place/ledger.ts";
import { logTo } from "../place/log.ts";
import { manifestOf } from "../place/manifest.ts";
import { openSession } from "../place/session.ts";
import { unitIds } from "../place/units.ts";
import { type DeadLetter, homeBus, type Ours, readDeadLetter } from "../redrive/letter.ts";
import { type Failed, failuresIn, type Waiting } from "../redrive/queue.ts";

/**
 * `waiting`: only listed. `taken`: handed over, and gone from the queue. `left`: nobody to hand it
 * to.
 */
type Outcome = "waiting" | "taken" | "left" | "failed";
interface Redriven {
  readonly message: Waiting;
  readonly letter: DeadLetter;
  readonly to: readonly string[];
  readonly outcome: Outcome;
  /** Why it was left, or failed again. */
  readonly error: string | null;
}

/** Gives one of our functions what it was meant to have. */
type Hand = (name: string, payload: unknown) => Promise<void>;

/** The account whose dead letters are redriven. */
interface Redrive {
  readonly account: CallerAccount;
  readonly settings: ParsedSettings;
  readonly ours: Ours;
  readonly store: Store;
  /** The enabled units; asked for once, when a letter lay on the bus. */
  readonly units: () => Promise<readonly ManifestUnit[]>;
  readonly hand: Hand;
  /** Only lists. */
  readonly dry: boolean;
}

export async function redrive(
  options: Common & { readonly dry?: boolean },
  io: Io,
): Promise<number> {
  const { around, settings, file } = await openSession(options);
  const { home } = settings;
  const account = await connect(around, home, io);
  onLoopbackOnly("redrive", account.loopback, { settings: options.settings });
  let units: Promise<readonly ManifestUnit[]> | undefined;
  const ofFile = () => manifestOf(file, io).then((manifest) => manifest.units.filter(isEnabled));
  const all = await redriveAll({
    account,
    settings,
    ours: {
      account: account.id,
      home,
      deployment: settings.deployment,
      units: unitIds,
      channels: Object.keys(settings.channels),
    },
    store: ledgerIn(account, settings),
    units: () => (units ??= ofFile()),
    hand: account.loopback
      ? handHere(createHere({ account, settings, file, clock: systemClock, log: logTo(io) }))
      : handThere(account, settings),
    dry: options.dry ?? false,
  });

  const names = namesOf(settings);
  if (options.json) io.print(json({ letters: all.map((letter) => letterJson(letter, names)) }));
  else {
    const text = all.map((letter) => letterText(letter, io, names)).join("\n\n");
    io.print(text || "No dead letters.");
  }
  const number = (outcome: Outcome) => all.filter((letter) => letter.outcome === outcome).length;
  if (options.dry && number("waiting"))
    io.say(
      `${count(number("waiting"), "dead letter")}: \`${command} redrive\` hands them over again`,
    );
  if (number("failed")) return exit.failed;
  return number("left") ? exit.held : exit.done;
}

const isEnabled = ({ enabled }: ManifestUnit): boolean => enabled;

/** The queues of all regions, one after the other. */
async function redriveAll(redriving: Redrive): Promise<Redriven[]> {
  const { account, settings } = redriving;
  const { home, regions } = settings;
  const all: Redriven[] = [];
  for (const region of [...new Set([home, ...regions])]) {
    const queue = await failuresIn(region, account, settings);
    if (queue) all.push(...(await redriveQueue(queue, redriving)));
    else if (region === home && !account.loopback)
      throw new NotPossible(
        `there is no queue ${namesOf(settings).failures} in ${home} of account ${account.id}: run \`npm run deploy\`, or check that this is the right account`,
      );
  }
  return all;
}

/** What was not taken is in the queue again, whatever happens. */
async function redriveQueue(queue: Failed, redriving: Redrive): Promise<Redriven[]> {
  const done: Redriven[] = [];
  try {
    for (const message of queue.messages) done.push(await redriveLetter(message, queue, redriving));
  } finally {
    const taken = new Set(
      done.filter(({ outcome }) => outcome === "taken").map(({ message }) => message),
    );
    await queue.giveBack(queue.messages.filter((message) => !taken.has(message)));
  }
  return done;
}

async function redriveLetter(
  message: Waiting,
  queue: Failed,
  redriving: Redrive,
): Promise<Redriven> {
  const letter = readDeadLetter(message.body, message.attributes, redriving.ours);
  const to = await addressees(letter, redriving.units);
  const left = (error: string): Redriven => ({ message, letter, to, outcome: "left", error });
  if (letter.to === null) return left(letter.why);
  if (!to.length) return left("no unit that is enabled asks for such an event any more");
  const forged = await forgery(letter.payload, redriving.store);
  if (forged) return left(forged);
  if (redriving.dry) return { message, letter, to, outcome: "waiting", error: null };
  try {
    await handOver(letter, to, redriving);
    await queue.remove(message);
    return { message, letter, to, outcome: "taken", error: null };
  } catch (error) {
    return { message, letter, to, outcome: "failed", error: inOneLine(error) };
  }
}

/** One that lay on the bus is for whoever asks for such events now. */
async function addressees(letter: DeadLetter, units: Redrive["units"]): Promise<readonly string[]> {
  if (letter.to === null) return [];
  if (letter.kind !== "event" || letter.to !== homeBus) return [letter.to];
  const wanting = (await units()).filter(({ on }) =>
    on.some(
      (trigger) => trigger.kind === "event" && matchesPattern(trigger.pattern, letter.payload),
    ),
  );
  return [...new Set(wanting.map(({ id, kind }) => (kind === "signal" ? "signals" : id)))];
}

/**
 * A channel's letter goes into its queue again, where it has all its tries anew: the ledger knows
 * what was told meanwhile.
 */
async function handOver(
  letter: DeadLetter,
  to: readonly string[],
  { account, settings, hand }: Redrive,
): Promise<void> {
  if (letter.kind !== "channel") {
    for (const name of to) await hand(name, letter.payload);
    return;
  }
  const client = account.clients(systemClock).get(SQSClient, settings.home) as SQSClient;
  const { post } = sqsQueues(client, settings);
  await post({ ...letter.payload, at: systemClock.now(), tried: [] });
}

const handHere =
  (here: LocalFunctions): Hand =>
  async (name, payload) => {
    await here.prepare();
    await here.deliver(name, payload);
  };

/** Without waiting for it: what fails again is a dead letter again. */
function handThere(account: CallerAccount, deployed: Deployed) {
  const lambda = account.clients(systemClock).get(LambdaClient, deployed.home);
  const names = namesOf(deployed);
  return async (name: string, payload: unknown): Promise<void> => {
    const { StatusCode } = await lambda.send(
      new InvokeCommand({
        FunctionName: names.function(name),
        InvocationType: "Event",
        Payload: Buffer.from(JSON.stringify(payload)),
      }),
    );
    if (StatusCode !== 202)
      throw new NotPossible(`${names.function(name)} did not take it: status ${StatusCode}`);
  };
}

/**
 * An order that a person gives must be one that somebody gave: whoever may write to the queue could
 * have made it up.
 */
async function forgery(payload: unknown, store: Store): Promise<string | undefined> {
  if (!isOrder(payload)) return undefined;
  const { data: given } = order.safeParse(payload);
  if (given?.kind === "manual")
    return "it is an order of a person, who was told at once that it failed: give it again with `npx nightshift run`";
  if (given?.kind !== "redo") return undefined;
  // Whether it says the same, and was not carried out already, the unit's function compares.
  return (await store.get(keys.order(given.recorded)))
    ? undefined
    : `nobody has taken back ${given.undo}: the ledger does not know of it`;
}

/** What letters of this kind are handed to: channels' queues, or functions. */
const receivers = (kind: DeadLetter["kind"], names: Names) =>
  kind === "channel" ? names.channelQueue : names.function;

const letterJson = (
  { message: { id, region, at }, letter: { kind, why, payload }, to, outcome, error }: Redriven,
  names: Names,
): object => ({
  id,
  region,
  at: at?.toISOString() ?? null,
  kind,
  functions: to.map(receivers(kind, names)),
  why,
  outcome,
  error,
  payload,
});

function letterText(
  { message: { id, region, at }, letter: { kind, why, payload }, to, outcome, error }: Redriven,
  io: Io,
  names: Names,
): string {
  const colour = { waiting: "cyan", taken: "green", left: "yellow", failed: "red" } as const;
  const shown = JSON.stringify(payload) ?? "";
  const lines: string[] = [];
  if (to.length) lines.push(`for ${to.map(receivers(kind, names)).join(", ")}`);
  if (kind !== "unknown") lines.push(`given up because ${why || "no reason was given"}`);
  if (error) lines.push(`${outcome === "left" ? "left where it is" : "failed again"}: ${error}`);
  if (shown) lines.push(shown.length > 300 ? `${shown.slice(0, 300)}…` : shown);
  const head = io.paint(colour[outcome], outcome.toUpperCase().padEnd(9));
  const time = at ? utcText(at) : "at an unknown time";
  return [
    `${head}${kind}  ${time}  ${plain(region)}  ${plain(id)}`,
    ...lines.map((line) => `    ${plain(line)}`),
  ].join("\n");
}
