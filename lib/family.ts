import { Stack } from "aws-cdk-lib";
import type { Construct } from "constructs";
import { days, hours, seconds } from "../sdk/time.ts";
import { regionsOf } from "../settings/every-region.ts";
import type { Manifest, ManifestUnit } from "../settings/manifest.ts";
import { flowFunction, namesOf } from "../settings/names.ts";
import { unitTimeout } from "./delivery.ts";
import { needsUndoRole } from "./iam/deployed-units.ts";
import { flowPolicy, undoPolicy, unitPolicy } from "./iam/policy.ts";
import { arnsHere, owner } from "./place.ts";
import { GeneratedRole } from "./role.ts";
import { HomeRule } from "./rule.ts";
import { Schedules, type Slot } from "./schedules.ts";
import type { PartProps } from "./stack-props.ts";
import { Worker } from "./worker.ts";

/** A schedule for each of the unit's sweeps and regions, with the region in its input. */
const slots = (unit: ManifestUnit, { settings }: Manifest): Slot[] =>
  unit.on.flatMap((trigger, sweep) =>
    trigger.kind === "sweep"
      ? regionsOf(unit, settings).map((region) => ({
          name: namesOf(settings).schedule(unit.id, sweep, region),
          description: `${unit.summary} (${region})`,
          schedule: trigger.schedule,
          timeZone: trigger.timeZone,
          windowMinutes: trigger.windowMinutes,
          // The slot of a run is this pair: the execution's id differs for each attempt (rule:
          // time-slots).
          input: {
            kind: "slot",
            region,
            schedule: "<aws.scheduler.schedule-arn>",
            slot: "<aws.scheduler.scheduled-time>",
            sweep,
          },
        }))
      : [],
  );

/** For an execution that began late, and to take back what one wrote whose time was over. */
const beyondLongest = hours(6);
/** Lambda's own most. */
const longestExecution = days(366);

export interface FamilyProps extends PartProps {
  readonly units: readonly ManifestUnit[];
}

/**
 * The automations and reports of one family: functions, roles, schedules, rules. A stack each, to
 * stay far from 500 resources.
 */
export class FamilyStack extends Stack {
  constructor(scope: Construct, id: string, { manifest, units, dist, ...props }: FamilyProps) {
    super(scope, id, props);
    const { settings } = manifest;
    for (const unit of units) {
      const worker = new Worker(this, {
        id: unit.id,
        description: unit.summary,
        code: `${dist}/${unit.bundle}`,
        policy: unitPolicy(unit, settings, owner),
        settings,
        timeout: unitTimeout,
        memory: 512,
      });
      if (unit.flows) this.#carriesFlows(unit, manifest, dist);
      new Schedules(worker, "Schedules", {
        deployed: settings,
        to: worker.function,
        slots: slots(unit, manifest),
      });
      for (const [index, trigger] of unit.on.entries())
        if (trigger.kind === "event")
          new HomeRule(worker, `On${index}`, {
            settings,
            pattern: trigger.pattern,
            description: unit.summary,
            to: worker.function.functionArn,
          });
      if (needsUndoRole(unit))
        new GeneratedRole(worker, "Undo", {
          name: namesOf(settings).undoRole(unit.id),
          description: `Takes back what ${unit.id} did`,
          trusts: { AWS: arnsHere(settings).role("undo") },
          policy: undoPolicy(unit, settings, owner),
        });
    }
  }

  /**
   * In every mode: what is under way when a unit is set to watch must come to its end, though it
   * writes nothing more.
   */
  #carriesFlows(unit: ManifestUnit, { settings }: Manifest, dist: string): void {
    const id = flowFunction(unit.id);
    const { longest = 0 } = unit.flows ?? {};
    const most = Math.min(longest + beyondLongest.seconds, longestExecution.seconds);
    new Worker(this, {
      id,
      description: `Carries what ${unit.id} begins`,
      code: `${dist}/functions/${id}`,
      policy: flowPolicy(unit, settings, owner),
      settings,
      timeout: unitTimeout,
      memory: 512,
      longest: settings.deployment.flows === "durable" ? seconds(most) : undefined,
    });
  }
}
