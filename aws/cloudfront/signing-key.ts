/** By which keys CloudFront tells that an address or a cookie was signed by its owner. */
import {
  CloudFrontClient,
  ListKeyGroupsCommand,
  type ListKeyGroupsCommandInput,
  type ListKeyGroupsCommandOutput,
  paginateListPublicKeys,
} from "@aws-sdk/client-cloudfront";
import { paged } from "../../sdk/call.ts";

/** The SDK has no paginator for it. */
async function* pagesOfGroups(
  { client }: { readonly client: CloudFrontClient },
  input: ListKeyGroupsCommandInput,
): AsyncGenerator<ListKeyGroupsCommandOutput> {
  let asked = input;
  for (;;) {
    const page = await client.send(new ListKeyGroupsCommand(asked));
    yield page;
    const { NextMarker } = page.KeyGroupList ?? {};
    if (!NextMarker) return;
    asked = { ...input, Marker: NextMarker };
  }
}

export const listKeyGroups = paged("cloudfront:ListKeyGroups", CloudFrontClient, pagesOfGroups, {
  items: ({ KeyGroupList }) => KeyGroupList?.Items,
});

export const listPublicKeys = paged(
  "cloudfront:ListPublicKeys",
  CloudFrontClient,
  paginateListPublicKeys,
  { items: ({ PublicKeyList }) => PublicKeyList?.Items },
);
