/** The functions that belong to no single unit. */
import type { aws_lambda as lambda } from "aws-cdk-lib";
import type { Construct, IDependable } from "constructs";
import type { Span } from "../sdk/time.ts";
import type { Manifest } from "../settings/manifest.ts";
import type { Optional, Shared } from "../settings/names.ts";
import { deliverTimeout, sharedTimeout, unitTimeout } from "./delivery.ts";
import { sharedPolicy } from "./iam/policy.ts";
import { owner } from "./place.ts";
import { Worker } from "./worker.ts";

export const descriptions: { readonly [K in Shared | Optional]: string } = {
  signals: "Turns events from AWS into messages",
  tell: "Tells what is in the outbox",
  decide: "Takes decisions on plans that wait",
  undo: "Takes back what was done",
  incidents: "Keeps incidents: groups, tells, escalates and closes them",
  deliver: "Tells what waits in the channels' queues",
  slack: "Takes what people press in Slack, once Slack's signature is checked",
  "slack-work": "Carries out what people asked for in Slack",
  watchdog: "Takes up what died, tells what was not told, and looks after Nightshift itself",
};

const timeouts: { readonly [K in Shared | Optional]?: Span } = {
  undo: unitTimeout,
  deliver: deliverTimeout,
};
/** In MB, where it is not the usual 256. */
const memories: { readonly [K in Shared | Optional]?: number } = {
  undo: 512,
  slack: 512,
  "slack-work": 512,
};

export interface SharedFunctionsProps {
  readonly manifest: Manifest;
  readonly dist: string;
  /** What must be there before any of them. */
  readonly after: readonly IDependable[];
}

/** Makes one of them by its name. */
export const sharedFunctions =
  (scope: Construct, { manifest, dist, after }: SharedFunctionsProps) =>
  (name: Shared | Optional): lambda.Function => {
    const { function: made } = new Worker(scope, {
      id: name,
      description: descriptions[name],
      code: `${dist}/functions/${name}`,
      policy: sharedPolicy(name, manifest, owner),
      settings: manifest.settings,
      timeout: timeouts[name] ?? sharedTimeout,
      memory: memories[name] ?? 256,
    });
    made.node.addDependency(...after);
    return made;
  };
