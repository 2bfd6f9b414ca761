/**
 * In place of the SDK's clients in bundles: what a call goes through from its input to its answer, in
 * a row. The schemas and the protocols are the SDK's own; its stack of middleware,
 * and the files, profiles, sign-ins and tokens that it looks for, which no function has, are left
 * out: 16 KB (compressed) of each bundle. A test sends the same calls by both.
 */
import { env } from "node:process";
import { isValidHostLabel, parseUrl } from "@smithy/core/transport";
import type {
  AwsCredentialIdentity,
  EndpointV2,
  HttpRequest,
  HttpResponse,
  RetryStrategyV2,
} from "@smithy/types";
import { defaultProvider } from "../credentials.ts";
import { type Agent, addHeaders, userAgent } from "./headers.ts";
import { collect, httpsHandler, type RequestHandler, type RequestLimits } from "./https.ts";
import { retried, standardRetries } from "./retries.ts";
import { signedForAws } from "./sign.ts";
import {
  type Context,
  type MiddlewarePlace,
  type Plugin,
  type SdkAnswered,
  type SdkFields,
  type SdkHandler,
  Stack,
} from "./stack.ts";

interface Protocol {
  setSerdeContext(context: object): void;
  serializeRequest(described: object, input: object, context: object): Promise<HttpRequest>;
  deserializeResponse(
    described: object,
    context: object,
    response: HttpResponse,
  ): Promise<SdkAnswered["output"]>;
}

/** What the package of a client says of its service. */
export interface Service extends Pick<Agent, "serviceId" | "version"> {
  /** In a signature. */
  readonly signingName: string;
  readonly protocol: new (settings: object) => Protocol;
  readonly protocolSettings: object;
  endpointProvider(parameters: object, context: object): EndpointV2;
}

/** What whoever makes a client says. */
interface Configuration extends Omit<Agent, "serviceId" | "version"> {
  readonly region?: string | (() => Promise<string>);
  readonly endpoint?: string;
  readonly credentials?: AwsCredentialIdentity | (() => Promise<AwsCredentialIdentity>);
  readonly retryStrategy?: RetryStrategyV2;
  readonly maxAttempts?: number;
  readonly requestHandler?: RequestHandler | RequestLimits;
}

/** Something that decides on the host, for one command alone. */
interface EndpointParameter {
  readonly type: string;
  readonly name: string;
  readonly value?: unknown;
  get?(input: object): unknown;
}

/** What the package of a client says of a command. */
interface Declared {
  readonly parameters: Readonly<Record<string, EndpointParameter>>;
  plugins(Command: unknown, stack: Stack, config: object, options: object): readonly Plugin[];
  /** Kind, namespace, name, traits, input, output. */
  readonly schema: readonly unknown[];
}

interface Command {
  readonly input: object;
  readonly declared: Declared;
}

/** In place of the SDK's: what the package of a client makes its commands with. */
export const makeBuilder =
  () =>
  (
    parameters: Declared["parameters"],
    plugins: Declared["plugins"],
    _name: string,
    schema: Declared["schema"],
  ) =>
    class implements Command {
      readonly declared = { parameters, plugins, schema };
      readonly input: object;
      constructor(input: object = {}) {
        this.input = input;
      }
    };

const isOn = (name: string): boolean => env[name] === "true";

/** Where the environment says that a service is asked. */
function configuredEndpoint(serviceId: string): string | undefined {
  if (isOn("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS")) return undefined;
  const name = serviceId.replaceAll(" ", "_").toUpperCase();
  return env[`AWS_ENDPOINT_URL_${name}`] || env.AWS_ENDPOINT_URL || undefined;
}

/** An answer that cannot be read keeps its status, by which whoever asked knows that it came. */
function keepAnswer(error: Error & { $metadata?: SdkFields }, response: HttpResponse): void {
  Object.defineProperty(error, "$response", { value: response, enumerable: false });
  if (error.$metadata) return;
  const header = (pattern: RegExp) =>
    Object.entries(response.headers).find(([name]) => pattern.test(name))?.[1];
  error.message +=
    "\n  Deserialization error: to see the raw response, inspect the hidden field {error}.$response on this object.";
  error.$metadata = {
    httpStatusCode: response.statusCode,
    requestId: header(/^x-[\w-]+-request-?id$/),
    extendedRequestId: header(/^x-[\w-]+-id-2$/),
    cfId: header(/^x-[\w-]+-cf-id$/),
  };
}

/** Milliseconds before they expire that credentials are asked for again. */
const beforeExpiry = 300_000;

/** Asks for credentials when they are needed, once for all who wait. */
function keptCredentials(
  credentials: NonNullable<Configuration["credentials"]>,
): () => Promise<AwsCredentialIdentity> {
  if (typeof credentials !== "function") return async () => credentials;
  let known: AwsCredentialIdentity | undefined;
  let asked: Promise<AwsCredentialIdentity> | undefined;
  return async () => {
    const until = known?.expiration?.getTime() ?? Number.POSITIVE_INFINITY;
    if (known && until - Date.now() >= beforeExpiry) return known;
    asked ??= credentials().finally(() => {
      asked = undefined;
    });
    known = await asked;
    return known;
  };
}

/** What becomes of an answer that has come. */
interface Hearing {
  hears(ask: SdkHandler): SdkHandler;
  read(response: HttpResponse): Promise<SdkAnswered["output"]>;
}

/** Milliseconds that the clock may be away from AWS's before a refusal counts as the clock's. */
const muchSkew = 240_000;

