/**
 * Fields as AWS sends them, or not at all: what is missing or of another type is absent, and the
 * rest is told all the same.
 */
import * as z from "zod/mini";

export const text = z.catch(z.optional(z.string()), undefined);
export const number = z.catch(z.optional(z.number()), undefined);
export const flag = z.catch(z.optional(z.boolean()), undefined);

/* @__NO_SIDE_EFFECTS__ */
export const fields = <const S extends z.core.$ZodLooseShape>(shape: S) =>
  z.catch(z.optional(z.object(shape)), undefined);
/** Without the items that are of another type. */
/* @__NO_SIDE_EFFECTS__ */
export const lenientList = <T extends z.ZodMiniType>(item: T) =>
  z.pipe(
    z.catch(z.optional(z.array(z.unknown())), undefined),
    z.transform((items: unknown[] | undefined): z.output<T>[] =>
      (items ?? []).flatMap((one) => {
        const parsed = item.safeParse(one);
        return parsed.success ? [parsed.data] : [];
      }),
    ),
  );
/** `{ team: "payments" }`; a value that is no text is absent. */
export const tags = /* @__PURE__ */ z.pipe(
  z.catch(z.optional(z.record(z.string(), z.unknown())), undefined),
  z.transform(
    (given: Readonly<Record<string, unknown>> | undefined): Readonly<Record<string, string>> =>
      Object.fromEntries(
        Object.entries(given ?? {}).flatMap(([name, value]) =>
          typeof value === "string" ? [[name, value]] : [],
        ),
      ),
  ),
);
export const texts = /* @__PURE__ */ lenientList(z.string());
