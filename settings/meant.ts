/** What a misspelt key of the settings was probably meant to be. */
import type * as z from "zod/mini";
import { closest } from "../sdk/closest.ts";
import { isFields } from "../sdk/fields.ts";
import type { Meant } from "./settings.ts";

/** As much of a schema as is looked at. */
interface Shaped {
  readonly innerType?: z.core.$ZodType;
  readonly element?: z.core.$ZodType;
  readonly valueType?: z.core.$ZodType;
  readonly options?: readonly z.core.$ZodType[];
  readonly shape?: Readonly<Record<string, z.core.$ZodType>>;
}

const shapedOf = (schema: z.core.$ZodType): Shaped => {
  const def: unknown = schema._zod.def;
  return isFields(def) ? def : {};
};

/** Without defaults and optionals; each of what a union allows. */
function* unwrapped(schema: z.core.$ZodType): Generator<Shaped> {
  const shaped = shapedOf(schema);
  if (shaped.innerType) yield* unwrapped(shaped.innerType);
  else if (shaped.options) for (const option of shaped.options) yield* unwrapped(option);
  else yield shaped;
}

function stepInto({ shape, element, valueType }: Shaped, step: PropertyKey) {
  const inside = shape?.[String(step)] ?? element ?? valueType;
  return inside ? [...unwrapped(inside)] : [];
}

/** What to say of a key that a schema does not know. */
export const meantIn =
  (schema: z.core.$ZodType): Meant =>
  (path, key) => {
    let at = [...unwrapped(schema)];
    for (const step of path) at = at.flatMap((shaped) => stepInto(shaped, step));
    return closest(
      key,
      at.flatMap(({ shape = {} }) => Object.keys(shape)),
    );
  };
