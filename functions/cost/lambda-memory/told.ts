/** What is told of functions' memory. */
import { count } from "../../../sdk/counted.ts";
import type { Message } from "../../../sdk/message.ts";
import type { MemoryVerdict } from "./judged.ts";

/** A function that takes much, and what was found of it. */
export interface LookedFunction {
  readonly name: string;
  /** In MB. */
  readonly size: number;
  /** Gigabyte-seconds at that pace. */
  readonly perMonth: number;
  /** Why nothing is known of it. */
  readonly unknown?: string;
  /** Of those that were read. */
  readonly calls?: number;
  /** The most that one of these took, in MB. */
  readonly most?: number;
  readonly verdict?: MemoryVerdict;
}

interface Here {
  readonly region: string;
  readonly config: { readonly days: number; readonly calls: number; readonly headroom: number };
}

const whole = (number: number): string => Math.round(number).toLocaleString("en-US");

const isTold = ({ verdict }: LookedFunction): boolean =>
  verdict?.is === "roomy" || verdict?.is === "near";

const adviceOf = ({ verdict }: LookedFunction): string =>
  verdict?.is === "roomy" ? `try ${verdict.enough} MB` : "near its end: give it more";

/** Each reason once, with how many it is of. */
function unknownInWords(found: readonly LookedFunction[]): string | undefined {
  const reasons = found.flatMap(({ name, unknown }) =>
    unknown === undefined ? [] : [{ name, unknown }],
  );
  if (!reasons.length) return undefined;
  return [...Map.groupBy(reasons, ({ unknown }) => unknown)]
    .map(([why, of]) => {
      const [first] = of;
      return of.length === 1 ? `${first?.name}: ${why}` : `${count(of.length, "function")}: ${why}`;
    })
    .join("; ");
}

function titleOf(region: string, roomy: number, near: number): string {
  const has = roomy === 1 ? "has" : "have";
  const [is, its] = near === 1 ? ["is", "its"] : ["are", "their"];
  const nearly = `${is} near the end of ${its} memory`;
  if (!roomy) return `${count(near, "function")} of Lambda in ${region} ${nearly}`;
  const more = `${count(roomy, "function")} of Lambda in ${region} ${has} more memory than ever taken`;
  return near ? `${more}, ${near} ${nearly}` : more;
}

/** @returns nothing where none has too much or hardly enough */
export function memoryMessage(
  found: readonly LookedFunction[],
  { region, config }: Here,
): Message | undefined {
  const told = found.filter(isTold);
  if (!told.length) return undefined;
  const near = told.filter(({ verdict }) => verdict?.is === "near").length;
  const few = found.filter(({ verdict }) => verdict?.is === "few").length;
  const unknown = unknownInWords(found);
  return {
    title: titleOf(region, told.length - near, near),
    severity: "info",
    facts: {
      "how it is known": `by what Lambda wrote to their logs at the end of calls, up to 100 in each fourteenth of ${config.days} days: what others took is not known`,
      ...(few > 0 && {
        "too few calls": `${count(few, "function")}: fewer than ${count(config.calls, "call")} of it were seen`,
      }),
      ...(unknown && { "not known": unknown }),
      price:
        "what less memory saves is not known here: a function has CPU by its memory, so that with less it may run longer, and cost the same",
      "what to do": `Change the memory where the function is defined, one step at a time, and watch its duration and its errors. What is advised is the most that was taken, and ${config.headroom} % more`,
    },
    table: {
      columns: ["function", "memory", "most taken", "calls seen", "GB-seconds a month", "advice"],
      rows: told.map((each) => [
        ...[each.name, `${each.size} MB`, `${each.most} MB`, each.calls ?? 0],
        ...[whole(each.perMonth), adviceOf(each)],
      ]),
    },
    affected: told.map(({ name }) => name),
  };
}
