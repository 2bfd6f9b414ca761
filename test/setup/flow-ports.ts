/** The two ports that carry flows, each as a process that may die at any of its requests. */
import { LocalDurableTestRunner } from "@aws/durable-execution-sdk-js-testing";
import { type DurableWorkplace, durableFlows } from "../../engine/flows/durable.ts";
import { carryByLedger } from "../../engine/flows/ledger-steps.ts";
import { workplaceOf } from "../../engine/run/attempt.ts";
import { createHost, type Host, ledgerOf } from "../../engine/run/host.ts";
import type { AnyAutomation } from "../../sdk/automation.ts";
import { after, type Span } from "../../sdk/time.ts";
import { namesOf } from "../../settings/names.ts";
import type { UnitSettings } from "../../settings/settings.ts";
import type { TestDelivery } from "../../testing/delivery.ts";
import type { CarryOnce } from "../../testing/flows.ts";
import { clientsOf } from "../../testing/host.ts";
import { type Mortal, mortal } from "./mortal.ts";

export interface Carrying {
  readonly unit: AnyAutomation;
  readonly delivery: TestDelivery;
  /** Of each process: when it dies. Absent: they live. */
  readonly life?: () => Mortal;
  /** Instead of those that the run was begun with, as they are when a process begins. */
  readonly settings?: Partial<UnitSettings>;
  /** Whether what runs is what is deployed. */
  readonly isLive?: (attempt: number) => boolean;
  /** How long a process lives, where it is not what Lambda gives. */
  readonly lasts?: Span;
}

/** A process's host with clients of its own. */
function hostIn({ delivery, settings, lasts }: Carrying, life: Mortal): Host {
  const { aws, proxy } = delivery;
  const { killSwitch: _, ...host } = delivery.host(settings);
  const { requestHandler } = life;
  const app = namesOf(host.settings).role(host.settings.id);
  const clients = clientsOf(aws, host.clock, { endpoint: proxy.endpoint, app, requestHandler });
  const deadline = lasts ? after(host.clock.now(), lasts) : host.deadline;
  return createHost({
    ...host,
    deadline,
    clients,
    store: ledgerOf(clients, host.settings, host.clock),
  });
}

const immortal = (): Mortal => mortal(undefined, false);

const byLedger =
  (carrying: Carrying): CarryOnce =>
  async (order, wake) => {
    const life = (carrying.life ?? immortal)();
    const workplace = workplaceOf(carrying.unit, order.region, hostIn(carrying, life));
    return Promise.race([carryByLedger(workplace, order, wake), life.died]);
  };

const byDurable =
  (carrying: Carrying): CarryOnce =>
  async (order) => {
    const life = (carrying.life ?? immortal)();
    const handlerFunction = durableFlows(
      ({ region, attempt }): DurableWorkplace => ({
        ...workplaceOf(carrying.unit, region, hostIn(carrying, life)),
        isLive: async () => carrying.isLive?.(attempt) ?? true,
      }),
    );
    const runner = new LocalDurableTestRunner({ handlerFunction });
    const execution = await Promise.race([runner.run({ payload: order }), life.died]);
    return execution?.getStatus();
  };

export const flowPorts = { ledger: byLedger, durable: byDurable } as const;
