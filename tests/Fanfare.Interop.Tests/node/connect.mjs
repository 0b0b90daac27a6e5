// Connects by the given transports, comma separated, and tells which one carries an event in the end.
import { io } from "socket.io-client";
import { args, next, say, url } from "./steps.mjs";

const transports = args[0].split(",");
const socket = io(url, { transports, auth: { token: "let me in" }, query: { flavour: "mint tea" }, extraHeaders: { "x-fanfare": "yes" } });
const connected = next(socket, "connect");
const upgraded = transports.length > 1 ? new Promise((resolve) => socket.io.on("open", () => next(socket.io.engine, "upgrade").then(resolve))) : null;
const [greeting] = await next(socket, "greeting");
await connected;
await upgraded;
say("connected", { id: socket.id, recovered: Boolean(socket.recovered), greeting });
const answer = await socket.emitWithAck("echo", "ok", 1, null, { a: [true, "é€😀"] });
say("answered", { answer, transport: socket.io.engine.transport.name });
socket.disconnect();
