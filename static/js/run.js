// The run page alive: nothing here is needed for the page to work.
import { startClock } from "./clock.js";
import { addCopyButtons } from "./commands.js";
import { listenToKeys } from "./keys.js";
import { follow } from "./live.js";
import { sendByFetch } from "./submit.js";

const draw = () => addCopyButtons(document.querySelectorAll("[data-commands] .command"));
draw();
listenToKeys();
const live = follow({ drawn: draw });
startClock(live.refresh);
sendByFetch({ refresh: live.refresh });
