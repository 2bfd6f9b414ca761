/**
 * What a person asked to be left alone: with their own credentials, or in Slack as an approver,
 * through the one function that may write it (rule: ledger-no-deputy).
 */

import { post } from "../messages/outbox.ts";
import type { Outgoing } from "../messages/outgoing.ts";
import { digest } from "../sdk/codec.ts";
import { keys, type Place } from "./keys.ts";
import type { Store } from "./store.ts";

export interface LedgerExemption {
  readonly account: string;
  readonly region: string;
  /** A target's id, exactly; or the id of what contains it. */
  readonly target: string;
  /** `YYYY-MM-DD`, the last day in UTC; past it, it holds until it is removed. */
  readonly until: string;
  readonly owner: string;
  readonly reason: string;
  /** The units that it exempts from; `null`: all. */
  readonly from: readonly string[] | null;
  /** Who wrote it: an ARN, or `slack:<team>/<member>/<app>`. */
  readonly by: string;
  readonly at: Date;
}

/** That one was set or removed: kept for ever, while the exemption itself comes and goes. */
export interface ExemptionChange {
  readonly verb: "exempt" | "unexempt";
  readonly by: string;
  readonly at: Date;
  /** As it was set, or as it was when it was removed; one for each region. */
  readonly exemptions: readonly LedgerExemption[];
}

export const exemptionsAt = async (
  store: Store,
  place: Pick<Place, "account" | "region">,
): Promise<LedgerExemption[]> =>
  (await Array.fromAsync(store.query(keys.exemptions(place)))).map(
    ({ body }) => body as LedgerExemption,
  );

const sameWords = (a: LedgerExemption, b: LedgerExemption): boolean =>
  digest([a.until, a.owner, a.reason, a.from?.toSorted()]) ===
  digest([b.until, b.owner, b.reason, b.from?.toSorted()]);

/**
 * Exempts, records that and tells it, all or nothing.
 * @param exemptions of one target, one for each region
 * @returns false when all of it was so already; nothing is written or told then
 */
export async function writeExemption(
  store: Store,
  exemptions: readonly LedgerExemption[],
): Promise<boolean> {
  const earlier = await Promise.all(
    exemptions.map(
      async (one) =>
        (await store.get(keys.exemption(one, one.target)))?.body as LedgerExemption | undefined,
    ),
  );
  if (exemptions.every((one, at) => earlier[at] && sameWords(one, earlier[at]))) return false;
  await change(store, "exempt", exemptions);
  return true;
}

/** @returns what was removed; empty where there was nothing */
export async function removeExemption(
  store: Store,
  target: string,
  places: readonly Pick<Place, "account" | "region">[],
  by: string,
  now: Date,
): Promise<LedgerExemption[]> {
  const found = (
    await Promise.all(
      places.map(
        async (place) =>
          (
            await store.get(keys.exemption(place, target))
          )?.body as LedgerExemption | undefined,
      ),
    )
  ).filter((one) => one !== undefined);
  if (found.length) await change(store, "unexempt", found, by, now);
  return found;
}

/** Every exemption that was set or removed, oldest first. */
export const exemptionChanges = async (store: Store): Promise<ExemptionChange[]> =>
  (await Array.fromAsync(store.query(keys.exemptionLog))).map(
    ({ body }) => body as ExemptionChange,
  );

async function change(
  store: Store,
  verb: ExemptionChange["verb"],
  exemptions: readonly LedgerExemption[],
  who?: string,
  when?: Date,
): Promise<void> {
  const [first] = exemptions;
  if (!first) return;
  const { by, at } = { by: who ?? first.by, at: when ?? first.at };
  const body: ExemptionChange = { verb, by, at, exemptions };
  const id = `${verb}.${digest(body).slice(0, 16)}`;
  await store.transact([
    ...exemptions.map((one) => {
      const key = keys.exemption(one, one.target);
      return verb === "exempt"
        ? { put: { ...key, type: "exemption", body: one } }
        : { remove: key };
    }),
    {
      put: {
        pk: keys.exemptionLog,
        sk: `${at.toISOString()}#${id}`,
        type: "exemption-change",
        body,
      },
    },
    post("exempt", messageOf(id, body, first)),
  ]);
}

function messageOf(
  id: string,
  { verb, by, at, exemptions }: ExemptionChange,
  { account, region, target, until, owner, reason, from }: LedgerExemption,
): Outgoing {
  const what = from ? `exempt from ${from.join(", ")}` : "exempt from every automation";
  return {
    id,
    at,
    account,
    region,
    unit: from?.join(", ") ?? "all units",
    kind: "exemption",
    severity: verb === "exempt" ? "warning" : "info",
    title:
      verb === "exempt" ? `${target} is ${what} until ${until}` : `${target} is no longer ${what}`,
    facts: {
      by,
      owner,
      reason,
      regions: exemptions.map(({ region: one }) => one).join(", "),
      "so what":
        verb === "exempt"
          ? `nothing of what ${from ? "these" : "all of them, security automations included,"} would do to it is done`
          : "from the next run on it is treated as all others are",
      "what now":
        verb === "exempt"
          ? `if that is not right: \`npx nightshift unexempt ${target}\``
          : `if that is not right: \`npx nightshift exempt ${target} --until …\``,
    },
  };
}
