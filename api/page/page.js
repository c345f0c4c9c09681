// The operators' page: channels with live pictures, alarms as they come, clips. All state is the server's;
// the only thing kept here is the cursor of the last message, so that a lost connection loses no alarm.

const SHOWN = 100; // alarms on the page; older ones are a matter for search
const STATUS_EVERY_MS = 2000; // as often as the ingest repeats a trouble
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 10000;
const NOT_LOGGED_IN = 4401;

const STATES = {
  running: "No ar / On air",
  connecting: "Conectando / Connecting",
  trouble: "Falha / Trouble",
  stopped: "Parado / Stopped",
  unknown: "Sem notícia / Unknown",
};
const TROUBLES = {
  unreachable: "fonte inacessível / unreachable",
  no_data: "sem dados / no data",
  undecodable: "indecifrável / undecodable",
};
const STATUSES = { aberta: "ABERTA / OPEN", encerrada: "encerrada / closed" };

const at = (id) => document.getElementById(id);
const faults = await ask("/page/faults.json");
const alarms = new Map(); // id -> occurrence
const players = new Map(); // channel -> {card, stop}
let cursor = null;

await recover();
connect(FIRST_WAIT_MS);
watchChannels();
at("log-out").addEventListener("click", async () => {
  await fetch("/api/v1/session", { method: "DELETE" });
  location.reload();
});
at("viewer-close").addEventListener("click", () => at("viewer").close());
at("viewer").addEventListener("close", () => at("clip").removeAttribute("src"));

async function ask(address) {
  const answer = await fetch(address);
  if (answer.status === 401) location.reload(); // the server then shows the log-in
  if (!answer.ok) throw new Error(`${address}: ${answer.status}`);
  return answer.json();
}

// ---- alarms

async function recover() {
  try {
    for (const each of await ask(`/api/v1/ocorrencias?limit=${SHOWN}`)) keep(each);
  } catch (error) {
    console.warn(error); // the tail still tells what is new
  }
  showAlarms();
}

function keep(occurrence) {
  const known = alarms.get(occurrence.id);
  if (!known || known.version <= occurrence.version) alarms.set(occurrence.id, occurrence);
}

function connect(wait) {
  const scheme = location.protocol === "https:" ? "wss:" : "ws:";
  const from = cursor === null ? "" : `?cursor=${cursor}`;
  const socket = new WebSocket(`${scheme}//${location.host}/ws/ocorrencias${from}`);
  let opened = false;
  socket.addEventListener("open", async () => {
    opened = true;
    say("up", "Ao vivo / Live");
    // Without a cursor there may have been an alarm between the list and this connection.
    if (cursor === null) await recover();
  });
  socket.addEventListener("message", async ({ data }) => {
    const message = JSON.parse(data);
    cursor = message.cursor;
    if (message.type === "nao_recuperado") return recover();
    if (!message.data) return;
    if (message.type === "ocorrencia_removida") alarms.delete(message.data.id);
    else keep(message.data);
    showAlarms();
  });
  socket.addEventListener("close", ({ code }) => {
    if (code === NOT_LOGGED_IN) return location.reload();
    const next = opened ? FIRST_WAIT_MS : Math.min(wait * 2, LONGEST_WAIT_MS);
    say("down", "Sem conexão, tentando… / Connection lost, trying…");
    setTimeout(() => connect(next), next);
  });
}

function say(state, words) {
  at("link").dataset.state = state;
  at("link").textContent = words;
}

function showAlarms() {
  const newest = [...alarms.values()].sort((a, b) => b.id - a.id);
  for (const old of newest.splice(SHOWN)) alarms.delete(old.id);
  const list = at("alarms");
  const shown = new Map([...list.children].map((item) => [Number(item.dataset.id), item]));
  newest.forEach((occurrence, place) => {
    const item = shown.get(occurrence.id) ?? at("alarm").content.firstElementChild.cloneNode(true);
    shown.delete(occurrence.id);
    if (item.dataset.version !== String(occurrence.version)) fillAlarm(item, occurrence);
    if (list.children[place] !== item) list.insertBefore(item, list.children[place] ?? null);
  });
  for (const gone of shown.values()) gone.remove();
  at("no-alarms").hidden = newest.length > 0;
}

