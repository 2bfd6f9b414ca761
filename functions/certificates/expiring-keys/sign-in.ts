/** Identity providers by which user pools of Cognito let people sign in. */
import {
  describeIdentityProvider,
  listIdentityProviders,
  listUserPools,
  mostPools,
} from "../../../aws/cognito-idp/identity-provider.ts";
import type { Reader } from "../../../sdk/unit.ts";
import type { Expiring, NotLookedAt } from "../expires.ts";
import { endOfProvider } from "./saml.ts";

export const signInReads = [
  listUserPools,
  listIdentityProviders,
  describeIdentityProvider,
] as const;
type Read = Reader<typeof signInReads>;

const isGone = (error: unknown): boolean =>
  error instanceof Error && error.name === "ResourceNotFoundException";

/** Names of the providers of one user pool; of one that was deleted meanwhile none. */
async function samlNames(read: Read, UserPoolId: string): Promise<string[]> {
  try {
    const listed = await Array.fromAsync(read(listIdentityProviders({ UserPoolId })));
    return listed.flatMap(({ ProviderType, ProviderName }) =>
      ProviderType === "SAML" && ProviderName ? [ProviderName] : [],
    );
  } catch (error) {
    if (isGone(error)) return [];
    throw error;
  }
}

/**
 * Those whose metadata was uploaded. Where Cognito was given its address it fetches the next one by
 * itself, and the end of what it has is told to nobody.
 * @see https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-saml-idp.html
 */
export async function* signInProviders(
  read: Read,
  region: string,
): AsyncGenerator<Expiring | NotLookedAt> {
  for await (const { Id: UserPoolId = "", Name = UserPoolId } of read(
    listUserPools({ MaxResults: mostPools }),
  ))
    for (const ProviderName of await samlNames(read, UserPoolId)) {
      const answer = await read(describeIdentityProvider({ UserPoolId, ProviderName }));
      const { MetadataFile: metadata } = answer?.IdentityProvider?.ProviderDetails ?? {};
      if (metadata === undefined) continue;
      const provider = { name: `${ProviderName} of ${Name}`, where: `Cognito ${region}` };
      yield endOfProvider({ ...provider, metadata }) ?? {
        where: `${provider.where} ${provider.name}`,
        why: "its metadata has no certificate that can be read",
      };
    }
}
