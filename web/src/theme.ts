// Light and dark: the reader's choice, else the system's. Charts take their colours from the style sheet.

export type ThemeChoice = "auto" | "light" | "dark";
const choices: readonly ThemeChoice[] = ["auto", "light", "dark"];
const storage_key = "goldtape-theme";

export interface Palette {
  text: string; muted: string; grid: string; border: string; surface: string;
  accent: string; up: string; down: string; up_soft: string; down_soft: string; filled: string;
  line: readonly string[];
  heat: readonly string[];
}

export class Theme {
  private readonly listeners: ((palette: Palette) => void)[] = [];
  private choice: ThemeChoice;

  constructor(button: HTMLButtonElement) {
    this.choice = stored_choice();
    const system = window.matchMedia("(prefers-color-scheme: dark)");
    const apply = (): void => {
      const dark = this.choice === "dark" || (this.choice === "auto" && system.matches);
      document.documentElement.dataset.theme = dark ? "dark" : "light";
      const label = { auto: "System theme", light: "Light theme", dark: "Dark theme" }[this.choice];
      button.textContent = { auto: "◐", light: "☀", dark: "☾" }[this.choice];
      button.setAttribute("aria-label", `${label}; press to change`);
      button.title = label;
      const palette = this.palette();
      for (const listener of this.listeners) listener(palette);
    };
    system.addEventListener("change", apply);
    button.addEventListener("click", () => {
      this.choice = choices[(choices.indexOf(this.choice) + 1) % choices.length] ?? "auto";
      store_choice(this.choice);
      apply();
    });
    apply();
  }

  on_change(listener: (palette: Palette) => void): void {
    this.listeners.push(listener);
  }

  palette(): Palette {
    const style = getComputedStyle(document.documentElement);
    const colour = (name: string): string => style.getPropertyValue(`--${name}`).trim();
    return {
      text: colour("text"), muted: colour("muted"), grid: colour("grid"), border: colour("border"),
      surface: colour("surface"), accent: colour("accent"), up: colour("up"), down: colour("down"),
      up_soft: colour("up-soft"), down_soft: colour("down-soft"), filled: colour("filled"),
      line: [1, 2, 3, 4, 5, 6].map((n) => colour(`line-${n}`)),
      heat: [1, 2, 3, 4, 5].map((n) => colour(`heat-${n}`)),
    };
  }
}

// A page opened from disk may be refused storage; the choice then lasts as long as the page.
function stored_choice(): ThemeChoice {
  try {
    const stored = window.localStorage.getItem(storage_key);
    return choices.find((choice) => choice === stored) ?? "auto";
  } catch {
    return "auto";
  }
}

function store_choice(choice: ThemeChoice): void {
  try {
    window.localStorage.setItem(storage_key, choice);
  } catch {
    return;
  }
}
