/** EC2: instances that run or not, and volumes that are created with an idempotency token. */
import { Refused } from "./table.ts";

export interface Machine {
  state: "running" | "stopped";
  tags: Record<string, string>;
}
export interface Disk {
  readonly tags: Readonly<Record<string, string>>;
}
type Parameters = Readonly<Record<string, string>>;

const escaped = (text: string) => text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
const codes = { running: 16, stopped: 80, stopping: 64, pending: 0 } as const;
const stateOf = (name: keyof typeof codes) => `<code>${codes[name]}</code><name>${name}</name>`;
const set = (name: string, items: readonly string[]) => `<${name}>${items.map((item) => `<item>${item}</item>`).join("")}</${name}>`;
const tagSet = (tags: Readonly<Record<string, string>>) =>
  set(
    "tagSet",
    Object.entries(tags).map(([key, value]) => `<key>${escaped(key)}</key><value>${escaped(value)}</value>`),
  );
const listed = (parameters: Parameters, prefix: string) =>
  Object.keys(parameters)
    .filter((name) => name.startsWith(`${prefix}.`) && /^\d+$/.test(name.slice(prefix.length + 1)))
    .map((name) => parameters[name] ?? "");

export class MemoryEc2 {
  readonly machines = new Map<string, Machine>();
  readonly disks = new Map<string, Disk>();
  readonly #tokens = new Map<string, string>();
  #made = 0;

  /** @returns the XML inside the answer, and the resources that are changed, if any */
  answer(operation: string, parameters: Parameters): { readonly body: string; readonly changed?: readonly string[] } {
    switch (operation) {
      case "DescribeInstances": {
        const only = parameters["Filter.1.Name"] === "instance-id" ? listed(parameters, "Filter.1.Value") : undefined;
        const some = [...this.machines].filter(([id]) => !only || only.includes(id));
        const shown = some.map(([id, { state, tags }]) =>
          set("instancesSet", [`<instanceId>${id}</instanceId><instanceState>${stateOf(state)}</instanceState>${tagSet(tags)}`]),
        );
        return { body: set("reservationSet", shown) };
      }
      case "StopInstances":
        return this.#turn(listed(parameters, "InstanceId"), "stopped", "stopping");
      case "StartInstances":
        return this.#turn(listed(parameters, "InstanceId"), "running", "pending");
      case "DescribeVolumes":
        return {
          body: set(
            "volumeSet",
            [...this.disks].map(([id, { tags }]) => `<volumeId>${id}</volumeId><status>available</status>${tagSet(tags)}`),
          ),
        };
      case "CreateVolume": {
        const token = parameters.ClientToken;
        const known = token === undefined ? undefined : this.#tokens.get(token);
        const id = known ?? `vol-${String(++this.#made).padStart(17, "0")}`;
        const tags = { [parameters["TagSpecification.1.Tag.1.Key"] ?? ""]: parameters["TagSpecification.1.Tag.1.Value"] ?? "" };
        if (known === undefined) this.disks.set(id, { tags });
        if (token !== undefined) this.#tokens.set(token, id);
        return { body: `<volumeId>${id}</volumeId><status>creating</status>${tagSet(tags)}`, ...(known === undefined && { changed: [tags.for ?? id] }) };
      }
      case "DeleteVolume": {
        const id = parameters.VolumeId ?? "";
        const disk = this.disks.get(id);
        if (!disk) throw new Refused("InvalidVolume.NotFound", `The volume '${id}' does not exist.`);
        this.disks.delete(id);
        return { body: "<return>true</return>", changed: [disk.tags.for ?? id] };
      }
      default:
        throw new Refused("InvalidAction", operation);
    }
  }

  #turn(ids: readonly string[], to: Machine["state"], by: keyof typeof codes) {
    const missing = ids.filter((id) => !this.machines.has(id));
    if (missing.length) throw new Refused("InvalidInstanceID.NotFound", `The instance IDs '${missing.join(", ")}' do not exist`);
    const changes = ids.map((id) => {
      const machine = this.machines.get(id);
      const was = machine?.state ?? to;
      if (machine) machine.state = to;
      const now = was === to ? to : by;
      return `<instanceId>${id}</instanceId><currentState>${stateOf(now)}</currentState><previousState>${stateOf(was)}</previousState>`;
    });
    return { body: set("instancesSet", changes), changed: ids };
  }
}
