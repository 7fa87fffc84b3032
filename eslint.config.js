import tseslint from 'typescript-eslint'
import vue from 'eslint-plugin-vue'
import vueParser from 'vue-eslint-parser'

/** Imports go one way: shared <- src-engine, src-main, src-renderer; the last three never import one another. */
const forbid = (message, ...group) => ({ group, message })
const layer = (files, ...patterns) => ({
  files,
  rules: { 'no-restricted-imports': ['error', { patterns }] },
})
const notEngine = forbid(
  'Only src-engine may use the engine: go through shared/contract.',
  '#engine/*',
  '**/src-engine/**',
)
const notMain = forbid(
  'Only src-main may use the Electron shell.',
  '#main/*',
  '**/src-main/**',
  'electron',
)
const notRenderer = forbid(
  'Only src-renderer may use the interface.',
  '#renderer/*',
  '**/src-renderer/**',
  'vue',
  'pinia',
)
const notNode = forbid('No Node here.', 'node:*', 'fs', 'path', 'worker_threads')
const notTest = forbid('Product code never imports tests.', '#test/*', '**/test/**')

export default tseslint.config(
  {
    ignores: [
      'out/',
      'node_modules/',
      '.cache/',
      '.venv/',
      'assets/',
      'src-engine/kernels/backends/wasm/assembly/',
      'test/fixtures/',
      'test-results/',
    ],
  },
  ...tseslint.configs.recommended,
  ...vue.configs['flat/recommended'],
  {
    files: ['**/*.vue'],
    languageOptions: { parser: vueParser, parserOptions: { parser: tseslint.parser } },
    rules: {
      // The strict CSP drops inline styles without a word.
      'vue/no-static-inline-styles': 'error',
      'vue/no-v-html': 'error',
      'vue/multi-word-component-names': 'off',
      // Prettier owns the layout.
      'vue/html-indent': 'off',
      'vue/max-attributes-per-line': 'off',
      'vue/singleline-html-element-content-newline': 'off',
      'vue/multiline-html-element-content-newline': 'off',
      'vue/html-self-closing': 'off',
      'vue/html-closing-bracket-newline': 'off',
      'vue/first-attribute-linebreak': 'off',
      'vue/attributes-order': 'off',
    },
  },
  {
    // Loaded by Electron 22 as CommonJS.
    files: ['test/tools/**/*.cjs', 'test/tools/electron-runtime/shim/*.js'],
    rules: { '@typescript-eslint/no-require-imports': 'off' },
  },
  {
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/consistent-type-imports': [
        'error',
        { fixStyle: 'separate-type-imports' },
      ],
      'max-lines': ['error', { max: 420, skipBlankLines: true, skipComments: true }],
      eqeqeq: 'error',
    },
  },
  {
    // Numbers are printed in one way: true minus, narrow spaces, superscripts (shared/sky/format, src-renderer/format).
    files: ['src-renderer/**'],
    ignores: ['src-renderer/format/**', 'src-renderer/components/number-input.ts'],
    rules: {
      'no-restricted-properties': [
        'error',
        ...['toFixed', 'toPrecision', 'toExponential', 'toLocaleString'].map((property) => ({
          property,
          message: 'Print numbers with src-renderer/format or shared/sky/format.',
        })),
      ],
    },
  },
  layer(['shared/**'], notEngine, notMain, notRenderer, notNode, notTest),
  layer(['src-engine/**'], notMain, notRenderer, notTest),
  layer(['src-main/**'], notEngine, notRenderer, notTest),
  layer(['src-renderer/**'], notEngine, notMain, notNode, notTest),
)
