// Several namespaces on one connection: named ones, one made by a pattern, one that does not exist, guarded ones.
import { io } from "socket.io-client";
import { next, say, url } from "./steps.mjs";

const main = io(url, { transports: ["websocket"] });
const manager = main.io;
await next(main, "connect");

for (const name of ["/news", "/room-17", "/größe mit platz"]) {
  const socket = manager.socket(name);
  await next(socket, "connect");
  say("entered", { name, where: await socket.emitWithAck("where am I") });
}

for (const [name, auth] of [["/absent", {}], ["/room-x", {}], ["/guarded", {}], ["/guarded", { token: "bad" }], ["/locked", {}]]) {
  const socket = io(url + name, { transports: ["websocket"], auth, forceNew: true });
  const [error] = await next(socket, "connect_error");
  say("refused", { name, message: error.message, data: error.data, connected: socket.connected });
  socket.disconnect();
}

const guarded = manager.socket("/guarded", { auth: (give) => give({ token: "good" }) });
await next(guarded, "connect");
say("entered", { name: "/guarded", where: await guarded.emitWithAck("where am I"), user: await guarded.emitWithAck("who am I") });
guarded.disconnect();
await new Promise((resolve) => main.emit("ping", resolve));
say("left", { main: main.connected, guarded: guarded.connected, open: manager.engine.readyState });
main.disconnect();
for (const name of ["/news", "/room-17", "/größe mit platz"]) manager.nsps[name].disconnect();
