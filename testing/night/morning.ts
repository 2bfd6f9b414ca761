/** The morning: a person approves one plan and denies another, and what the day was is told. */
import type { Decision } from "../../ledger/decisions.ts";
import type { RunResult } from "../../ledger/result.ts";
import { inOneLine } from "../../sdk/errors.ts";
import type { Thing } from "../seed/thing.ts";
import type { Scene } from "./scene.ts";

/** What a person said to a plan. */
export interface MorningDecision extends Pick<Decision, "plan" | "verdict" | "by"> {
  /** That carried it out. */
  readonly run: RunResult | undefined;
}
export interface Morning {
  readonly decided: readonly MorningDecision[];
  /** What could not be decided or carried out. */
  readonly troubles: readonly string[];
}

const verdicts = { approved: "approve", denied: "deny" } as const;

/** @param runs of the night: their plans wait */
export async function decideInTheMorning(
  scene: Scene,
  runs: readonly RunResult[],
): Promise<Morning> {
  const { functions, seeded, say } = scene;
  const decided: MorningDecision[] = [];
  const troubles: string[] = [];
  say("That morning: somebody approves one plan and denies another, and the day is summed up");
  for (const [expected, verdict] of Object.entries(verdicts))
    for (const place of placesOf(seeded.things.filter((thing) => thing.expected === expected)))
      try {
        decided.push(await decide(scene, runs, place, verdict));
      } catch (error) {
        troubles.push(`${place.unit} in ${place.region}: ${inOneLine(error)}`);
      }
  try {
    await functions.watchdog({ kind: "digest" });
  } catch (error) {
    troubles.push(`the digest failed: ${inOneLine(error)}`);
  }
  return { decided, troubles };
}

type UnitPlace = Pick<Thing, "unit" | "region">;

/** Units and regions, each once. */
const placesOf = (things: readonly Thing[]): UnitPlace[] => [
  ...new Map(things.map((thing) => [`${thing.unit} ${thing.region}`, thing])).values(),
];

/** @throws when there is nothing to decide on, or the decision is refused */
async function decide(
  { functions, by }: Scene,
  runs: readonly RunResult[],
  { unit, region }: UnitPlace,
  verdict: MorningDecision["verdict"],
): Promise<MorningDecision> {
  const asking = runs.find((run) => run.automation === unit && run.region === region && run.plan);
  const plan = asking?.plan?.id;
  if (!plan) throw new Error(`it has no plan to ${verdict}`);
  const { statusCode, body } = await functions.decide(by, { plan, verdict });
  if (statusCode !== 200) throw new Error(`${verdict} ${plan} was answered with ${body}`);
  return { plan, verdict, by, run: functions.ordered().at(0) };
}
