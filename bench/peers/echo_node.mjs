// Upper-casing echo on Node.js: node echo_node.mjs PORT
import { createServer } from "node:net";

const UPPER = Uint8Array.from({ length: 256 }, (_, c) => (c >= 0x61 && c <= 0x7a ? c - 0x20 : c));

// allowHalfOpen: a peer that has ended his side still gets the replies to all he sent.
const server = createServer({ noDelay: true, allowHalfOpen: true }, (socket) => {
  socket.on("data", (chunk) => {
    for (let i = 0; i < chunk.length; i++) chunk[i] = UPPER[chunk[i]];
    if (!socket.write(chunk)) socket.pause();
  });
  socket.on("drain", () => socket.resume());
  socket.on("end", () => socket.end());
  socket.on("error", () => socket.destroy());
});

server.listen({ host: "127.0.0.1", port: Number(process.argv[2]), backlog: 16384 }, () => {
  console.log(`listening on 127.0.0.1:${server.address().port}`);
});
