/** What is said beside a message. Its names are not those of a line itself, which would drop them. */
export type LogFields = Readonly<Record<string, unknown>> & {
  readonly level?: never;
  readonly message?: never;
  readonly service?: never;
  readonly timestamp?: never;
};

/**
 * Where the core says what it does: constant messages, structured fields, no secret and no raw
 * event.
 */
export interface Log {
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}

export const noLog: Log = { info() {}, warn() {}, error() {} };
