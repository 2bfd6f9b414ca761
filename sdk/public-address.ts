/**
 * Which addresses lie in the public Internet: what the host name of a channel or of a probed
 * endpoint may lead to (rule: hostile-urls).
 */
import { BlockList, isIP } from "node:net";

/** @see https://www.iana.org/assignments/iana-ipv4-special-registry */
const special4 = [
  "0.0.0.0/8",
  "10.0.0.0/8",
  "100.64.0.0/10",
  "127.0.0.0/8",
  "169.254.0.0/16", // link-local: the metadata of instances and containers
  "172.16.0.0/12",
  "192.0.0.0/24",
  "192.0.2.0/24",
  "192.88.99.0/24",
  "192.168.0.0/16",
  "198.18.0.0/15",
  "198.51.100.0/24",
  "203.0.113.0/24",
  "224.0.0.0/4",
  "240.0.0.0/4",
];
/**
 * Within 2000::/3, the only part that is given out: protocol assignments (Teredo among them),
 * documentation, 6to4. What carries an IPv4 address inside (::ffff:0:0/96, 64:ff9b::/96) lies
 * outside of it.
 * @see https://www.iana.org/assignments/iana-ipv6-special-registry
 */
const special6 = ["2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"];

const listOf = (ranges: readonly string[], family: "ipv4" | "ipv6"): BlockList => {
  const list = new BlockList();
  for (const range of ranges) {
    const [network = "", bits] = range.split("/");
    list.addSubnet(network, Number(bits), family);
  }
  return list;
};
const [notPublic4, notPublic6, global6] = [
  listOf(special4, "ipv4"),
  listOf(special6, "ipv6"),
  listOf(["2000::/3"], "ipv6"),
];

/** @param address as DNS answers it; anything but an address is not public */
export function isPublic(address: string): boolean {
  const family = isIP(address);
  if (family === 4) return !notPublic4.check(address, "ipv4");
  return (
    family === 6 &&
    !address.includes("%") &&
    global6.check(address, "ipv6") &&
    !notPublic6.check(address, "ipv6")
  );
}

/** This machine itself, which the embedded deployment's channels lead to. */
export const isLoopback = (address: string): boolean =>
  address === "::1" || (isIP(address) === 4 && address.startsWith("127."));
