/**
 * Asks AWS Backup for what it alone backs up: file systems of EFS and FSx, buckets, and tables whose
 * backups are to leave their region or account. A slot has one recovery point of each, whatever is
 * delivered twice, and it counts when its job is completed; AWS Backup deletes it by its lifecycle.
 */
import { arnOf } from "../../../sdk/arn.ts";
import { automation } from "../../../sdk/automation.ts";
import { minutes } from "../../../sdk/time.ts";
import { sweep } from "../../../sdk/unit.ts";
import { setId, setNameOf } from "../backup-set.ts";
import { slotAt } from "../slot.ts";
import { namedVault, vaultLifeOf } from "../vault-plan.ts";
import { backUpInVault } from "./back-up.ts";
import { blockedHere, vaultPlace, vaultPlaceReads } from "./blocked.ts";
import { chosenReads, mayLieHere, type ProtectedResource, protectedResources } from "./chosen.ts";
import { vaultPlan } from "./config.ts";
import { leftVaultTold } from "./left.ts";
import { vaultMaker } from "./maker.ts";
import { type Point, pointReads, pointsIn, pointsOfSlot } from "./points.ts";
import { refusedFsx, refusedFsxReads } from "./refused-fsx.ts";

const reads = [...chosenReads, ...vaultPlaceReads, ...pointReads, ...refusedFsxReads] as const;

interface Found extends ProtectedResource {
  readonly slot: string;
  /** Why AWS Backup would refuse it. */
  readonly blocked: string | undefined;
  /** ARNs of what there is of this slot. */
  readonly there: readonly string[];
}

const arnIn = ({ RecoveryPointArn = "" }: Point): string => RecoveryPointArn;

export default automation({
  id: vaultMaker,
  family: "backup",
  summary: "Backs up file systems and buckets by AWS Backup",
  on: [sweep("cron(25 * * * ? *)", { window: minutes(10) })],
  config: vaultPlan,
  exemptByName: true,
  remembers: [vaultMaker],
  caps: ({ mostADay }) => ({ changes: mostADay, percent: 100 }),
  named: namedVault,
  reads,
  writes: [backUpInVault],
  lost: [
    "A recovery point that an undo deletes is gone, and with it what only it held; copies of it in other vaults stay.",
  ],

  async *find(search) {
    const { read, only, config, now, account, region, remembered } = search;
    const asked = only?.flatMap((id) => setNameOf(id) ?? []);
    const abouts = asked && [...new Set(asked.map(({ about }) => about))];
    const looking = { read, chosen: config, account, region, only: abouts };
    const resources = await protectedResources(looking);
    const place = await vaultPlace(read, region, config.vault);
    const points: ReadonlyMap<string, readonly Point[]> = place.vault
      ? await pointsIn(read, config.vault, abouts)
      : new Map();
    if (!only) {
      const isSelected = (about: string) => resources.has(about);
      const isHere = (about: string) => mayLieHere(about, { account, region });
      const { tag } = config;
      for (const words of await leftVaultTold({ read, points, isSelected, isHere, tag }))
        search.note(words);
    }
    const ofFsx = [...resources.values()].filter(({ kind }) => kind === "fsx");
    const refused = await refusedFsx(
      read,
      ofFsx.map(({ about }) => about),
    );
    const current = slotAt(now, config).name;
    for (const resource of resources.values()) {
      const { about, kind } = resource;
      const slots = asked?.filter((each) => each.about === about) ?? [{ about, slot: current }];
      for (const slot of new Set(slots.map((each) => each.slot))) {
        const set = { about, slot };
        const record = await remembered({ unit: vaultMaker, target: setId(set) });
        const ofOne = points.get(about) ?? [];
        const there = await pointsOfSlot(read, set, { points: ofOne, record });
        const blocked = blockedHere(place, kind, config.keepDays) ?? refused.get(about);
        const found = { ...resource, slot, blocked, there: there.map(arnIn).toSorted() };
        yield found satisfies Found;
      }
    }
  },

  target: ({ about, slot, tags, blocked }) => ({
    id: setId({ about, slot }),
    tags: {},
    within: { id: about, tags },
    managed: blocked,
  }),

  name: ({ about, slot }) => `${about}, ${slot}`,

  state: ({ slot, there }) => ({ slot, points: there }),

  becomes: ({ about, slot }) => ({ slot, points: [`one of ${about}`] }),

  propose({ about, slot, there }, { config, account, region }) {
    if (there.length) return;
    const role = arnOf({ service: "iam", account, resource: `role/${config.role}` }, region);
    return {
      because: `it has no recovery point of the slot ${slot}`,
      call: backUpInVault({ about, slot, vault: config.vault, role, ...vaultLifeOf(config) }),
    };
  },
});
