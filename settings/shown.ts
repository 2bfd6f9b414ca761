/** How problems of the settings name what people wrote. */
import { redactText } from "../sdk/redact.ts";

/** Never a secret that was put in the place of a name. */
export const shownName = (name: string): string =>
  /^[\w.@-]{1,40}$/.test(name) && redactText(name) === name ? name : "of that name";
/** `there are ann, ben` */
export const listed = (names: readonly string[]): string =>
  names.length ? `there are ${names.join(", ")}` : "there is none";
