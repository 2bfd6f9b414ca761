/** What happens to people on call, from an alarm to its end, and what must be true of it. */

import type { Misdeed } from "../../../channels/fake-server.ts";
import type { FakeMessage } from "../../../channels/slack/fake-workspace.ts";
import { put } from "../../../messages/outbox.ts";
import type { SignalTold } from "../../../messages/outgoing.ts";
import { hours, minutes, type Span } from "../../../sdk/time.ts";
import { retention } from "../../setup/retention.ts";
import { type Gone, lossesOf, named, type Wrong } from "../faults.ts";
import { account, region } from "../world.ts";
import { House, type HouseMisdeed, type HouseOptions } from "./house.ts";

const title = "The queue is too long";

/** All that a message says, as one text. */
const allOf = ({ text, blocks }: Pick<FakeMessage, "text" | "blocks">): string =>
  JSON.stringify([text, blocks]);

/** A house, and what was not as it must be. */
export interface Watched {
  readonly house: House;
  readonly problems: readonly string[];
}

export class Watch {
  readonly house: House;
  readonly problems: string[] = [];
  #signals = 0;

  constructor(house: House) {
    this.house = house;
  }

  async signal(over: Partial<SignalTold>): Promise<void> {
    this.#signals += 1;
    const message: SignalTold = {
      id: `${retention.id}.signal-${this.#signals}`,
      at: new Date(this.house.world.now),
      account,
      region,
      unit: retention.id,
      kind: "signal",
      severity: "critical",
      title,
      key: "queue",
      ...over,
    };
    await this.house.as((store) => put(store, `unit#${retention.id}`, message));
  }

  /** Waits until something is so, and says when it does not come. */
  async until(what: string, atMost: Span, is: () => boolean): Promise<boolean> {
    const { world } = this.house;
    for (const end = world.now + atMost.seconds * 1000; world.now < end; ) {
      await this.house.pass(minutes(1));
      if (is()) return true;
    }
    this.problems.push(`${what} does not come within ${atMost.seconds / 60} minutes`);
    return false;
  }

  inSlack(...says: readonly string[]): FakeMessage | undefined {
    return this.house.slack.messages.find((message) =>
      says.every((each) => allOf(message).includes(each)),
    );
  }

  /** Presses until it shows: what failed is pressed again. */
  async press(what: string, button: string, shows: string): Promise<void> {
    for (let tries = 0; tries < 4; tries += 1) {
      const on = this.house.slack.messages.find(({ blocks }) =>
        JSON.stringify(blocks).includes(`"action_id":"${button}"`),
      );
      if (on) await this.house.asked("slack", this.house.slack.press(on, button));
      await this.house.pass(minutes(12));
      if (this.inSlack(shows)) return;
    }
    this.problems.push(`${what} is pressed four times, and nothing shows it`);
  }

  /** What is wrong where nothing is under way. */
  ended(): string[] {
    const { lost, waiting, slack } = this.house;
    const twice = Map.groupBy(slack.messages, ({ text, thread }) => `${thread} ${text}`);
    return [
      ...lost.map((what) => `given up: ${what}`),
      ...(waiting ? ["something still lies somewhere"] : []),
      ...[...twice].flatMap(([what, { length }]) =>
        length > 1 ? [`${length} times in Slack: ${what}`] : [],
      ),
    ];
  }
}

/** An alarm, whoever is on is called, takes it, and it ends. */
async function alarm(watch: Watch): Promise<void> {
  const { house, problems } = watch;
  const alerts = () => [...house.phone.alerts.values()];
  const states = () => alerts().map(({ state }) => state);
  await watch.signal({});
  await watch.until("the alarm in Slack", minutes(40), () => watch.inSlack(title) !== undefined);
  await watch.until("the call", minutes(60), () => alerts().length > 0);
  await watch.until("that Ann is called", minutes(60), () =>
    Boolean(watch.inSlack("Called: <@U0ANN>")),
  );
  await watch.press("an acknowledgement", "acknowledge", "Taken");
  await watch.until("that the alert is taken", minutes(60), () =>
    states().includes("acknowledged"),
  );
  await watch.signal({ closes: true, confirmed: true, severity: "info", title: "It is over" });
  await watch.until("the end in Slack", minutes(60), () => Boolean(watch.inSlack(title, "*Over*")));
  await watch.until("the end of the alert", minutes(60), () =>
    states().every((state) => state === "resolved"),
  );
  await house.pass(hours(1));
  const woken = house.phone.opened.filter((key) =>
    house.phone.alerts.get(key)?.summary.includes(title),
  );
  if (woken.length !== 1) problems.push(`woken ${woken.length} times`);
}

/** A plan waits for a person, who approves it in Slack. */
async function approval(watch: Watch): Promise<void> {
  await question(watch);
  await watch.press("an approval", "approve", "Approved");
  await carriedOut(watch);
}

