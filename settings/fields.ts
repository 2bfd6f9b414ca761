/** Fields that several parts of the settings have. Each says how it is written. */

import * as z from "zod/mini";
import { severities } from "../sdk/severity.ts";
import { endOfDay } from "../sdk/tags.ts";
import { isTimeZone, readClockTime, readWallTime } from "../sdk/wall-clock.ts";

export const span = z.strictObject({ seconds: z.number().check(z.nonnegative()) });
/** A length that is none would never end. */
export const someTime = z.strictObject({ seconds: z.number().check(z.positive()) });
export const wholeNumber = z.int().check(z.nonnegative());
export const nonEmpty = z.string().check(z.minLength(1));
export const region = z
  .string()
  .check(z.regex(/^[a-z]{2}(-[a-z]+)+-\d$/, "must be a region's name, like eu-central-1"));
function isPageAddress(text: string): boolean {
  const address = text.replaceAll("{unit}", "unit");
  if (!URL.canParse(address) || /[\s<>"|\\^`{}]/.test(address)) return false;
  const { protocol, username, password, hash } = new URL(address);
  return protocol === "https:" && !username && !password && (hash === "" || text !== address);
}
/** A page that people open. */
export const pageAddress = z
  .string()
  .check(
    z.maxLength(500),
    z.refine(
      isPageAddress,
      "must be an https address without a user or a blank, like https://github.com/example/ops/blob/main/docs/ or https://wiki.example.com/{unit}",
    ),
  );
export const timeZone = z
  .string()
  .check(z.refine(isTimeZone, "must be an IANA time zone, like Europe/Berlin"));
export const severity = z.enum(severities);
export const day = z
  .string()
  .check(z.refine((text) => endOfDay(text) !== undefined, "must be a day, like 2027-01-31"));
export const clockTime = z
  .string()
  .check(
    z.refine(
      (text) => readClockTime(text) !== undefined,
      "must be a time of day as HH:MM, like 09:00",
    ),
  );
export const wallTime = z
  .string()
  .check(
    z.refine(
      (text) => text.includes("T") && readWallTime(text) !== undefined,
      "must be a time on the clock without a zone, like 2026-12-24T09:00",
    ),
  );
export const wallTimeOrDay = z
  .string()
  .check(
    z.refine(
      (text) => readWallTime(text) !== undefined,
      "must be a day, like 2026-12-24, or a time on the clock without a zone, like 2026-12-24T18:00",
    ),
  );

/** A key that people choose: routes, queues and messages name what it stands for. */
export const settingsKey = z
  .string()
  .check(
    z.regex(
      /^[a-z][a-z0-9-]{0,31}$/,
      "must be written in small letters, digits and hyphens, at most 32 of them",
    ),
  );
