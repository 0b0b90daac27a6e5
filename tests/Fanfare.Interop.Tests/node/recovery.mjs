// Loses the TCP connection, in the way the test says, and comes back by itself: with the same id, and everything that was missed.
import { io } from "socket.io-client";
import { args, goAhead, next, say, url } from "./steps.mjs";

const [way, transport] = args;
const socket = io(url + "/news", { transports: [transport], reconnectionDelay: 10, reconnectionDelayMax: 50, reconnection: way !== "destroyed" });
const received = [];
socket.on("news", (number) => received.push(number));
await next(socket, "connect");
const before = socket.id;
const first = next(socket, "news");
await socket.emitWithAck("subscribe");
await first;
say("connected", { id: before, recovered: Boolean(socket.recovered) });

const lost = next(socket, "disconnect");
if (way === "destroyed") socket.io.engine.transport.ws._socket.destroy();
const [reason] = await lost;
if (way === "destroyed") {
  say("lost", { reason });
  await goAhead();
  socket.connect();
} else {
  say("lost", { reason });
}
await next(socket, "connect");
while (received.at(-1) !== "end") await next(socket, "news");
say("back", { id: socket.id, recovered: Boolean(socket.recovered), received });
socket.disconnect();
