// Binary in and out, nested, beside data that only looks like a placeholder.
import { io } from "socket.io-client";
import { args, hex, next, say, url } from "./steps.mjs";

const socket = io(url, { transports: [args[0]] });
await next(socket, "connect");
const bytes = Uint8Array.of(0, 1, 2, 253, 254, 255);
const large = new Uint8Array(200_000).map((_, index) => index % 251);
const echoed = next(socket, "echo");
const ask = (...values) => new Promise((resolve) => socket.emit(...values, (...answer) => resolve(answer)));
const ack = await ask("echo", bytes, { deep: [{ data: Buffer.from("é") }, bytes] });
const [first, nested] = await echoed;
say("echoed", {
  ack: [hex(ack[0]), hex(ack[1].deep[0].data), hex(ack[1].deep[1])],
  event: [hex(first), hex(nested.deep[0].data), hex(nested.deep[1])],
});
// On the wire of the official client only a packet without binary can tell such data from a true placeholder.
say("plain", { ack: await ask("echo", { _placeholder: true, num: 0 }) });
const reversed = await socket.emitWithAck("reverse", bytes);
say("reversed", { bytes: hex(reversed) });
const [back] = await ask("echo", large);
say("large", { equal: Buffer.compare(Buffer.from(back), Buffer.from(large)) === 0 });
socket.disconnect();
