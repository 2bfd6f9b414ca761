/**
 * The errors of a service whose answers name them otherwise than its clients do, as a list: a class
 * and a schema for each were 6 KB (compressed) of whatever asks RDS.
 */
import type { TypeRegistry } from "@smithy/core/schema";

interface ErrorOptions {
  readonly name: string;
  readonly $fault: "client" | "server";
}
/** What all errors of a service are. */
type BaseError = new (options: ErrorOptions & object) => Error;

/** Where errors of a service are looked up. */
export interface ErrorPlace {
  readonly registry: TypeRegistry;
  readonly namespace: string;
  readonly Base: BaseError;
}

/**
 * One of the list: `name=code`, `name=` where the code is the name without `Fault`, with `!` where the
 * service is at fault, `^` where it says `Message`.
 */
const entry = /^(\w+)(?:=([\w.]*))?(!?)(\^?)$/;
const withoutFault = (name: string): string => name.replace(/Fault$/, "");

/** @param list errors with blanks between them, as `listedError` writes them */
export function registerErrors({ registry, namespace, Base }: ErrorPlace, list: string): void {
  for (const text of list.split(" ")) {
    const [, name = "", coded = name, server, capital] = entry.exec(text) ?? [];
    const code = coded || withoutFault(name);
    const $fault = server ? "server" : "client";
    const traits = { awsQueryError: [code, 400], error: $fault };
    const schema = [-3, namespace, name, traits, [capital ? "Message" : "message"], [0]];
    const Named = class extends Base {
      constructor(options: object) {
        super({ name, $fault, ...options });
      }
    };
    registry.registerError(schema as never, Named as never);
  }
}

/** How one of the list is written. */
export function listedError(name: string, code: string, marks: string): string {
  if (code === name) return name + marks;
  return `${name}=${code === withoutFault(name) ? "" : code}${marks}`;
}
