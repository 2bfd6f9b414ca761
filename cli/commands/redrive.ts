/** `redrive`: what was given up after all retries is done again, once its cause is mended. */
import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { SQSClient } from "@aws-sdk/client-sqs";
import { sqsQueues } from "../../channels/sqs-queues.ts";
import { isOrder, order } from "../../ingest/start.ts";
import { unitOf } from "../../ledger/ids.ts";
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
import { exit } from "../io/exit.ts";
import type { Io } from "../io/io.ts";
import { json } from "../io/json.ts";
import { type Common, onLoopbackOnly } from "../io/options.ts";
import { command, utcText } from "../io/words.ts";
import { type CallerAccount, connect } from "../place/account.ts";
import { createHere } from "../place/here.ts";
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

export async function redrive(
  options: Common & { readonly dry?: boolean },
  io: Io,
): Promise<number> {
  const { around, settings, file } = await openSession(options);
  const { home, regions } = settings;
  const account = await connect(around, home, io);
  onLoopbackOnly("redrive", account.loopback, { settings: options.settings });
  const ours: Ours = {
    account: account.id,
    home,
    deployment: settings.deployment,
    units: unitIds,
    channels: Object.keys(settings.channels),
  };
  const store = ledgerIn(account, settings);
  let units: Promise<readonly ManifestUnit[]> | undefined;
  const asking = async (payload: unknown): Promise<string[]> => {
    units ??= manifestOf(file, io).then((manifest) =>
      manifest.units.filter(({ enabled }) => enabled),
    );
    const wanting = (await units).filter(({ on }) =>
      on.some((one) => one.kind === "event" && matchesPattern(one.pattern, payload)),
    );
    return [...new Set(wanting.map(({ id, kind }) => (kind === "signal" ? "signals" : id)))];
  };
  const queues = () =>
    sqsQueues(account.clients(systemClock).get(SQSClient, home) as SQSClient, settings);
  const names = namesOf(settings);
  const hand = account.loopback ? handHere() : handThere(account, settings);

  const all: Redriven[] = [];
  const without: string[] = [];
  for (const region of [...new Set([home, ...regions])]) {
    const queue = await failuresIn(region, account, settings);
    if (!queue) {
      without.push(region);
      continue;
    }
    const done: Redriven[] = [];
    try {
      for (const message of queue.messages) done.push(await one(message, queue));
    } finally {
      await queue.giveBack(
        queue.messages.filter(
          (message) => done.find((it) => it.message === message)?.outcome !== "taken",
        ),
      );
    }
    all.push(...done);
  }
  if (without.includes(home) && !account.loopback)
    throw new NotPossible(
      `there is no queue ${names.failures} in ${home} of account ${account.id}: run \`npm run deploy\`, or check that this is the right account`,
    );

  io.print(
    options.json
      ? json({ letters: all.map((it) => letterJson(it, names)) })
      : all.length
        ? all.map((it) => letterText(it, io, names)).join("\n\n")
        : "No dead letters.",
  );
  const of = (outcome: Outcome) => all.filter((it) => it.outcome === outcome).length;
  if (options.dry && of("waiting"))
    io.say(`${count(of("waiting"), "dead letter")}: \`${command} redrive\` hands them over again`);
  if (of("failed")) return exit.failed;
  return of("left") ? exit.held : exit.done;

  async function addressees(letter: DeadLetter): Promise<readonly string[]> {
    if (letter.to === null) return [];
    const onTheBus = letter.kind === "event" && letter.to === homeBus;
    return onTheBus ? asking(letter.payload) : [letter.to];
  }

  async function one(message: Waiting, queue: Failed): Promise<Redriven> {
    const letter = readDeadLetter(message.body, message.attributes, ours);
    const to = await addressees(letter);
    const left = (error: string): Redriven => ({ message, letter, to, outcome: "left", error });
    if (letter.to === null) return left(letter.why);
    if (!to.length) return left("no unit that is enabled asks for such an event any more");
    const forged = await forgery(letter.payload, store);
    if (forged) return left(forged);
    if (options.dry) return { message, letter, to, outcome: "waiting", error: null };
    try {
      // Into its queue again, where it has all its tries anew: the ledger knows what was told
      // meanwhile.
      if (letter.kind === "channel")
        await queues().post({ ...letter.payload, at: systemClock.now(), tried: [] });
      else for (const name of to) await hand(name, letter.payload);
      await queue.remove(message);
      return { message, letter, to, outcome: "taken", error: null };
    } catch (error) {
      return { message, letter, to, outcome: "failed", error: inOneLine(error) };
    }
  }

  function handHere() {
    const here = createHere({ account, settings, file, clock: systemClock, log: logTo(io) });
    return async (name: string, payload: unknown) => {
      await here.prepare();
      await here.deliver(name, payload);
    };
  }
}

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
  const action = given.key.slice(given.key.lastIndexOf("#") + 1);
  const undone = await store.get(keys.undone(unitOf(action), action));
  return undone?.state === "redone"
    ? undefined
    : `nobody has taken back the undo of ${action}: the ledger does not know of it`;
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