function fillAlarm(item, occurrence) {
  const put = (name, words) => { item.querySelector(name).textContent = words; };
  const fault = faults[occurrence.type];
  const { clip_path: clip, thumbnail_path: picture, original_filename: file } = occurrence.evidence;
  item.dataset.id = occurrence.id;
  item.dataset.version = occurrence.version;
  item.dataset.status = occurrence.status;
  item.dataset.type = occurrence.type;
  item.dataset.channel = occurrence.channel;
  item.dataset.rank = /\((.)\)/.exec(occurrence.severity)?.[1] ?? "";
  put(".fault", fault ? `${fault.label_pt} / ${fault.label_en}` : occurrence.type);
  put(".where", file ?? occurrence.channel); // the channel of a file is but a number
  put(".when", `${moment(occurrence.start_ts)} · ${occurrence.duration_s.toFixed(1)} s`);
  put(".severity", occurrence.severity);
  put(".status", STATUSES[occurrence.status] ?? occurrence.status);
  const image = item.querySelector("img");
  if (picture && image.getAttribute("src") !== picture) image.src = picture;
  image.hidden = !picture;
  const play = item.querySelector(".play");
  play.hidden = !clip;
  play.onclick = () => {
    at("viewer-title").textContent = `${item.querySelector("h3").textContent} · ${moment(occurrence.start_ts)}`;
    at("clip").src = clip;
    at("viewer").showModal();
    at("clip").play().catch(() => {}); // a browser may want a click first; the controls are there
  };
}

function moment(text) {
  return new Date(text).toLocaleString("pt-BR", { dateStyle: "short", timeStyle: "medium" });
}

// ---- channels

async function watchChannels() {
  try {
    showChannels((await ask("/api/v1/streams/status")).channels);
  } catch (error) {
    console.warn(error);
  }
  setTimeout(watchChannels, STATUS_EVERY_MS);
}

function showChannels(channels) {
  at("no-channels").hidden = channels.length > 0;
  const names = new Set(channels.map((each) => each.channel));
  for (const [name, { card, stop }] of players) {
    if (!names.has(name)) {
      stop();
      card.remove();
      players.delete(name);
    }
  }
  for (const channel of channels) {
    if (!players.has(channel.channel)) {
      const card = at("channel").content.firstElementChild.cloneNode(true);
      card.dataset.channel = channel.channel;
      at("channels").append(card);
      players.set(channel.channel, { card, stop: play(card.querySelector("video"), channel.channel) });
    }
    fillChannel(players.get(channel.channel).card, channel);
  }
}

function fillChannel(card, channel) {
  const put = (name, words) => { card.querySelector(name).textContent = words; };
  card.dataset.state = channel.state;
  put("h3", channel.title);
  const trouble = channel.trouble ? `: ${TROUBLES[channel.trouble] ?? channel.trouble}` : "";
  put(".state", `${STATES[channel.state] ?? channel.state}${trouble}`);
  const picture = channel.resolution ? `${channel.resolution} · ${Math.round(channel.fps)} fps` : "";
  const about = channel.state === "trouble" ? [channel.reason] : [picture, channel.audio.join(", "), channel.url];
  put(".about", about.filter(Boolean).join(" · "));
  card.title = channel.log_tail.join("\n");
}

// Plays a channel live, again and again until stopped; returns what stops it.
function play(video, channel) {
  const address = `/hls/${channel}/stream.m3u8`;
  let hls = null;
  let timer = 0;
  let stopped = false;
  const again = () => {
    hls?.destroy();
    hls = null;
    clearTimeout(timer);
    if (!stopped) timer = setTimeout(begin, STATUS_EVERY_MS);
  };
  const begin = () => {
    if (window.Hls?.isSupported()) {
      hls = new window.Hls({ liveSyncDurationCount: 3, backBufferLength: 10, enableWorker: true });
      hls.on(window.Hls.Events.ERROR, (_, problem) => { if (problem.fatal) again(); });
      hls.loadSource(address);
      hls.attachMedia(video);
    } else {
      video.src = address;
      video.onerror = again;
    }
    video.play().catch(() => {}); // muted pictures may start by themselves almost everywhere
  };
  begin();
  return () => {
    stopped = true;
    again();
  };
}
