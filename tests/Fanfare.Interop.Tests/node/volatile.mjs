// Volatile events, of the server and of the client.
import { io } from "socket.io-client";
import { args, next, say, url } from "./steps.mjs";

const socket = io(url, { transports: [args[0]], autoConnect: false });
const received = [];
socket.on("tick", (number) => received.push(number));
socket.volatile.emit("heard", "too early");
socket.emit("heard", "kept until connected");
socket.connect();
await next(socket, "connect");
const marked = next(socket, "mark");
const heard = await socket.emitWithAck("tick me");
await marked;
say("ticked", { heard, received });
socket.disconnect();
