/**
 * All functions of a deployment in one process, made from ports: for the command line, the night
 * and tests. On Lambda each entry point of `handlers/` makes its own function in the same way, with
 * nothing of the others in its bundle.
 */
import type { Channel } from "../../channels/channel.ts";
import type { AnyAutomation } from "../../sdk/automation.ts";
import { NotPossible } from "../../sdk/errors.ts";
import type { AnyReport } from "../../sdk/report.ts";
import { idToday } from "../../settings/former-ids.ts";
import type { ParsedSettings } from "../../settings/settings.ts";
import type { EmbeddedChannels } from "./deliver-function.ts";
import type { DeployedUnit, DeployedUnits } from "./deployed.ts";
import type { Invoked } from "./invocation.ts";
import type { Composition, UndoPorts } from "./ports.ts";
import type { Listening } from "./signals.ts";
import type { UnitAnswer } from "./unit.ts";

export interface AppPorts {
  /** What a function has, by its name as in the manifest. */
  ports(name: string): UndoPorts;
  readonly settings: ParsedSettings;
  /** Ids of the units that are enabled. */
  readonly enabled: readonly string[];
  /** Loads a unit; nothing where there is none of this id. */
  unit(id: string): Promise<DeployedUnit | undefined>;
  /** Asked for by functions that must know all units. */
  deployed(): Promise<DeployedUnits>;
  /** Functions that features have, by name. */
  readonly features?: Readonly<Record<string, Composition<unknown, unknown>>>;
  /** Channels that are told directly, beside the topic and those of the settings. */
  readonly channels?: readonly Channel[];
  /** Where the channels of the settings lead instead. */
  readonly embedded?: EmbeddedChannels;
}

/** Made when it is first asked for, once. */
function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

const isRun = (unit: DeployedUnit["unit"]): unit is AnyAutomation | AnyReport =>
  unit.kind !== "signal";

/** Each function is made when it is first asked for; what it needs is loaded only then. */
export function app(own: AppPorts) {
  async function unit(id: string): Promise<Invoked<unknown, UnitAnswer>> {
    const [loaded, { unitFunction }] = await Promise.all([own.unit(id), import("./unit.ts")]);
    if (!loaded) throw new NotPossible(`${id} is not deployed`);
    if (!isRun(loaded.unit))
      throw new NotPossible(`${id} is a signal: signals have one function for them all`);
    return unitFunction(own.ports(id), loaded.unit, loaded.settings);
  }

  async function enabledSignals(): Promise<Listening[]> {
    const loaded = await Promise.all(own.enabled.map((id) => own.unit(id)));
    return loaded.flatMap((found) =>
      found?.unit.kind === "signal" ? [{ signal: found.unit, settings: found.settings }] : [],
    );
  }

  async function automation(id: string) {
    const found = await own.unit(idToday(id, own.settings.units));
    if (found?.unit.kind !== "automation") return undefined;
    return { unit: found.unit, settings: found.settings };
  }

  const features = new Map(
    Object.entries(own.features ?? {}).map(([name, compose]) => [
      name,
      once(async () => compose(own.ports(name), await own.deployed())),
    ]),
  );

  return {
    /** Another instance each time. Its answer holds failed runs too: `throwIfFailed`. */
    unit,
    signals: once(async () => {
      const { signalsFunction } = await import("./signals-function.ts");
      return signalsFunction(own.ports("signals"), await enabledSignals());
    }),
    decide: once(async () => {
      const { decideFunction } = await import("./decide-function.ts");
      return decideFunction(own.ports("decide"), own);
    }),
    undo: once(async () => {
      const { undoFunction } = await import("./undo-function.ts");
      return undoFunction(own.ports("undo"), own, automation);
    }),
    tell: once(async () => {
      const { tellFunction } = await import("./tell-function.ts");
      return tellFunction(own.ports("tell"), await own.deployed(), own.channels);
    }),
    watchdog: once(async () => {
      const { watchdogFunction } = await import("./watchdog-function.ts");
      return watchdogFunction(own.ports("watchdog"), await own.deployed());
    }),
    deliver: once(async () => {
      const { deliverFunction } = await import("./deliver-function.ts");
      return deliverFunction(own.ports("deliver"), await own.deployed(), own.embedded);
    }),
    /** @throws {NotPossible} when no feature has such a function */
    async feature(name: string): Promise<Invoked<unknown, unknown>> {
      const make = features.get(name);
      if (!make) throw new NotPossible(`there is no function ${name} here`);
      return make();
    },
  };
}

export type App = ReturnType<typeof app>;
