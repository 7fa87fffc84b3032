import { defineStore } from 'pinia'
import { useConnection } from './connection.ts'
import { useMessages } from './messages.ts'
import { usePicker } from './picker.ts'
import { useProject } from './project.ts'

/** Files of data entries that are not what they were. */
export const useLostInputs = defineStore('lost-inputs', () => {
  const connection = useConnection()
  const messages = useMessages()
  const picker = usePicker()
  const project = useProject()

  /** The file of a data entry; undefined where nothing is wrong with it. */
  function find(grant: string | undefined) {
    return project.session?.inputs.find(
      (input) => input.grant === grant && (input.missing || input.changed),
    )
  }
  /** Lets the user show where the file is now. */
  async function locate(grant: string) {
    const input = find(grant)
    const session = project.session?.session
    const entry = project.settled.data.find(({ file }) => file === grant)
    if (!input || !session) return
    try {
      const kind = entry?.catalogue ? 'table' : 'map'
      const file = await picker.pickFile(kind, `Where is ${input.fileName}?`)
      if (!file) return
      const { result } = await connection.request('session.locate', {
        session,
        file: input.grant,
        grant: file.grant,
      })
      project.enter(result)
    } catch (error) {
      messages.fail('The file was not taken', error)
    }
  }
  return { find, locate }
})