/** A plan waits for a person, who approves it by the command line. */
async function order(watch: Watch): Promise<void> {
  await question(watch);
  const { house, problems } = watch;
  const [, plan = ""] =
    /plan\\+":\\+"([^"\\]+)/.exec(allOf(house.slack.messages[0] ?? nothing)) ?? [];
  const signed = () => house.signed("decide", { plan, verdict: "approve" });
  let status: number | undefined;
  for (let tries = 0; tries < 4 && status !== 200; tries += 1) {
    status = await house.asked("decide", { body: JSON.stringify(await signed()) });
    await house.pass(minutes(6));
  }
  if (status !== 200) problems.push(`an order is given four times and answered ${status}`);
  await carriedOut(watch);
}
const nothing = { text: "", blocks: [] };

async function question(watch: Watch): Promise<void> {
  const { house } = watch;
  house.aws.logs.groups.set("wrong-0", { tags: {} });
  await house.sweep();
  await watch.until("the question", minutes(60), () => Boolean(watch.inSlack('"approve"')));
}

async function carriedOut(watch: Watch): Promise<void> {
  const { house } = watch;
  await watch.until(
    "what was approved",
    minutes(60),
    () => house.aws.logs.groups.get("wrong-0")?.retentionInDays === 7,
  );
  await watch.until("that it is done", minutes(60), () => Boolean(watch.inSlack("1 changed")));
  await house.pass(hours(1));
}

export const watches = { alarm, approval, order };

export async function watched(
  name: keyof typeof watches,
  options: HouseOptions = {},
): Promise<Watched> {
  const house = await House.open(options);
  try {
    const watch = new Watch(house);
    await watches[name](watch);
    // What went wrong at the very end has its time too.
    for (let more = 0; house.waiting && more < 12; more += 1) await house.pass(minutes(5));
    return { house, problems: [...watch.problems, ...watch.ended()] };
  } finally {
    await house.close();
  }
}

/** Something does not come, or does not show, where it should. */
const isLate = (problem: string): boolean =>
  /does not come|nothing shows it|answered/.test(problem);
/** A call does not come; that something is taken or over has no other way. */
const isLateCall = (problem: string): boolean =>
  /^(that Ann is called|the alarm in Slack|the call|the question|that it is done)/.test(problem);
const isTwice = (problem: string): boolean => /^\d times in Slack/.test(problem);

/**
 * Whether a channel has taken a message and that could not be remembered: it is sent once more, for
 * told twice is better than not at all.
 */
const isInDoubt = ({ of, request: { operation, input } }: HouseLoss): boolean =>
  of === "deliver" &&
  (operation === "PutItem" || operation === "DeleteItem") &&
  JSON.stringify(input).includes('"pk":{"S":"told#');

/** A call of a function that goes wrong. */
export interface HouseLoss extends Wrong {
  readonly of: string;
}

const misdeeds: readonly Misdeed[] = [
  "reset",
  "lost",
  "throttled",
  "broken",
  "busy",
  "moved",
  "revoked",
];

/** What is wrong though a request to a channel went wrong so. */
function wrongWith({ how }: HouseMisdeed, { house, problems }: Watched): readonly string[] {
  if (how === "lost") return problems.filter((problem) => !isTwice(problem));
  // What a channel refuses for good, or for as long as it would be of use, goes another way.
  const isElsewhere = house.aws.published.length > 0 || house.phone.opened.length > 1;
  if (!isElsewhere) return problems;
  const excused = how === "revoked" ? isLate : isLateCall;
  return problems.filter((problem) => !excused(problem));
}

/** The same for each request to a channel, in each way that a channel goes wrong. */
export async function atEachRequest(
  name: keyof typeof watches,
  which: (nth: number) => boolean,
): Promise<Gone> {
  const { house } = await watched(name);
  const requests = { slack: house.slack.asked(), phone: house.phone.asked() };
  const all = (["slack", "phone"] as const).flatMap((channel) =>
    Array.from({ length: requests[channel] }, (_, from) => from).flatMap((from) =>
      misdeeds.flatMap((how) => [1, 5].map((times) => ({ channel, how, from, times }))),
    ),
  );
  const wrong: Record<string, readonly string[]> = {};
  const chosen = all.filter((_, nth) => which(nth));
  for (const misdeed of chosen) {
    const problems = wrongWith(misdeed, await watched(name, { misdeed }));
    if (problems.length) wrong[JSON.stringify(misdeed)] = problems;
  }
  return { wrong, count: chosen.length };
}

/** @returns what does not end well, by what went wrong; and how many watches that were */
export async function atEachCall(
  name: keyof typeof watches,
  which: (loss: HouseLoss, nth: number) => boolean,
): Promise<Gone> {
  const clean = await watched(name);
  if (clean.problems.length) return { wrong: { clean: clean.problems }, count: 0 };
  const all = [...clean.house.made].flatMap(([of, requests]) =>
    of === retention.id ? [] : lossesOf(requests).map((loss) => ({ ...loss, of })),
  );
  const wrong: Record<string, readonly string[]> = {};
  const chosen = all.filter(which);
  for (const loss of chosen) {
    const { problems: all } = await watched(name, { faults: [loss] });
    const problems = isInDoubt(loss) ? all.filter((problem) => !isTwice(problem)) : all;
    if (problems.length) wrong[`${loss.of}: ${named(loss)}`] = problems;
  }
  return { wrong, count: chosen.length };
}
