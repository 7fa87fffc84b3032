/** A text file as it is, put into the program when that is built. */
declare module '*.md?raw' {
  const text: string
  export default text
}
