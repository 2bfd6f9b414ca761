/** What drills of tables found out. Backups of tables have no tags: the ledger alone says it. */
import type { AskedOf, Remembered } from "../../../sdk/automation.ts";
import { compareText } from "../../../sdk/compare.ts";
import { setId } from "../backup-set.ts";
import { drillText, recordedDrill, tableDriller } from "../drilled.ts";

/** So many of a table's newest backups are asked for. */
const mostSlots = 10;
/** Of so many tables of a region. */
const mostTables = 500;

type Remembering = (asked: AskedOf) => Promise<Remembered | undefined>;

/** Of one region. */
export class TableDrills {
  readonly #remembered: Remembering;
  #tables = 0;

  constructor(remembered: Remembering) {
    this.#remembered = remembered;
  }

  /**
   * @param slots of its backups that are there
   * @returns what the drill of the newest that was drilled found out; nothing where none was
   */
  async of(table: string, slots: readonly string[]): Promise<string | undefined> {
    if (!slots.length) return undefined;
    this.#tables += 1;
    if (this.#tables > mostTables) return "not looked up";
    for (const slot of slots.toSorted(compareText).toReversed().slice(0, mostSlots)) {
      const target = setId({ about: table, slot });
      const record = await this.#remembered({ unit: tableDriller, target });
      const drilled = recordedDrill.safeParse(record);
      if (drilled.success) return drillText(drilled.data.output);
    }
    return undefined;
  }
}
