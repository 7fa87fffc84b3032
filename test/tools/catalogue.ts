// Shows the page of components in every state to a developer: npm run catalogue
import { fileURLToPath } from 'node:url'
import { serveDevelopmentPage } from './development-page.ts'

const folder = fileURLToPath(new URL('../../src-renderer/catalogue', import.meta.url))
const { url } = await serveDevelopmentPage(folder, 'catalogue.html')
console.log(`${url}   Ctrl-C ends it.`)
