/**
 * EC2: instances that run or not, volumes that are created with an idempotency token, and security
 * groups.
 */
import type { MemorySecurityGroups } from "./security-groups.ts";
import { TransactionRefused } from "./table.ts";
import {
  filtersOf,
  listedParameters,
  type Parameters,
  set,
  tagSet,
  tagsOfParameters,
} from "./xml.ts";

export interface Machine {
  state: "running" | "stopped";
  tags: Record<string, string>;
}
export interface Disk {
  readonly tags: Readonly<Record<string, string>>;
}

/** Long ago, as in the embedded AWS: a start is none of a launch here. */
const launched = "2020-01-01T00:00:00.000Z";
const codes = { running: 16, stopped: 80, stopping: 64, pending: 0 } as const;
const stateOf = (name: keyof typeof codes) => `<code>${codes[name]}</code><name>${name}</name>`;

export class MemoryEc2 {
  readonly machines: Map<string, Machine>;
  readonly disks: Map<string, Disk>;
  readonly security: MemorySecurityGroups;
  readonly #tokens = new Map<string, string>();
  #made = 0;

  constructor(
    security: MemorySecurityGroups,
    machines = new Map<string, Machine>(),
    disks = new Map<string, Disk>(),
  ) {
    this.security = security;
    this.machines = machines;
    this.disks = disks;
  }

  /** As it is now, to look at later. */
  copy = (): MemoryEc2 =>
    new MemoryEc2(
      this.security.copy(),
      structuredClone(this.machines),
      structuredClone(this.disks),
    );

  /** @returns the XML inside the answer, and the resources that are changed, if any */
  answer(
    operation: string,
    parameters: Parameters,
  ): { readonly body: string; readonly changed?: readonly string[] } {
    switch (operation) {
      case "DescribeInstances":
        return this.#describeInstances(parameters);
      case "DescribeInstanceAttribute": {
        const id = parameters.InstanceId ?? "";
        if (!this.machines.has(id))
          throw new TransactionRefused(
            "InvalidInstanceID.NotFound",
            `The instance ID '${id}' does not exist`,
          );
        return {
          body: `<instanceId>${id}</instanceId><disableApiStop><value>false</value></disableApiStop>`,
        };
      }
      case "DescribeInstanceTypes":
        return {
          body: set(
            "instanceTypeSet",
            (filtersOf(parameters).get("instance-type") ?? []).map(
              (type) =>
                `<instanceType>${type}</instanceType><instanceStorageSupported>false</instanceStorageSupported><vCpuInfo><defaultVCpus>2</defaultVCpus></vCpuInfo>`,
            ),
          ),
        };
      case "StopInstances":
        return this.#turn(listedParameters(parameters, "InstanceId"), "stopped", "stopping");
      case "StartInstances":
        return this.#turn(listedParameters(parameters, "InstanceId"), "running", "pending");
      case "DescribeVolumes":
        return {
          body: set(
            "volumeSet",
            [...this.disks].map(
              ([id, { tags }]) =>
                `<volumeId>${id}</volumeId><status>available</status>${tagSet(tags)}`,
            ),
          ),
        };
      case "CreateVolume":
        return this.#createVolume(parameters);
      case "DeleteVolume": {
        const id = parameters.VolumeId ?? "";
        const disk = this.disks.get(id);
        if (!disk)
          throw new TransactionRefused(
            "InvalidVolume.NotFound",
            `The volume '${id}' does not exist.`,
          );
        this.disks.delete(id);
        return { body: "<return>true</return>", changed: [disk.tags.for ?? id] };
      }
      default: {
        const answer = this.security.answer(operation, parameters);
        if (!answer) throw new TransactionRefused("InvalidAction", operation);
        return answer;
      }
    }
  }

  #describeInstances(parameters: Parameters) {
    const filters = filtersOf(parameters);
    const fits = (name: string, value: string) => filters.get(name)?.includes(value) ?? true;
    const some = [...this.machines].filter(
      ([id, { state }]) => fits("instance-id", id) && fits("instance-state-name", state),
    );
    const shown = some.map(([id, { state, tags }]) =>
      set("instancesSet", [
        `<instanceId>${id}</instanceId><instanceType>t3.micro</instanceType><launchTime>${launched}</launchTime><instanceState>${stateOf(state)}</instanceState>${tagSet(tags)}`,
      ]),
    );
    return { body: set("reservationSet", shown) };
  }

  #createVolume(parameters: Parameters) {
    const token = parameters.ClientToken;
    const known = token === undefined ? undefined : this.#tokens.get(token);
    const id = known ?? `vol-${String(++this.#made).padStart(17, "0")}`;
    const tags = tagsOfParameters(parameters);
    if (known === undefined) this.disks.set(id, { tags });
    if (token !== undefined) this.#tokens.set(token, id);
    return {
      body: `<volumeId>${id}</volumeId><status>creating</status>${tagSet(tags)}`,
      ...(known === undefined && { changed: [tags.for ?? id] }),
    };
  }

  #turn(ids: readonly string[], to: Machine["state"], by: keyof typeof codes) {
    const missing = ids.filter((id) => !this.machines.has(id));
    if (missing.length)
      throw new TransactionRefused(
        "InvalidInstanceID.NotFound",
        `The instance IDs '${missing.join(", ")}' do not exist`,
      );
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
