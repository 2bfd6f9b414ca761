/**
 * Where the core says what it does: constant messages, structured fields, no secret and no raw
 * event.
 */
export interface Log {
  info(message: string, fields?: Readonly<Record<string, unknown>>): void;
  warn(message: string, fields?: Readonly<Record<string, unknown>>): void;
  error(message: string, fields?: Readonly<Record<string, unknown>>): void;
}

export const noLog: Log = { info() {}, warn() {}, error() {} };
