import { defineStore } from 'pinia'
import { ref } from 'vue'
import { useView } from './view.ts'

/** Which page of the manual is open, and where in it. */
export const useHelp = defineStore('help', () => {
  const view = useView()
  const page = ref('first-steps')
  /** A heading of the page, a term of the glossary or a key of the settings. */
  const place = ref('')

  function open(at: string, within = '') {
    page.value = at
    place.value = within
    view.dialog = 'help'
  }
  return { page, place, open }
})
