/** Units that had other ids before. */

interface Renamed {
  readonly formerly?: readonly string[] | undefined;
}

/** All ids that a unit has had, the one of today first. */
export const idsOf = (id: string, { formerly = [] }: Renamed): readonly string[] => [
  id,
  ...formerly,
];

/**
 * The id that a unit has today.
 * @param id its id of today, or one of before
 * @param units what is set for each, by its id of today
 */
export function idToday(id: string, units: Readonly<Record<string, Renamed>>): string {
  const renamed = Object.entries(units).find(([, { formerly }]) => formerly?.includes(id));
  return renamed?.[0] ?? id;
}
