/** The functions that belong to no single unit. */
import type { aws_lambda as lambda } from "aws-cdk-lib";
import type { Construct, IDependable } from "constructs";
import { features } from "../features.ts";
import { functionsOf, isShared } from "../settings/feature.ts";
import type { Manifest } from "../settings/manifest.ts";
import type { Shared } from "../settings/names.ts";
import type { ParsedSettings } from "../settings/settings.ts";
import { sharedTimeout, unitTimeout } from "./delivery.ts";
import { sharedPolicy } from "./iam/shared-policy.ts";
import { owner } from "./place.ts";
import { Worker, type WorkerProps } from "./worker.ts";

export const descriptions: { readonly [K in Shared]: string } = {
  signals: "Turns events from AWS into messages",
  tell: "Tells what is in the outbox",
  decide: "Takes decisions on plans that wait",
  undo: "Takes back what was done",
  watchdog: "Takes up what died, tells what was not told, and looks after Nightshift itself",
};

const added = functionsOf(features);

/** What a function that belongs to no unit is given: time, memory, and how long it is tried. */
function sizeOf(name: string): Pick<WorkerProps, "timeout" | "memory" | "waits"> {
  if (name === "undo") return { timeout: unitTimeout, memory: 512 };
  const { timeout = sharedTimeout, memory = 256, waits } = added[name] ?? {};
  return { timeout, memory, waits };
}

/** Whoever floods it with events must not take the account's concurrency. */
function atOnceOf(name: string, { deployment }: ParsedSettings): number | undefined {
  const { signalsAtOnce } = deployment;
  return name === "signals" && signalsAtOnce !== false ? signalsAtOnce : undefined;
}

export interface SharedFunctionsProps {
  readonly manifest: Manifest;
  readonly dist: string;
  /** What must be there before any of them. */
  readonly after: readonly IDependable[];
}

/** Makes one of them by its name. */
export const sharedFunctions =
  (scope: Construct, { manifest, dist, after }: SharedFunctionsProps) =>
  (name: string): lambda.Function => {
    const { function: made } = new Worker(scope, {
      id: name,
      description: isShared(name) ? descriptions[name] : (added[name]?.description ?? ""),
      code: `${dist}/functions/${name}`,
      policy: sharedPolicy(name, manifest, owner),
      settings: manifest.settings,
      ...sizeOf(name),
      atOnce: atOnceOf(name, manifest.settings),
    });
    made.node.addDependency(...after);
    return made;
  };
