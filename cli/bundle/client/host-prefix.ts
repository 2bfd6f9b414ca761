/** In place of the SDK's: all that its protocols still ask of it, the part of a host that is an input. */
import { NormalizedSchema, translateTraits } from "@smithy/core/schema";

interface Traits {
  readonly traits?: Parameters<typeof translateTraits>[0];
}

/** As the SDK has it: the fifth is what a host begins with. */
export const getHttpOperationBindings = ({ traits = 0 }: Traits): readonly unknown[] => {
  const { endpoint } = translateTraits(traits) as { readonly endpoint?: readonly string[] };
  return [undefined, undefined, undefined, undefined, endpoint?.[0]];
};

/** The bit by which the SDK knows a member that is in the host. */
const inHost = 1 << 17;

export const HttpBindingNormalizedSchema = {
  of: (schema: Parameters<typeof NormalizedSchema.of>[0]) => ({
    getHttpBindings: () => ({
      request: {
        memberBindings: [...NormalizedSchema.of(schema).structIterator()].map(([name, member]) => [
          name,
          [member, member.getMergedTraits().hostLabel ? inHost : 0],
        ]),
      },
    }),
  }),
};
