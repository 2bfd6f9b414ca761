/** A key is enabled again, or no longer waits for its deletion, when KMS says so. */
import { describeKey } from "../../../aws/kms/key.ts";
import { confirmation } from "../../../sdk/signal.ts";
import { type KeyEvent, keyNamed } from "./key-named.ts";

export default confirmation({
  reads: [describeKey],
  async over(event: KeyEvent & { readonly eventName?: string | undefined }, context) {
    const { read, resources } = context;
    const { KeyMetadata: key } = await read(describeKey({ KeyId: keyNamed(event, resources) }));
    if (event.eventName === "EnableKey") return key?.KeyState === "Enabled";
    return (
      key?.KeyState !== undefined &&
      key.KeyState !== "PendingDeletion" &&
      key.KeyState !== "PendingReplicaDeletion"
    );
  },
});
