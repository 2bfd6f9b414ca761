/**
 * In place of EC2's middleware in bundles: a copy from another region carries an address, signed for
 * that region, by which AWS reads the snapshot there.
 * Source: EC2's API reference, "CopySnapshot", `PresignedUrl`.
 */
import { env } from "node:process";
import { formatUrl } from "@aws-sdk/core/util";
import { parseUrl } from "@smithy/core/transport";
import type { AwsCredentialIdentity, EndpointV2 } from "@smithy/types";
import { presignedForAws } from "./sign.ts";
import type { Plugin, SdkFields } from "./stack.ts";

/** What the client knows. */
interface Known {
  region(): Promise<string>;
  credentials(): Promise<AwsCredentialIdentity>;
  /** Where it was made with one. */
  endpoint?(): Promise<ReturnType<typeof parseUrl>>;
  endpointProvider(parameters: object): EndpointV2;
}

/** Seconds that the address holds, as the SDK's does. */
const holds = 3600;

async function addressOf(input: SdkFields, destination: string, known: Known): Promise<string> {
  const region = String(input.SourceRegion);
  const place =
    (await known.endpoint?.()) ??
    parseUrl(
      known.endpointProvider({
        Region: region,
        UseFIPS: env.AWS_USE_FIPS_ENDPOINT === "true",
        UseDualStack: env.AWS_USE_DUALSTACK_ENDPOINT === "true",
      }).url,
    );
  const asked = Object.entries(input).map(([name, value]) => [name, String(value ?? "")]);
  const request = {
    ...place,
    method: "GET",
    protocol: "https:",
    headers: { host: place.hostname },
    query: {
      ...(Object.fromEntries(asked) as Record<string, string>),
      Action: "CopySnapshot",
      Version: "2016-11-15",
      DestinationRegion: destination,
    },
  };
  const signing = {
    credentials: await known.credentials(),
    ...{ region, service: "ec2", date: new Date() },
  };
  return formatUrl(presignedForAws(request, signing, holds));
}

export const getCopySnapshotPresignedUrlPlugin = (known: Known): Plugin => ({
  applyToStack: (stack) =>
    stack.add(
      (next) => async (sending) => {
        const input = sending.input as SdkFields;
        if (input.PresignedUrl) return next(sending);
        const destination = await known.region();
        const PresignedUrl = await addressOf(input, destination, known);
        return next({
          ...sending,
          input: { ...input, DestinationRegion: destination, PresignedUrl },
        });
      },
      { relation: "after", toMiddleware: "endpointV2Middleware" },
    ),
});
