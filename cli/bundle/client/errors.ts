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
 * One of the list: `name=code`, or `name` where both are one. `NotFound+` is the name `NotFoundFault`
 * with that code, `NotFound-` the same name with the code `NotFound`. With `!` the service is at fault,
 * with `^` it says `Message`.
 */
const entry = /^(\w+)([-+])?(?:=([\w.]+))?(!?)(\^?)$/;

/** @param list errors with blanks between them, as `listedError` writes them */
export function registerErrors({ registry, namespace, Base }: ErrorPlace, list: string): void {
  for (const text of list.split(" ")) {
    const [, stem = "", fault, coded, server, capital] = entry.exec(text) ?? [];
    const name = fault ? `${stem}Fault` : stem;
    const code = coded ?? (fault === "-" ? stem : name);
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
  const [, stem] = /^(\w+)Fault$/.exec(name) ?? [];
  if (stem && code === name) return `${stem}+${marks}`;
  if (stem && code === stem) return `${stem}-${marks}`;
  return `${name}${code === name ? "" : `=${code}`}${marks}`;
}
