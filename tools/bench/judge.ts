/** How long one large security group takes to judge. */
import openIngress from "../../functions/security/open-ingress/index.ts";
import { parseConfig } from "../../settings/settings.ts";

type Opening = Parameters<typeof openIngress.target>[0];

/** Rules of one group: of each size a block from 4/8 on, each at other ports, a few to the world. */
function openings(count: number): Opening[] {
  const siblings = Array.from({ length: count }, (_, at) => {
    const prefix = 8 + (at % 25);
    const whole = at % 100 === 0;
    const address = `${4 + (at % 5)}.${at % 200}.${(at * 7) % 256}.0`;
    return {
      id: `sgr-${at}`,
      protocol: "tcp",
      from: 20 + (at % 40),
      to: 20 + (at % 40) + (at % 7) * 500,
      cidrs: [whole ? "0.0.0.0/0" : `${address}/${prefix}`],
    };
  });
  const group = { GroupId: "sg-1", GroupName: "web", OwnerId: "123456789012", Tags: [] };
  return siblings.map((source) => ({
    rule: {
      SecurityGroupRuleId: source.id,
      GroupId: "sg-1",
      IpProtocol: "tcp",
      CidrIpv4: source.cidrs[0],
    },
    ...{ source, siblings, group, managed: undefined },
  }));
}

/**
 * @returns milliseconds of the processor for all rules of a group, of each round; one before them
 * warms up
 */
export function judgingTimes(rules: number, rounds: number): number[] {
  const times: number[] = [];
  for (let round = 0; round <= rounds; round += 1) {
    const found = openings(rules);
    const config = parseConfig(openIngress, {});
    const here = { account: "123456789012", region: "eu-west-1", now: new Date(0) };
    const began = process.cpuUsage();
    const proposed = found.filter((opening) => {
      openIngress.danger?.(opening, { config });
      return openIngress.propose(opening, { ...here, config, since: undefined });
    });
    const { user, system } = process.cpuUsage(began);
    if (round > 0) times.push((user + system) / 1000);
    if (proposed.length === 0 || proposed.length === rules)
      throw new Error(`${proposed.length} of ${rules} rules are proposed`);
  }
  return times;
}
