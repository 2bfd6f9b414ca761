/** What the record of a set says of how long it is kept, as whoever made it wrote it down. */
import * as z from "zod/mini";

const counted = z.number();

/** Retention by kinds of time, as `Keep` has it. */
export const recordedKeep = z.object({
  hourly: counted,
  daily: counted,
  weekly: counted,
  monthly: counted,
  yearly: counted,
});
