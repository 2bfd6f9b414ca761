/** Carries out the `find` of a unit that follows schedules, on answers that a test writes down. */
import type { AnyAutomation, KeptOn, Remembered } from "../../sdk/automation.ts";
import type { Found } from "../../sdk/unit.ts";
import { pagesBy } from "./look.ts";

/** What AWS answers: a list is what a listing gives, anything else one answer. */
export type HoursAnswers = (operation: string, input: never) => readonly object[] | object;

export interface HoursTrial {
  readonly now: Date;
  readonly config: unknown;
  readonly answers: HoursAnswers;
  /** What the unit last did to whatever it asks about. */
  readonly last?: Remembered | undefined;
  readonly only?: readonly string[] | undefined;
  readonly regions?: readonly string[] | undefined;
  /** What people keep on for longer. */
  readonly keptOn?: readonly KeptOn[] | undefined;
}

interface Asked {
  readonly operation: string;
  readonly input: Readonly<Record<string, unknown>>;
}

// biome-ignore lint/suspicious/noExplicitAny: what is found is the unit's own business
type FoundBy<U> = U extends { find(search: any): Found<infer F> } ? F : never;

/** What is found, what people are told, and what was asked of AWS and of the ledger. */
export async function lookByHours<U extends AnyAutomation>(
  unit: U,
  { now, config, answers, last, only, regions = ["eu-central-1"], keptOn = [] }: HoursTrial,
) {
  const notes: string[] = [];
  const calls: Asked[] = [];
  const asked: string[] = [];
  const read = ({ operation, input }: Asked) => {
    calls.push({ operation, input });
    const answer = answers(operation, input as never);
    if (!Array.isArray(answer)) return Promise.resolve(answer);
    return (async function* () {
      yield* answer;
    })();
  };
  const found = (await Array.fromAsync(
    (await unit.find({
      account: "123456789012",
      region: "eu-central-1",
      now,
      only,
      config: config as never,
      read: read as never,
      pages: pagesBy(read as never) as never,
      regions,
      remembered: async ({ target }) => {
        asked.push(target);
        return last;
      },
      madeBy: async () => undefined,
      keptOn: async () => keptOn,
      note: (text) => void notes.push(text),
    })) as AsyncIterable<FoundBy<U>>,
  )) as FoundBy<U>[];
  return { found, notes, calls, asked };
}

/** Of the first that is found: what is proposed, who is said to manage it, what is told. */
export async function judgeByHours<U extends AnyAutomation>(unit: U, trial: HoursTrial) {
  const { found, ...told } = await lookByHours(unit, trial);
  const [first] = found;
  if (!first) throw new Error("it was not found");
  const { now, config } = trial;
  const here = { account: "123456789012", region: "eu-central-1" };
  return {
    ...told,
    first,
    proposal: unit.propose(first, { ...here, now, config: config as never, since: undefined }),
    managed: unit.target(first).managed,
  };
}
