/**
 * Loaded into each worker before its own code: what lies outside of the emulator is led to this
 * machine, under its own name. STS is the emulator; of other services, the servers that the test
 * names in `NIGHTSHIFT_TEST_SERVERS` (host to address). The code itself lets nothing lead it
 * elsewhere, so its ways out are turned here. The emulator checks no signature; what our own code
 * checks before it asks is checked all the same.
 */
import dns from "node:dns/promises";
import http from "node:http";
import https from "node:https";
import { syncBuiltinESMExports } from "node:module";
import net from "node:net";
import tls from "node:tls";

const { request } = https;
const { lookup } = dns;
const { connect } = tls;
const { fetch } = globalThis;
const emulator = new URL(process.env.AWS_ENDPOINT_URL ?? "http://127.0.0.1");
const servers = new Map(
  Object.entries(JSON.parse(process.env.NIGHTSHIFT_TEST_SERVERS ?? "{}")).map(([host, url]) => [
    host,
    new URL(url),
  ]),
);
/** An address of the public Internet, as a name outside must have. */
const somewherePublic = { address: "1.1.1.1", family: 4 };

https.request = (options, ...rest) => {
  if (!/^sts\.[\w-]+\.amazonaws\.com$/.test(options.hostname ?? ""))
    return request(options, ...rest);
  const here = { protocol: "http:", hostname: emulator.hostname, port: emulator.port };
  return http.request({ ...options, ...here }, ...rest);
};
dns.lookup = (host, ...rest) =>
  servers.has(host) ? Promise.resolve([somewherePublic]) : lookup(host, ...rest);
tls.connect = (options, ...rest) => {
  const server = servers.get(options.host);
  return server
    ? net.connect({ host: server.hostname, port: Number(server.port) })
    : connect(options, ...rest);
};
globalThis.fetch = (to, init) => {
  const url = new URL(to);
  const server = servers.get(url.host);
  return fetch(server ? new URL(url.pathname + url.search, server) : to, init);
};
syncBuiltinESMExports();
