/**
 * In place of the middleware of the SDK's client of S3 in bundles: checksums of what is sent, failures
 * that come with the status 200, and names of buckets that would be other addresses. Sessions of
 * directory buckets, signatures for several regions, keys of customers and objects that stream are
 * left out: 38 KB (compressed) of whatever asks S3. What an object holds is sent and read as a whole,
 * and whoever reads it compares its hash with one of their own. A bucket elsewhere is told as S3 tells it, by
 * `PermanentRedirect`, and not followed.
 */
import { crc32 } from "node:zlib";
import { AwsRestXmlProtocol } from "@aws-sdk/core/protocols";
import { collectBody } from "@smithy/core/protocols";
import { NormalizedSchema } from "@smithy/core/schema";
import type {
  EndpointBearer,
  HandlerExecutionContext,
  HttpResponse,
  MetadataBearer,
  OperationSchema,
  SerdeFunctions,
} from "@smithy/types";
import type { Plugin, SdkFields } from "./stack.ts";

/** These answer 200 before they know how it ends, and may then say nothing at all. */
const neverEmpty = new Set(["CopyObject", "UploadPartCopy", "CompleteMultipartUpload"]);
const failureEnds = "</Error>";

const aborted = (): Error =>
  Object.assign(new Error("S3 aborted request"), {
    name: "InternalError",
    $metadata: { httpStatusCode: 503 },
  });

/** Without the name of a bucket, what is asked of it would be asked of the account. */
function refuseNameless({ input: of }: OperationSchema, input: SdkFields): void {
  const schema = NormalizedSchema.of(of);
  const members = schema.isUnitSchema() ? [] : [...schema.structIterator()];
  const bucket = members.find(([name]) => name === "Bucket")?.[1];
  if (bucket?.getMergedTraits().httpLabel && !input.Bucket)
    throw new Error("No value provided for input HTTP label: Bucket.");
}

type InCall = HandlerExecutionContext & SerdeFunctions;

export class S3RestXmlProtocol extends AwsRestXmlProtocol {
  override async serializeRequest<Input extends object>(
    described: OperationSchema,
    input: Input,
    context: InCall & EndpointBearer,
  ) {
    refuseNameless(described, input as SdkFields);
    return super.serializeRequest(described, input, context);
  }

  override async deserializeResponse<Output extends MetadataBearer>(
    described: OperationSchema,
    context: InCall,
    response: HttpResponse,
  ): Promise<Output> {
    const bytes = await collectBody(response.body, context as never);
    response.body = bytes;
    if (response.statusCode < 300) {
      if (!bytes.length && neverEmpty.has(described.name)) throw aborted();
      const end = Buffer.from(bytes).subarray(-failureEnds.length);
      if (end.toString() === failureEnds) response.statusCode = 503;
    }
    return super.deserializeResponse(described, context, response);
  }
}

/** What the client does without. */
const nothing = (): Plugin => ({ applyToStack() {} });
const asItIs = <Config>(config: Config): Config => config;

/** The protocol does it. */
export const getThrow200ExceptionsPlugin = nothing;
/** Requests are small: nobody asks first whether their bodies are welcome. */
export const getAddExpectContinuePlugin = nothing;
/** As in the SDK, where nobody asks for it. */
export const getRegionRedirectMiddlewarePlugin = nothing;
export const getS3ExpressPlugin = nothing;
export const getS3ExpressHttpSigningPlugin = nothing;
export const resolveS3Config = asItIs;
export const resolveFlexibleChecksumsConfig = asItIs;

export const getValidateBucketNamePlugin = (): Plugin => ({
  applyToStack: (stack) =>
    stack.add(
      (next) => async (sending) => {
        const { Bucket } = sending.input as SdkFields;
        if (typeof Bucket !== "string" || Bucket.startsWith("arn:") || !Bucket.includes("/"))
          return next(sending);
        const message = `Bucket name shouldn't contain '/', received '${Bucket}'`;
        throw Object.assign(new Error(message), { name: "InvalidBucketName" });
      },
      { step: "initialize" },
    ),
});

const refusing = (what: string) => (): Plugin => {
  throw new Error(`left out of Nightshift's bundles: ${what}`);
};
/** A body is all there, so that its length is known. */
export const getCheckContentLengthHeaderPlugin = nothing;
export const getLocationConstraintPlugin = refusing("new buckets");
/** When a cache is to forget an object is nobody's question here. */
export const getS3ExpiresMiddlewarePlugin = nothing;

const customersKeys = ["SSECustomerKey", "CopySourceSSECustomerKey"];
export const getSsecPlugin = (): Plugin => ({
  applyToStack: (stack) =>
    stack.add(
      (next) => async (sending) => {
        if (customersKeys.some((each) => (sending.input as SdkFields)[each] !== undefined))
          refusing("objects with keys of customers")();
        return next(sending);
      },
      { step: "initialize" },
    ),
});

interface Checksums {
  readonly requestAlgorithmMember?: { readonly httpHeader: string; readonly name: string };
  readonly responseAlgorithms?: readonly string[];
}

function crcOf(body: string | Uint8Array): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(crc32(body));
  return bytes.toString("base64");
}

/** What S3 demands of whatever changes a bucket: the checksum that the SDK sends by default. */
export const getFlexibleChecksumsPlugin = (
  _config: object,
  { requestAlgorithmMember, responseAlgorithms }: Checksums,
): Plugin => {
  if (responseAlgorithms) return nothing();
  return {
    applyToStack: (stack) =>
      stack.add(
        (next) => async (sending) => {
          const headers = sending.request?.headers ?? {};
          const { httpHeader = "", name = "" } = requestAlgorithmMember ?? {};
          const { [name]: algorithm = "CRC32" } = sending.input as SdkFields;
          if (algorithm !== "CRC32") refusing(`checksums by ${String(algorithm)}`)();
          if (httpHeader) headers[httpHeader] = "CRC32";
          headers["x-amz-checksum-crc32"] = crcOf(sending.request?.body ?? "");
          return next(sending);
        },
        { step: "build" },
      ),
  };
};
