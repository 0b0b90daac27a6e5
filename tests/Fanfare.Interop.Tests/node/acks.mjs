// Acks in both directions, with and without a timeout.
import { io } from "socket.io-client";
import { args, next, say, url } from "./steps.mjs";

const socket = io(url, { transports: [args[0]] });
socket.on("question", (left, right, answer) => answer({ sum: left + right }));
socket.on("unanswered", () => {});
await next(socket, "connect");
say("acks", {
  several: await new Promise((resolve) => socket.emit("several", (...values) => resolve(values))),
  none: await new Promise((resolve) => socket.emit("none", (...values) => resolve(values))),
  typed: await socket.emitWithAck("add", 2, 3),
  inTime: await socket.timeout(60_000).emitWithAck("add", 4, 5),
  late: await socket.timeout(100).emitWithAck("never").catch((error) => error.message),
  asked: await socket.emitWithAck("ask me"),
  askedInVain: await socket.emitWithAck("ask me in vain"),
  thrown: await socket.emitWithAck("throw"),
});
socket.disconnect();
