// Presses every button and moves every other widget of an Open Stage Control session, with the types
// that the session names, and says what the instrument answers; a ping ends it.
const fs = require("fs");
const osc = require("osc");

const [file, target] = process.argv.slice(2);
const widgets = JSON.parse(fs.readFileSync(file)).content.tabs.flatMap((tab) => tab.widgets);
const port = new osc.UDPPort({
    localAddress: "127.0.0.1", localPort: 0,
    remoteAddress: "127.0.0.1", remotePort: Number(target),
    metadata: true,
});

function meant(widget) {
    if (widget.type === "fader") return [widget.range.max];
    if (widget.type === "input") return [widget.numeric ? 7 : "calm"];
    return [...(widget.preArgs || []), ...(widget.on === null ? [] : [widget.on])];
}

port.on("message", (message) => {
    console.log(JSON.stringify([message.address, message.args.map((one) => one.value)]));
    if (message.address === "/distill/pong") {
        port.close();
        process.exit(0);
    }
});
port.on("error", (error) => { console.error(error); process.exit(1); });
port.on("ready", () => {
    for (const widget of widgets.filter((one) => !one.bypass)) {
        const args = meant(widget).map((value, n) => ({ type: widget.typeTags[n], value }));
        port.send({ address: widget.address, args });
    }
    port.send({ address: "/distill/ping", args: [] });
});
port.open();