/** In place of the SDK's `Client`. */
export class SmallClient {
  readonly middlewareStack = new Stack();
  /** What the SDK's own parts look at; they add to it. */
  config: SdkFields;
  readonly #service: Service;
  readonly #endpoint: string | undefined;
  readonly #region: () => Promise<string>;
  readonly #agent: ReturnType<typeof userAgent>;
  readonly #attempts: number;
  readonly #retries: RetryStrategyV2;
  readonly #handler: RequestHandler;
  readonly #protocol: Protocol;
  readonly #credentials: () => Promise<AwsCredentialIdentity>;
  /** Milliseconds that AWS's clock is ahead of ours. */
  #skew = 0;

  constructor(service: Service, configuration: Configuration = {}) {
    const { endpoint, requestHandler = {}, retryStrategy, maxAttempts, ...rest } = configuration;
    const { region = env.AWS_REGION, credentials = defaultProvider() } = rest;
    if (!region) throw new Error("Region is missing");
    this.#service = service;
    this.#endpoint = endpoint ?? configuredEndpoint(service.serviceId);
    this.#region = async () => {
      const name = typeof region === "function" ? await region() : region;
      if (isValidHostLabel(name)) return name;
      throw new Error(`Region not accepted: region="${name}" is not a valid hostname component.`);
    };
    this.#agent = userAgent({ ...service, ...rest });
    this.#attempts = maxAttempts ?? Number(env.AWS_MAX_ATTEMPTS ?? 3);
    this.#retries = retryStrategy ?? standardRetries(this.#attempts);
    this.#handler = "handle" in requestHandler ? requestHandler : httpsHandler(requestHandler);
    this.#protocol = new service.protocol(service.protocolSettings);
    this.#credentials = keptCredentials(credentials);
    this.config = {
      ...rest,
      region: this.#region,
      credentials: this.#credentials,
      endpoint: endpoint && (async () => parseUrl(endpoint)),
      serviceId: service.serviceId,
      endpointProvider: service.endpointProvider,
      requestHandler: this.#handler,
      bodyLengthChecker: Buffer.byteLength,
      streamCollector: collect,
      signingEscapePath: true,
    };
    this.#protocol.setSerdeContext(this.config);
  }

  destroy(): void {
    this.#handler.destroy();
  }

  /** @throws as the SDK's client does */
  async send(command: Command, options: object = {}): Promise<object> {
    const { declared } = command;
    const [, namespace, name, traits, input, output] = declared.schema;
    const described = { namespace, name, traits, input, output };
    const own = new Stack();
    for (const plugin of declared.plugins(command.constructor, own, this.config, options))
      own.use(plugin);
    const context: Context = {};
    const known = () => ({ ...this.config, ...context, endpoint: async () => context.endpointV2 });
    const around = (place: MiddlewarePlace, next: SdkHandler) =>
      this.middlewareStack.around(place, own.around(place, next, context), context);

    const sent = around("build", async ({ request }) => {
      const whole = request as HttpRequest;
      await addHeaders(whole, this.#agent);
      return retried(this.#retries, (attempt) => {
        whole.headers["amz-sdk-request"] = `attempt=${attempt}; max=${this.#attempts}`;
        return this.#attempt(whole, context, {
          hears: (ask) => around("deserialize", ask),
          read: (response) => this.#protocol.deserializeResponse(described, known(), response),
        });
      });
    });
    const serialised = around("endpoint", async (sending) => {
      const request = await this.#protocol.serializeRequest(described, sending.input, known());
      return sent({ ...sending, request });
    });
    const begun = around("initialize", async (sending) => {
      context.endpointV2 = await this.#endpointFor(declared, sending.input, context);
      return serialised(sending);
    });
    return (await begun({ input: command.input })).output;
  }

  async #endpointFor(
    { parameters }: Declared,
    input: object,
    context: Context,
  ): Promise<EndpointV2> {
    const own = Object.entries(parameters).map(([name, { name: field, value, get }]) => [
      name,
      value ?? (get ? get(input) : (input as SdkFields)[field]),
    ]);
    const asked = {
      Region: await this.#region(),
      Endpoint: this.#endpoint,
      UseFIPS: isOn("AWS_USE_FIPS_ENDPOINT"),
      UseDualStack: isOn("AWS_USE_DUALSTACK_ENDPOINT"),
      ...Object.fromEntries(own),
    };
    return this.#service.endpointProvider(asked, context);
  }

  async #attempt(
    request: HttpRequest,
    { endpointV2 }: Context,
    { hears, read }: Hearing,
  ): Promise<SdkAnswered> {
    const [scheme] = endpointV2?.properties?.authSchemes ?? [];
    const { signingRegion, signingName, disableDoubleEncoding } = (scheme ?? {}) as {
      readonly signingRegion?: string;
      readonly signingName?: string;
      readonly disableDoubleEncoding?: boolean;
    };
    const skew = this.#skew;
    const signed = signedForAws(request, {
      credentials: await this.#credentials(),
      region: signingRegion ?? (await this.#region()),
      service: signingName ?? this.#service.signingName,
      date: new Date(Date.now() + skew),
      pathAsSent: disableDoubleEncoding === true,
    });
    const unread = { $metadata: {} };
    const { response } = await hears(async () => ({
      response: (await this.#handler.handle(signed)).response,
      output: unread,
    }))({ input: {}, request: signed });
    this.#observe(response);
    try {
      return { response, output: await read(response) };
    } catch (thrown) {
      const error = thrown as Error & { $metadata?: SdkFields };
      keepAnswer(error, response);
      if (this.#skew !== skew && Math.abs(this.#skew) >= muchSkew)
        Object.assign(error.$metadata ?? {}, { clockSkewCorrected: true });
      throw error;
    }
  }

  /** Each answer says what time it is at AWS. */
  #observe({ headers: { date = "", age } }: HttpResponse): void {
    const time = Date.parse(date);
    if (!Number.isNaN(time) && !age) this.#skew = time - Date.now();
  }
}
