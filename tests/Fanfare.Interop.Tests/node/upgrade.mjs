// Numbers flow in both directions while the connection changes from polling to WebSocket.
import { io } from "socket.io-client";
import { next, say, url } from "./steps.mjs";

const socket = io(url);
const received = [];
socket.on("number", (number) => received.push(number));
socket.on("pace", (answer) => answer());
const upgraded = new Promise((resolve) => socket.io.on("open", () => next(socket.io.engine, "upgrade").then(resolve)));
await next(socket, "connect");
socket.emit("begin");
let sent = 0;
let isUpgraded = false;
upgraded.then(() => { isUpgraded = true; });
while (!isUpgraded) {
  for (let i = 0; i < 3; i++) socket.emit("count", sent++);
  await socket.emitWithAck("breathe");
}
for (let i = 0; i < 30; i++) socket.emit("count", sent++);
const totalled = next(socket, "total");
const counted = await socket.emitWithAck("end");
const [total] = await totalled;
say("counted", { transport: socket.io.engine.transport.name, sent, counted, total, received });
socket.disconnect();
