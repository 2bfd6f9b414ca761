/** Which secrets are mirrored into parameters, and how they lie there. */
import * as z from "zod/mini";
import { regionIn } from "../../../sdk/arn.ts";
import { kmsKeyArn, secretName } from "../settings-fields.ts";

/** Where the chain lies: with key and certificate, or in parameters of its own. */
export const chainPlaces = ["within", "beside"] as const;
export type ChainPlace = (typeof chainPlaces)[number];

const mirrored = z.strictObject({
  secret: secretName,
  kmsKey: kmsKeyArn,
  chain: z._default(z.enum(chainPlaces), "within"),
  advanced: z._default(z.boolean(), true),
});
/** An entry of the settings. */
export type MirroredSecret = z.output<typeof mirrored>;

const placeOf = ({ secret, kmsKey }: MirroredSecret): string => `${secret} ${regionIn(kmsKey)}`;

export const mirrorConfig = z.strictObject({
  certificates: z
    ._default(
      z.array(mirrored).check(
        z.maxLength(200),
        z.refine(
          (all) => new Set(all.map(placeOf)).size === all.length,
          "must name each secret once in a region, which is that of its `kmsKey`",
        ),
      ),
      [],
    )
    .check(
      z.describe(
        'What is mirrored: `{ secret, kmsKey, chain, advanced }`. The parameter has the secret\'s name with a slash before it, `/nightshift/certificates/shop`, and lies in the region of `kmsKey`, the key of your own that it is encrypted by. Its value is JSON with `key`, `certificate` and `chain` in PEM. With `chain: "beside"` each certificate of the chain is a parameter of its own, in plain text, and the value names them in `chainIn`, in order. A value of more than 4,096 bytes takes an advanced parameter, which AWS bills by the month; with `advanced: false` it is refused and told.',
      ),
    ),
});
