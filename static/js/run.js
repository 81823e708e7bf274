// The run page alive: nothing here is needed for the page to work.
import { startClock } from "./clock.js";
import { addCopyButtons } from "./commands.js";
import { countAll } from "./counter.js";
import { listenToKeys } from "./keys.js";
import { follow } from "./live.js";
import { sendByFetch } from "./submit.js";
import { typeAgain } from "./typed.js";

const draw = () => {
  addCopyButtons(document.querySelectorAll("[data-commands] .command"));
  countAll();
};
typeAgain();
draw();
listenToKeys();
const live = follow({ drawn: draw });
startClock(live.refresh);
sendByFetch(live);
