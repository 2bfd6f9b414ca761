/** In place of `past.ts`, in functions of units that do not ask what all units did. */
export function noPast(): never {
  throw new Error(
    "left out of Nightshift's bundles: what all units did, of a unit that does not declare that it `readsPast`",
  );
}
