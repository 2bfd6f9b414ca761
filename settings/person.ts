/** People, as the settings name them. */

/** Whom rotations, escalations and messages name. */
export interface Person {
  /** As people write it; the key in the settings where absent. */
  readonly name?: string | undefined;
  readonly email?: string | undefined;
  /** Member id, `U0123ABCD`. */
  readonly slack?: string | undefined;
  /** IANA name; the settings' `timeZone` where absent. */
  readonly timeZone?: string | undefined;
}

/** With what was left out filled in. */
export interface ParsedPerson extends Person {
  readonly name: string;
  readonly timeZone: string;
}
