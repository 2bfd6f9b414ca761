/** One thing that `doctor` looked at: what it saw, and what to do about it. */
import { inOneLine } from "../../sdk/errors.ts";
import { failureOf } from "../io/failure.ts";

export interface DoctorCheck {
  readonly check: string;
  readonly ok: boolean;
  /** What was seen. */
  readonly found: string;
  /** What to do; `null` where there is nothing to. Of what is `ok`: worth knowing, no problem. */
  readonly remedy: string | null;
}

export const well = (check: string, found: string): DoctorCheck => ({
  check,
  ok: true,
  found,
  remedy: null,
});
export const noteCheck = (check: string, found: string, remedy: string): DoctorCheck => ({
  check,
  ok: true,
  found,
  remedy,
});
export const ill = (check: string, found: string, remedy: string): DoctorCheck => ({
  check,
  ok: false,
  found,
  remedy,
});

/** What cannot be looked at is a problem too, not a silence. */
export async function looked(
  check: string,
  look: () => Promise<DoctorCheck>,
): Promise<DoctorCheck> {
  try {
    return await look();
  } catch (error) {
    return ill(check, inOneLine(error), failureOf(error).message);
  }
}
