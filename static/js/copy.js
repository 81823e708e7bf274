// For pages that show commands and do nothing else.
import { addCopyButtons } from "./commands.js";

addCopyButtons(document.querySelectorAll(".command"));
