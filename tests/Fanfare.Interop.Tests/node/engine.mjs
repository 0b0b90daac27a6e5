// The bare transport: text and binary both ways, by each transport and through the upgrade, and closes by either side.
import { Socket } from "engine.io-client";
import { args, hex, next, say, url } from "./steps.mjs";

const [how, end] = args;
const socket = new Socket(url, { path: "/engine.io/", transports: how.split(",") });
socket.binaryType = "arraybuffer";
const messages = [];
socket.on("message", (data) => {
  messages.push(data === undefined ? "" : typeof data === "string" ? data : { hex: hex(data) });
  socket.emit(`message ${messages.length}`);
});
const greeted = next(socket, "message 1");
const upgraded = how.includes(",") ? next(socket, "upgrade") : null;
await next(socket, "open");
await greeted;
const echoed = next(socket, "message 4");
socket.send("é€😀");
socket.send(Uint8Array.of(0, 254, 255));
socket.send("");
await echoed;
await upgraded;
const over = next(socket, "close");
say("echoed", { messages, transport: socket.transport.name });
if (end === "server") socket.send("close");
else socket.close();
const [reason] = await over;
say("closed", { reason });
