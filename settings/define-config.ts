/** `defineConfig`: the settings of a team's repository, and which units it has. */
import type { Settings } from "./settings.ts";

/** Loads one unit, whose id is the key that it stands under. */
type LazyUnit<Id extends string> = () => Promise<{
  readonly default: {
    readonly id: Id;
    readonly kind: "automation" | "report" | "signal";
  };
}>;
/** Own units by id, each a function that imports its `functions/<family>/<id>/index.ts`. */
export type OwnUnits<O> = { readonly [K in keyof O]: LazyUnit<K & string> };

type UnitsOfRegistry<S> = {
  readonly [K in keyof S]: S[K] extends () => Promise<{ readonly default: infer U }> ? U : never;
};
type FamilyOf<S> = UnitsOfRegistry<S>[keyof S] extends infer U
  ? U extends { readonly family: infer F extends string }
    ? F
    : never
  : never;

/**
 * The settings, with the units that they are for.
 * `S`: the registry of what Nightshift ships; `O`: the project's own units.
 */
export type ProjectSettings<S, O> = Settings<Omit<S, keyof O> & O> & {
  /** Families and units of Nightshift's that this project has. Absent: all of them. */
  readonly shipped?: readonly ((keyof S & string) | FamilyOf<S>)[];
  /** The project's own units; each lies in `functions/<family>/<id>/index.ts`. */
  readonly own?: O & {
    readonly [K in keyof S]?: "an id of its own: Nightshift ships a unit with this id";
  };
};

/**
 * Types the settings from the registry that ships and from the own units themselves.
 * @returns a function that gives the settings back as they are
 */
export const configFor =
  <S>() =>
  // biome-ignore lint/complexity/noBannedTypes: no own unit is the empty object
  <const O extends OwnUnits<O> = {}>(settings: ProjectSettings<S, O>): ProjectSettings<S, O> =>
    settings;
