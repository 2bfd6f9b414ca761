/** Which backups are drilled in a night: fair, and within what a night may do and cost. */
import { digest } from "../../../sdk/codec.ts";
import { compareText } from "../../../sdk/compare.ts";

/** The newest good backup of something, as far as its turn depends on it. */
export interface Turn {
  /** The instance or volume that it is a backup of. */
  readonly about: string;
  /** When anything of that was last drilled; nothing where it never was. */
  readonly last: Date | undefined;
  /** US dollars; nothing where it is not known, and whether it is begun is then decided elsewhere. */
  readonly cost: number | undefined;
}

export interface NightLimits {
  /** How many may still be drilled. */
  readonly places: number;
  /** What they may still cost, in US dollars. */
  readonly budget: number;
  /** The night itself: what is drawn by lot is drawn by it, the same however often it is asked. */
  readonly name: string;
}

const dayOf = (name: string): number => Math.floor(Date.parse(name) / 86_400_000);

/**
 * What was never drilled comes first, then what was drilled longest ago. The last place of a night,
 * and the only one every second night, is drawn by lot: one that cannot be drilled would else stand
 * in the way of all others.
 * @returns those whose turn it is
 */
export function turnsOf<T extends Turn>(all: readonly T[], night: NightLimits): Set<T> {
  const lot = ({ about }: T): string => digest(`${night.name} ${about}`);
  const drawn = all.toSorted((a, b) => compareText(lot(a), lot(b)));
  const waiting = drawn.toSorted((a, b) => (a.last?.getTime() ?? 0) - (b.last?.getTime() ?? 0));
  const isDrawn = night.places > 1 || dayOf(night.name) % 2 === 1;
  const turns = new Set<T>();
  let left = night.budget;
  const fill = (from: readonly T[], places: number): void => {
    for (const each of from) {
      if (turns.size >= places) return;
      const { cost = 0 } = each;
      if (turns.has(each) || cost > left) continue;
      turns.add(each);
      left -= cost;
    }
  };
  fill(waiting, isDrawn ? night.places - 1 : night.places);
  fill(drawn, night.places);
  return turns;
}
