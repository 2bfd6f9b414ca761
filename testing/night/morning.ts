/** The morning: a person approves one plan and denies another, and what the day was is told. */
import type { Configured } from "../../cli/bundle/units.ts";
import { decideHandler } from "../../handlers/app/decide.ts";
import { watchdogHandler } from "../../handlers/app/watchdog.ts";
import type { Order } from "../../ingest/start.ts";
import type { Decision } from "../../ledger/decisions.ts";
import type { RunResult } from "../../ledger/result.ts";
import { inOneLine } from "../../sdk/errors.ts";
import type { SeededAccount, Thing } from "../seed/thing.ts";
import type { Functions } from "./functions.ts";

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

interface Waiting {
  readonly things: readonly Thing[];
  /** Of the night: their plans wait. */
  readonly runs: readonly RunResult[];
}

/** @param by the ARN that IAM would have authenticated */
export async function decideInTheMorning(
  account: SeededAccount,
  { settings, units }: Configured,
  { things, runs }: Waiting,
  { unit, store, clock, log }: Functions,
  by: string,
  say: (text: string) => void,
): Promise<Morning> {
  const decided: MorningDecision[] = [];
  const troubles: string[] = [];
  const carriedOut: RunResult[] = [];
  const invoke = async (id: string, order: Order) =>
    void carriedOut.push(...(await unit(id, order.region, order)));
  const decide = decideHandler({ settings, store, clock, log, invoke });

  async function decideOn(
    id: string,
    region: string,
    verdict: MorningDecision["verdict"],
  ): Promise<void> {
    const plan = runs.find((run) => run.automation === id && run.region === region && run.plan)
      ?.plan?.id;
    if (!plan) return void troubles.push(`${id} in ${region} has no plan to ${verdict}`);
    try {
      const { statusCode, body } = await decide({
        requestContext: { authorizer: { iam: { userArn: by } } },
        body: JSON.stringify({ plan, verdict }),
      });
      if (statusCode !== 200)
        return void troubles.push(`${verdict} ${plan} was answered with ${body}`);
      decided.push({ plan, verdict, by, run: carriedOut.splice(0)[0] });
    } catch (error) {
      troubles.push(`${verdict} ${plan} failed: ${inOneLine(error)}`);
    }
  }

  say(
    "Later that morning: somebody approves one plan and denies another, and the day is summed up",
  );
  for (const [expected, verdict] of Object.entries(verdicts))
    for (const [one] of Map.groupBy(
      things.filter((thing) => thing.expected === expected),
      ({ unit: of, region }) => `${of} ${region}`,
    ).values())
      if (one) await decideOn(one.unit, one.region, verdict);

  const watch = watchdogHandler({
    units: units.map(({ id }) => id),
    reporting: units
      .filter(({ kind, enabled }) => kind !== "signal" && enabled)
      .map(({ id }) => id),
    checks: [],
    place: { account: account.id, home: settings.home },
    store,
    clock,
    log,
    invoke,
    tell: async () => {},
  });
  try {
    await watch({ kind: "digest" });
  } catch (error) {
    troubles.push(`the digest failed: ${inOneLine(error)}`);
  }
  return { decided, troubles };
}
