/** What of the ledger could not be read while the watchdog looked: told once, for each partition. */
import type { WatchdogFinding } from "../../../ledger/findings.ts";
import type { UnreadableItem } from "../../../ledger/store.ts";
import { count } from "../../../sdk/counted.ts";
import { cut, plain } from "../../../sdk/plain.ts";

/** Of one invocation. */
export class LeftOut {
  readonly #log: (item: UnreadableItem) => void;
  readonly #items = new Map<string, UnreadableItem>();

  constructor(log: (item: UnreadableItem) => void) {
    this.#log = log;
  }

  add(item: UnreadableItem): void {
    this.#log(item);
    this.#items.set(`${item.pk} ${item.sk}`, item);
  }

  /** Another invocation begins. */
  forget(): void {
    this.#items.clear();
  }

  /** One for each partition that holds any. */
  findings(): WatchdogFinding[] {
    const partitions = Map.groupBy(this.#items.values(), ({ pk }) => pk);
    return [...partitions].map(([pk, items]) => ({
      key: `unreadable ${pk}`,
      title: `${count(items.length, "item")} of the ledger in ${cut(plain(pk), 200)} cannot be read`,
      severity: "warning",
      facts: {
        first: cut(plain(items[0]?.sk ?? ""), 300),
        why: items[0]?.why ?? "",
        "so what":
          "what it says is not told, not taken up and not counted; the others are. An exemption, a hold or a flow that cannot be read holds what it may be about",
        "what now":
          "deploy the newest version that ever ran here, and it is read again; or look at the item in the ledger",
      },
    }));
  }
}
