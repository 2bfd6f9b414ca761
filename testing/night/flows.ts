/** Flows of the night: carried when they are begun, their waits skipped. */
import type { FlowOrder } from "../../engine/flows/order.ts";
import type { DeployedUnit } from "../../handlers/app/deployed.ts";
import { flowFunctionOf } from "../../handlers/app/flow.ts";
import type { Invoked } from "../../handlers/app/invocation.ts";
import type { FlowPorts } from "../../handlers/app/ports.ts";
import { numbersIn } from "../../ledger/numbers.ts";
import type { RunResult } from "../../ledger/result.ts";
import { runById } from "../../ledger/runs.ts";
import type { Store } from "../../ledger/store.ts";
import { flowFunction } from "../../settings/names.ts";
import type { NightClock } from "./clock.ts";

interface NightOfFlows {
  readonly clock: NightClock;
  unit(id: string): Promise<DeployedUnit | undefined>;
  /** What a function has, by its name. */
  ports(name: string): FlowPorts;
  /** As Lambda would call it. */
  call(name: string, carry: Promise<Invoked<unknown, unknown>>, order: FlowOrder): Promise<unknown>;
}

type BeginFlow = NonNullable<FlowPorts["beginFlow"]>;

interface BegunFlow {
  readonly unit: string;
  readonly order: FlowOrder;
}

export function nightFlows({ clock, unit, ports, call }: NightOfFlows) {
  const begun: BegunFlow[] = [];
  let carrying = Promise.resolve();

  async function carryOne({ unit: id, order }: BegunFlow): Promise<void> {
    const found = await unit(id);
    if (found?.unit.kind !== "automation") return;
    const name = flowFunction(id);
    const wake = async (again: FlowOrder, at: Date) => {
      clock.skipTo(at);
      begun.push({ unit: id, order: again });
    };
    const carry = flowFunctionOf({ ...ports(name), wake }, found.unit, found.settings);
    await call(name, Promise.resolve(carry), order);
  }

  async function carryBegun(): Promise<void> {
    for (let next = begun.shift(); next; next = begun.shift()) await carryOne(next);
  }

  return {
    /** @param first what else is done when one is begun */
    beginning:
      (first: (id: string, order: FlowOrder) => Promise<void> | undefined): BeginFlow =>
      async (id, order) => {
        await first(id, order);
        begun.push({ unit: id, order });
      },
    /** The runs as they are when what they began has ended. */
    ended: (runs: readonly RunResult[], store: Store): Promise<RunResult[]> =>
      Promise.all(
        runs.map(async (run) => {
          if (!numbersIn(run).begun) return run;
          return (await runById(store, "unit", run.automation, run.id)) ?? run;
        }),
      ),
    /** Until all has ended that was begun by then, whoever carries it. */
    carryAll(): Promise<void> {
      carrying = carrying.catch(() => {}).then(carryBegun);
      return carrying;
    },
  };
}
