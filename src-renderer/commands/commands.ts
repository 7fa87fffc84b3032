import { dataCommands } from './data-commands.ts'
import { editCommands } from './edit-commands.ts'
import { fieldCommands } from './field-commands.ts'
import { fileCommands } from './file-commands.ts'
import { helpCommands } from './help-commands.ts'
import { panelCommands } from './panel-commands.ts'
import { runCommands } from './run-commands.ts'
import { skyCommands } from './sky-commands.ts'
import { viewCommands } from './view-commands.ts'
import type { Command } from './registry.ts'

/** Everything a user can do, with keys and conditions. Needs the stores, so call it inside the application. */
export function allCommands(): Command[] {
  const sky = skyCommands()
  return [
    ...fileCommands(sky.file),
    ...editCommands(sky.edit),
    ...viewCommands(),
    ...fieldCommands(),
    ...panelCommands(),
    ...dataCommands(),
    ...runCommands(),
    ...helpCommands(),
  ]
}
