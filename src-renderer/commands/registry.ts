import { matchesChord } from './keys.ts'
import type { KeyPress } from './keys.ts'

export const commandGroups = [
  'File',
  'Edit',
  'View',
  'Panels',
  'Data',
  'Model',
  'Run',
  'Help',
] as const
export type CommandGroup = (typeof commandGroups)[number]

/** One thing the user can do. Menus, palette, tool bars and keyboard all read it from here. */
export interface Command {
  readonly id: string
  readonly title: string
  readonly group: CommandGroup
  readonly keys?: readonly string[]
  /** Draws a rule above it in its menu. */
  readonly rule?: boolean
  readonly enabled?: () => boolean
  /** A command that only exists in some surroundings. */
  readonly shown?: () => boolean
  /** For commands that switch something: whether it is on. */
  readonly checked?: () => boolean
  readonly run: () => void | Promise<void>
}

export class CommandRegistry {
  readonly #commands = new Map<string, Command>()
  readonly #failed: (error: unknown, command: Command) => void

  constructor(failed: (error: unknown, command: Command) => void) {
    this.#failed = failed
  }

  /** @throws Error when the id or one of the keys is taken */
  register(...commands: Command[]): void {
    for (const command of commands) {
      if (this.#commands.has(command.id)) throw new Error(`Command ${command.id} exists twice.`)
      for (const chord of command.keys ?? [])
        for (const other of this.#commands.values())
          if (other.keys?.includes(chord) === true)
            throw new Error(`${chord} belongs to both ${other.id} and ${command.id}.`)
      this.#commands.set(command.id, command)
    }
  }

  all(): Command[] {
    return [...this.#commands.values()].filter((command) => command.shown?.() ?? true)
  }

  inGroup(group: CommandGroup): Command[] {
    return this.all().filter((command) => command.group === group)
  }

  get(id: string): Command | undefined {
    return this.#commands.get(id)
  }

  isEnabled(id: string): boolean {
    const command = this.#commands.get(id)
    return command !== undefined && (command.shown?.() ?? true) && (command.enabled?.() ?? true)
  }

  /** Carries out a command that is enabled; errors go to the one handler. */
  async run(id: string): Promise<void> {
    const command = this.#commands.get(id)
    if (!command || !this.isEnabled(id)) return
    try {
      await command.run()
    } catch (error) {
      this.#failed(error, command)
    }
  }

  /** Runs the command of a key press. Returns whether there was one. */
  press(event: KeyPress, mac: boolean): boolean {
    for (const command of this.all())
      if (command.keys?.some((chord) => matchesChord(chord, event, mac)) === true) {
        void this.run(command.id)
        return true
      }
    return false
  }

  /** Commands whose title or group holds every word, those that start with the text first. */
  search(text: string): Command[] {
    const words = text.toLowerCase().split(/\s+/).filter(Boolean)
    const start = text.trim().toLowerCase()
    const rank = (command: Command) => (command.title.toLowerCase().startsWith(start) ? 0 : 1)
    return this.all()
      .filter((command) => {
        const target = `${command.group} ${command.title}`.toLowerCase()
        return words.every((word) => target.includes(word))
      })
      .sort((a, b) => rank(a) - rank(b))
  }
}
