/**
 * Copies the newest recovery point of each resource that `vault-backups` backs up to vaults in other
 * regions and accounts, by AWS Backup: the way there for what leaves its account by no other. A point
 * has one copy in each vault, whatever is delivered twice. Only points are copied that the ledger and
 * their tags both say are ours. What lies in another account nobody here can delete: each copy asks
 * first, and ends by its lifecycle.
 */
import type * as z from "zod/mini";
import { listCopyJobs } from "../../../aws/backup/start.ts";
import { accountIn, arnOf, regionIn } from "../../../sdk/arn.ts";
import { type AutomationSearch, automation } from "../../../sdk/automation.ts";
import { concurrently } from "../../../sdk/concurrently.ts";
import { minutes } from "../../../sdk/time.ts";
import { sweep } from "../../../sdk/unit.ts";
import { type SetName, setId } from "../backup-set.ts";
import { notCopied, vaultPlace, vaultPlaceReads } from "../vault-backups/blocked.ts";
import { type BackedUpKind, kindOf } from "../vault-backups/kinds.ts";
import { vaultMaker } from "../vault-backups/maker.ts";
import {
  isGoodPoint,
  mayBeOurs,
  newestPoints,
  type Point,
  pointOf,
  pointReads,
  pointsIn,
  setOfPoint,
} from "../vault-backups/points.ts";
import { lifeOfCopies, namedVault, vaultLifeOf } from "../vault-plan.ts";
import { vaultCopyPlan } from "./config.ts";
import { copiesTo } from "./copies.ts";
import { copyToVault } from "./copy-to-vault.ts";

const copierToVaults = "vault-copies";

const reads = [...vaultPlaceReads, ...pointReads, listCopyJobs] as const;
type Search = AutomationSearch<typeof vaultCopyPlan, typeof reads>;
type CopyPlace = z.output<typeof vaultCopyPlan>["to"][number];

interface OwnPoint extends SetName {
  readonly kind: BackedUpKind;
  /** ARN. */
  readonly point: string;
}

interface Found extends OwnPoint {
  readonly to: CopyPlace;
  readonly copies: readonly string[];
  /** Why it cannot be copied. */
  readonly blocked: string | undefined;
}

const copyTarget = (set: SetName, to: string): string => `${setId(set)}@${to}`;

/** What is asked for by name. */
function aboutOf(id: string): string[] {
  const [about, slot, to, ...more] = id.split("@");
  return about && slot && to && !more.length ? [about] : [];
}

/** A copy beside its point is lost with it. */
function placesOf({ config, account, region, only, note }: Search): readonly CopyPlace[] {
  const isHere = ({ vault }: CopyPlace) =>
    regionIn(vault) === region && accountIn(vault) === account;
  for (const { vault } of config.to.filter(isHere))
    if (!only)
      note(
        `\`to\` names ${vault}, in the account and region that the points of ${region} lie in already: nothing of them is copied there. Name a vault of another region or account.`,
      );
  return config.to.filter((each) => !isHere(each));
}

/** So many of the newest are looked at, of one resource: the newest may be somebody else's. */
const mostLookedAt = 3;
/** So many resources are looked at at once. */
const together = 8;

/** Both the ledger and the tags must say that it is ours. */
async function newestOwn(
  about: string,
  points: readonly Point[],
  { read, remembered }: Search,
): Promise<OwnPoint[]> {
  const kind = kindOf(about);
  if (!kind) return [];
  const good = points.filter((each) => isGoodPoint(each) && mayBeOurs(each));
  for (const each of newestPoints(good, mostLookedAt)) {
    const { RecoveryPointArn: point = "" } = each;
    const set = await setOfPoint(read, each);
    if (set?.about !== about) continue;
    const record = await remembered({ unit: vaultMaker, target: setId(set) });
    if (pointOf(record) === point) return [{ about, slot: set.slot, kind, point }];
  }
  return [];
}

export default automation({
  id: copierToVaults,
  family: "backup",
  summary: "Copies recovery points of AWS Backup to vaults in other regions and accounts",
  on: [sweep("cron(45 * * * ? *)", { window: minutes(10) })],
  config: vaultCopyPlan,
  exemptByName: true,
  remembers: [vaultMaker, copierToVaults],
  caps: ({ mostADay }) => ({ changes: mostADay, percent: 100 }),
  named: namedVault,
  reads,
  writes: [copyToVault],

  async *find(search) {
    const { read, only, config, region, remembered } = search;
    const places = placesOf(search);
    const place = places.length ? await vaultPlace(read, region, config.vault) : undefined;
    if (!place) return;
    if (!place.vault) {
      if (!only)
        search.note(
          `${region} has no vault ${config.vault}: nothing is copied from it. Create it, or name another as \`vault\`.`,
        );
      return;
    }
    const abouts = only && [...new Set(only.flatMap(aboutOf))];
    const byResource = await pointsIn(read, config.vault, abouts);
    const own = await concurrently(
      byResource,
      ([about, points]) => newestOwn(about, points, search),
      { concurrency: together },
    );
    for (const to of places) {
      const made = await copiesTo(read, to.vault);
      for (const each of own.flat()) {
        const target = copyTarget(each, to.vault);
        if (only && !only.includes(target)) continue;
        const known = pointOf(await remembered({ unit: copierToVaults, target }));
        const copies = made.get(each.point) ?? (known === undefined ? [] : [known]);
        yield { ...each, to, copies, blocked: notCopied(place, each.kind) } satisfies Found;
      }
    }
  },

  target: ({ about, slot, to, blocked }) => ({
    id: copyTarget({ about, slot }, to.vault),
    tags: {},
    within: { id: about, tags: {} },
    managed: blocked,
  }),

  name: ({ about, slot, to }) => `${about}, ${slot}, in ${to.vault}`,

  state: ({ slot, to, copies }) => ({ slot, to: to.vault, copies }),

  becomes: ({ slot, to, point }) => ({ slot, to: to.vault, copies: [`one of ${point}`] }),

  propose({ about, slot, point, to, copies }, { config, account, region }) {
    if (copies.length) return;
    const role = arnOf({ service: "iam", account, resource: `role/${config.role}` }, region);
    const life = vaultLifeOf(lifeOfCopies(to, config));
    return {
      because: `its recovery point of the slot ${slot} has no copy in ${to.vault}`,
      call: copyToVault({
        about,
        slot,
        point,
        vault: config.vault,
        role,
        to: to.vault,
        ...life,
      }),
    };
  },
});
