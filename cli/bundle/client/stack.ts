/** The part of the SDK's stack of middleware that services' own middleware needs. */
import type { EndpointV2, HttpRequest, HttpResponse } from "@smithy/types";

export type SdkFields = Record<string, unknown>;

/** What passes down to whoever answers. */
export interface SdkSending {
  readonly input: object;
  readonly request?: HttpRequest;
}

/** What comes back up. */
export interface SdkAnswered {
  readonly response: HttpResponse;
  readonly output: { readonly $metadata: SdkFields };
}

export type SdkHandler = (sending: SdkSending) => Promise<SdkAnswered>;

/** What middleware and protocols know of a call. */
export interface Context extends SdkFields {
  endpointV2?: EndpointV2;
}

export type Middleware = (next: SdkHandler, context: Context) => SdkHandler;

/**
 * Around all of a call, once it is known where it goes, before its headers are complete, or where its
 * answer has come and nobody has read it.
 */
export type MiddlewarePlace = "initialize" | "endpoint" | "build" | "deserialize";

const plainPlaces: readonly string[] = ["initialize", "build", "deserialize"];
const isPlainPlace = (step: string): step is MiddlewarePlace => plainPlaces.includes(step);

/** Where the SDK's middleware says that it stands. */
interface Wanted {
  readonly step?: string;
  readonly relation?: string;
  readonly toMiddleware?: string;
  readonly name?: string;
}

export interface Plugin {
  applyToStack(stack: Stack): void;
}

function placeOf({ step = "initialize", relation, toMiddleware, name }: Wanted): MiddlewarePlace {
  if (relation === "after" && toMiddleware === "endpointV2Middleware") return "endpoint";
  if (!relation && isPlainPlace(step)) return step;
  throw new Error(`left out of Nightshift's bundles: where the middleware ${name} stands`);
}

/** Middleware of a client, or of a command. */
export class Stack {
  readonly #placed: (readonly [place: MiddlewarePlace, run: Middleware])[] = [];

  /** @throws where no client of a bundle has a place for it */
  add(run: Middleware, wanted: Wanted): void {
    this.#placed.push([placeOf(wanted), run]);
  }

  /** The same; the SDK tells them apart. */
  addRelativeTo(run: Middleware, wanted: Wanted): void {
    this.add(run, wanted);
  }

  use(plugin: Plugin): void {
    plugin.applyToStack(this);
  }

  /** What stands at a place, the first outermost, around what comes after it. */
  around(place: MiddlewarePlace, next: SdkHandler, context: Context): SdkHandler {
    return this.#placed.reduceRight(
      (inner, [at, run]) => (at === place ? run(inner, context) : inner),
      next,
    );
  }
}
