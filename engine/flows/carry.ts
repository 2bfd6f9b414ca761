/**
 * Carries a flow from its beginning to its end: each write asked about anew and recorded before and
 * after, all taken back in reverse where it dies half way. What remembers and waits is a port; the
 * ledger alone is the truth of what was written.
 */
import { type ActionRecord, actionById } from "../../ledger/actions.ts";
import type { FlowUnderWay } from "../../ledger/flows.ts";
import { inOneLine, NotPossible } from "../../sdk/errors.ts";
import { type AnyFlow, isFlow } from "../../sdk/flow.ts";
import type { Workplace } from "../run/attempt.ts";
import { withoutMetadata } from "../run/send.ts";
import { type Carriage, type FlowStop, failedStop, rememberable } from "./carriage.ts";
import { carrierOf, FlowStopped } from "./carrier.ts";
import { endFlow, type FlowEnd, tellEnd } from "./end.ts";
import type { Steps } from "./steps.ts";
import { takeBackWritten } from "./take-back-written.ts";
import { stopThrown } from "./write-once.ts";

/** What whoever carries a flow has of it. */
export interface Carrying extends Workplace {
  readonly underWay: FlowUnderWay;
  readonly steps: Steps;
  isLive(): Promise<boolean>;
}

/** `over`: settled and told. `superseded`: another execution has it. `redeployed`: another must. */
export type CarryEnd = "over" | "superseded" | "redeployed";

/** @throws what may pass by itself: whoever carries it comes again */
export async function carry(carrying: Carrying): Promise<CarryEnd> {
  const { unit, underWay, steps, host } = carrying;
  const { run, action: id } = underWay.begun;
  const record = await actionById(host.store, "unit", { unit: unit.id, run, id });
  if (!record) throw new NotPossible(`there is no action ${id}`);
  const isBegun = await steps.once("begun", async () => record.outcome === "begun");
  const carriage: Carriage = { ...carrying, record, flow: flowOfRecord(carrying, record) };
  if (isBegun) {
    const end = await endOf(carriage);
    if ("superseded" in end) return end.superseded;
    const settled = await steps.once("end", () => endFlow(carriage, end));
    if (!settled) return "superseded";
  }
  await steps.once("told", () => tellEnd(carriage));
  return "over";
}

/** In place of one that the unit declares no more: it ends at once, and names what it has written. */
const missing = (operation: string): AnyFlow =>
  ({
    operation,
    reads: [],
    writes: [],
    longest: { seconds: Number.POSITIVE_INFINITY },
    carry: async () => {
      throw new NotPossible(`the unit no longer declares ${operation}`);
    },
  }) as unknown as AnyFlow;

const flowOfRecord = ({ unit }: Carrying, { call: { operation } }: ActionRecord): AnyFlow =>
  unit.writes.filter(isFlow).find((flow) => flow.operation === operation) ?? missing(operation);

type Ending = FlowEnd | { readonly superseded: "superseded" | "redeployed" };

/** Runs the flow's code from the top, to its end or to what stops it. */
async function endOf(carriage: Carriage): Promise<Ending> {
  const { flow, record } = carriage;
  const { carrier, stopped } = carrierOf(carriage);
  try {
    const output: unknown = await flow.carry(record.call.input, carrier);
    const stop = stopped();
    if (stop) return await endedBy(carriage, stop);
    const answer = withoutMetadata(output);
    rememberable("its end", answer ?? null);
    return { outcome: "applied", output: answer };
  } catch (error) {
    return endedBy(carriage, stopped() ?? stopOf(error));
  }
}

/** What its own code threw, which may be anything. */
function stopOf(error: unknown): FlowStop {
  if (error instanceof FlowStopped) return error.stop;
  return (stopThrown(error) ?? failedStop(inOneLine(error))).stop;
}

async function endedBy(carriage: Carriage, stop: FlowStop): Promise<Ending> {
  if (stop.kind === "superseded")
    return { superseded: stop.redeployed ? "redeployed" : "superseded" };
  const taken = await takeBackWritten(carriage);
  if (stop.kind === "held") return { outcome: "held", held: stop.held, taken };
  return { outcome: "failed", error: stop.error, taken };
}
