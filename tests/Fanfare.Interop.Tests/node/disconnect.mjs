// The server ends the connection: the client is told so and does not come back by itself; connect() brings it back.
import { io } from "socket.io-client";
import { args, next, say, url } from "./steps.mjs";

const [transport, close] = args;
const socket = io(url, { transports: [transport], reconnectionDelay: 1 });
await next(socket, "connect");
socket.io.on("reconnect_attempt", () => say("reconnecting"));
const over = next(socket, "disconnect");
socket.emit("send me away", close === "close");
const [reason] = await over;
say("disconnected", { reason, active: socket.active });
socket.connect();
await next(socket, "connect");
say("connected", { answer: await socket.emitWithAck("echo", "again") });
socket.disconnect();
