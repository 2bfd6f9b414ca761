/** In place of what all of the SDK's protocols are made on, in bundles: without streams of events. */

import { NormalizedSchema, TypeRegistry, translateTraits } from "@smithy/core/schema";
import { HttpRequest, HttpResponse, isValidHostname } from "@smithy/core/transport";
import type { Endpoint, EndpointV2 } from "@smithy/types";

interface Options {
  readonly defaultNamespace: string;
  readonly errorTypeRegistries?: readonly TypeRegistry[];
}
interface InContext {
  setSerdeContext(context: object): void;
}
interface Described {
  readonly traits?: Parameters<typeof translateTraits>[0];
  readonly input: Parameters<typeof NormalizedSchema.of>[0];
}

/** The SDK's own clients, where one is bundled whole, name a configured endpoint in the older way. */
function placeOf(endpoint: Endpoint | EndpointV2) {
  if (!("url" in endpoint)) return endpoint;
  const { protocol, hostname, port, pathname, searchParams } = endpoint.url;
  return { protocol, hostname, port, path: pathname, query: Object.fromEntries(searchParams) };
}

export class HttpProtocol {
  readonly options: Options;
  readonly compositeErrorRegistry: TypeRegistry;
  /** What is made on it has them. */
  declare readonly serializer: InContext;
  declare readonly deserializer: InContext;

  constructor(options: Options) {
    this.options = options;
    this.compositeErrorRegistry = new TypeRegistry(options.defaultNamespace);
    for (const registry of options.errorTypeRegistries ?? [])
      this.compositeErrorRegistry.copyFrom(registry);
  }

  getRequestType(): typeof HttpRequest {
    return HttpRequest;
  }

  getResponseType(): typeof HttpResponse {
    return HttpResponse;
  }

  setSerdeContext(context: object): void {
    this.serializer.setSerdeContext(context);
    this.deserializer.setSerdeContext(context);
  }

  updateServiceEndpoint(request: HttpRequest, endpoint: Endpoint | EndpointV2): HttpRequest {
    const { protocol, hostname, port, path, query } = placeOf(endpoint);
    Object.assign(request, { protocol, hostname, path, query: { ...request.query, ...query } });
    if (port) request.port = Number(port);
    for (const [name, values] of Object.entries(endpoint.headers ?? {}))
      request.headers[name] = [values].flat().join(", ");
    return request;
  }

  /** Some operations are asked at a host that begins with a word, or with a part of the input. */
  setHostPrefix(request: HttpRequest, { traits = 0, input: of }: Described, input: object): void {
    const { endpoint } = translateTraits(traits) as { readonly endpoint?: readonly string[] };
    const [prefix] = endpoint ?? [];
    if (prefix === undefined) return;
    const members = input as Readonly<Record<string, unknown>>;
    const filled = [...NormalizedSchema.of(of).structIterator()].reduce(
      (text, [name, member]) =>
        member.getMergedTraits().hostLabel
          ? text.replace(`{${name}}`, String(members[name]))
          : text,
      prefix,
    );
    request.hostname = filled + request.hostname;
    if (!isValidHostname(request.hostname))
      throw new Error(`[${request.hostname}] is not a valid hostname.`);
  }

  deserializeMetadata({ statusCode, headers }: HttpResponse): object {
    return {
      httpStatusCode: statusCode,
      requestId:
        headers["x-amzn-requestid"] ?? headers["x-amzn-request-id"] ?? headers["x-amz-request-id"],
      extendedRequestId: headers["x-amz-id-2"],
      cfId: headers["x-amz-cf-id"],
    };
  }

  serializeEventStream(): never {
    throw new Error("left out of Nightshift's bundles: calls that stream events");
  }

  deserializeEventStream(): never {
    return this.serializeEventStream();
  }
}
