// A runbook that is read, not run: its commands can be copied.
import { addCopyButtons } from "./copy.js";

addCopyButtons(document);
