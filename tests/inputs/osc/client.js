// Subscribes, sends what osc.js can, and prints what it hears, until the gain is 0.25.
const osc = require("osc");

const port = new osc.UDPPort({
    localAddress: "127.0.0.1", localPort: 0,
    remoteAddress: "127.0.0.1", remotePort: Number(process.argv[2]),
    metadata: true,
});

function hear(message) {
    const values = message.args.map((argument) => [argument.type, argument.value]);
    console.log(JSON.stringify([message.address, values]));
    if (message.address === "/distill/gain" && values[0][1] === 0.25) {
        port.close();
        process.exit(0);
    }
}

port.on("message", hear);
port.on("bundle", (bundle) => bundle.packets.forEach(hear));
port.on("error", (error) => { console.error(error); process.exit(1); });
port.on("ready", () => {
    port.send({ address: "/distill/subscribe", args: [
        { type: "i", value: 0 }, { type: "f", value: 30 }, { type: "s", value: "/distill/gain" },
    ] });
    port.send({ address: "/distill/play", args: [{ type: "T" }] });
    port.send({ address: "/distill/panic", args: [{ type: "I" }] });
    port.send({ address: "/distill/gain", args: [
        { type: "b", value: new Uint8Array([1, 2, 3]) },
    ] });
    port.send({ timeTag: osc.timeTag(0.3), packets: [
        { address: "/distill/temperature", args: [{ type: "d", value: 0.75 }] },
        { address: "/distill/seed", args: [{ type: "h", value: { high: 0, low: 7 } }] },
    ] });
});
port.open();
