/** Keyboard chords such as "Mod+Shift+O"; Mod is Control, or Command on a Mac. */
export interface KeyPress {
  readonly key: string
  readonly ctrlKey: boolean
  readonly metaKey: boolean
  readonly shiftKey: boolean
  readonly altKey: boolean
}

/** Whether a key press is the chord. */
export function matchesChord(chord: string, press: KeyPress, mac: boolean): boolean {
  const parts = chord.split('+')
  const key = parts[parts.length - 1].toLowerCase()
  const wants = (name: string) => parts.slice(0, -1).includes(name)
  const mod = mac ? press.metaKey : press.ctrlKey
  const otherMod = mac ? press.ctrlKey : press.metaKey
  return (
    press.key.toLowerCase() === key &&
    mod === wants('Mod') &&
    !otherMod &&
    press.shiftKey === wants('Shift') &&
    press.altKey === wants('Alt')
  )
}

const signs: Readonly<Record<string, string>> = {
  ArrowLeft: '←',
  ArrowRight: '→',
  ArrowUp: '↑',
  ArrowDown: '↓',
}

/** The chord as printed in menus. */
export function printChord(chord: string, mac: boolean): string {
  return chord
    .split('+')
    .map((part) => (part === 'Mod' ? (mac ? '⌘' : 'Ctrl') : (signs[part] ?? part)))
    .join(' ')
}
