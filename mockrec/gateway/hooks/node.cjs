// Loaded by each Node.js under `mockrec run`: the names of the service lead to the mockrec there.
//
// Node's own fetch heeds no proxy before Node 24, and some clients ask a name server themselves.
// Connections to these names are made to mockrec, and lookups of them answered, without a packet.
"use strict";

const dns = require("node:dns");
const net = require("node:net");
const { syncBuiltinESMExports } = require("node:module");

const OURS = /^api(-[a-z]+-[a-z]+-[0-9]+)?\.(agora\.io|sd-rtn\.com)\.?$/i;
const ADDRESS = "127.0.0.1";

const ours = (host) => typeof host === "string" && OURS.test(host);

function redirect(tls, plain) {
  const connect = net.Socket.prototype.connect;
  const there = { 443: new URL(tls), 80: new URL(plain) };

  // The port and host of an address, or null where it is not one of ours.
  const found = (host, port) => {
    if (!ours(host)) return null;
    const url = there[port];
    if (!url) return { host: ADDRESS, port };
    return { host: url.hostname.replace(/^\[|\]$/g, ""), port: Number(url.port) };
  };

  net.Socket.prototype.connect = function (...args) {
    const [first, second] = args;
    if (Array.isArray(first)) { // how node:net itself calls it: [options, callback]
      Object.assign(first, { 0: { ...first[0], ...found(first[0].host, first[0].port) } });
    } else if (first !== null && typeof first === "object") {
      args[0] = { ...first, ...found(first.host, first.port) };
    } else if (found(second, first)) {
      args.splice(0, 2, found(second, first));
    }
    return connect.apply(this, args);
  };

  const answers = {
    lookup: (options) => (options && options.all ? [[{ address: ADDRESS, family: 4 }]] : [ADDRESS, 4]),
    resolve: (type) => [type === undefined || type === "A" ? [ADDRESS] : []],
    resolve4: (options) => [options && options.ttl ? [{ address: ADDRESS, ttl: 1 }] : [ADDRESS]],
    resolve6: () => [[]],
  };
  for (const [name, answer] of Object.entries(answers)) {
    for (const home of [dns, dns.Resolver.prototype]) withCallback(home, name, answer);
    for (const home of [dns.promises, dns.promises.Resolver.prototype]) promised(home, name, answer);
  }
}

function withCallback(home, name, answer) {
  const original = home[name];
  if (!original) return;
  home[name] = function (host, ...rest) {
    if (!ours(host)) return original.call(this, host, ...rest);
    const callback = rest.pop();
    process.nextTick(callback, null, ...answer(rest[0]));
  };
}

function promised(home, name, answer) {
  const original = home[name];
  if (!original) return;
  home[name] = function (host, ...rest) {
    if (!ours(host)) return original.call(this, host, ...rest);
    const [value, family] = answer(rest[0]);
    return Promise.resolve(family ? { address: value, family } : value);
  };
}

if (process.env.MOCKREC_GATEWAY && process.env.MOCKREC_URL) {
  redirect(process.env.MOCKREC_GATEWAY, process.env.MOCKREC_URL);
  syncBuiltinESMExports();
}
