import { defineConfig } from 'electron-vite'
import vue from '@vitejs/plugin-vue'

const node16Cjs = (name: string, input: string) => ({
  outDir: `out/${name}`,
  // Electron 22 (Node 16) is the oldest runtime that end-to-end tests use; sandboxed preloads must be CommonJS.
  target: 'node16.17',
  externalizeDeps: false,
  rolldownOptions: {
    input: { index: input },
    output: { format: 'cjs' as const, entryFileNames: '[name].cjs' },
  },
})

export default defineConfig({
  main: { build: node16Cjs('main', 'src-main/app/index.ts') },
  preload: { build: node16Cjs('preload', 'src-main/preload/index.ts') },
  renderer: {
    root: 'src-renderer',
    publicDir: '../assets/public',
    html: { cspNonce: '__CSP_NONCE__' },
    plugins: [
      vue({
        // Hoisted static nodes go through innerHTML, where a strict CSP drops `style` attributes.
        template: { compilerOptions: { hoistStatic: false } },
      }),
    ],
    define: {
      __VUE_OPTIONS_API__: 'false',
      __VUE_PROD_DEVTOOLS__: 'false',
      __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: 'false',
    },
    build: {
      outDir: 'out/renderer',
      target: 'chrome108',
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      rolldownOptions: { input: { index: 'src-renderer/index.html' } },
    },
  },
})
