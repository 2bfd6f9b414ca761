/**
 * Whether what feeds our functions is there, enabled and working: the ledger's stream feeds tell,
 * each channel's queue what delivers. Where one stands still, nothing fails: it only does not come.
 */
import { listEventSourceMappings } from "../../../aws/lambda/event-source-mapping.ts";
import type { WatchdogFinding } from "../../../ledger/findings.ts";
import { cut, plain } from "../../../sdk/plain.ts";
import type { Look } from "./deployment.ts";

/** A function, and what feeds it. */
export interface Fed {
  /** The function's name. */
  readonly name: string;
  /** By what it is for: the end of the source's ARN, or of a stream what its ARN holds. */
  readonly sources: Readonly<Record<string, string>>;
}

/** It is on its way to another state. */
const passing = new Set(["Creating", "Enabling", "Updating"]);

const unfed = (name: string, source: string, why: string, now: string): WatchdogFinding => ({
  key: `mapping ${name} ${source}`,
  title: `Nothing feeds ${name} from ${source}: ${why}`,
  severity: "critical",
  affected: [name],
  facts: {
    "so what":
      "what should be told waits there, and is lost when its time is over: a day in the ledger's stream, four in a queue",
    "what now": now,
  },
});

interface Mapping {
  readonly EventSourceArn?: string | undefined;
  readonly State?: string | undefined;
  readonly StateTransitionReason?: string | undefined;
  readonly LastProcessingResult?: string | undefined;
}

const again = "enable the event source mapping, or deploy again; find out who disabled it";

function faultOf(name: string, source: string, mapping: Mapping | undefined) {
  if (!mapping)
    return unfed(
      name,
      source,
      "its event source mapping is gone",
      "deploy again; find out who deleted it",
    );
  const { State = "unknown", StateTransitionReason, LastProcessingResult } = mapping;
  if (State !== "Enabled" && !passing.has(State)) {
    const reason = StateTransitionReason ? ` (${cut(plain(StateTransitionReason), 200)})` : "";
    return unfed(name, source, `its event source mapping is ${State}${reason}`, again);
  }
  if (LastProcessingResult && /^problem/i.test(LastProcessingResult))
    return unfed(
      name,
      source,
      cut(plain(LastProcessingResult), 300),
      `see the log of ${name}, its role and its reserved concurrency; a source that was deleted and made again needs another deployment`,
    );
  return undefined;
}

/** @param home region, where all of them are */
export async function mappings(
  look: Look,
  home: string,
  fed: readonly Fed[],
): Promise<WatchdogFinding[]> {
  const each = await Promise.all(
    fed.map(async ({ name, sources }) => {
      const all: Mapping[] = await Array.fromAsync(
        look(home)(listEventSourceMappings({ FunctionName: name })),
      );
      return Object.entries(sources).flatMap(([source, arn]) => {
        const found = all.find(({ EventSourceArn = "" }) => isOf(EventSourceArn, arn));
        return faultOf(name, source, found) ?? [];
      });
    }),
  );
  return each.flat();
}

/** A stream's ARN ends with the time when it was made; a queue's is the end itself. */
const isOf = (arn: string, part: string): boolean =>
  part.endsWith("/") ? arn.includes(part) : arn.endsWith(part);
