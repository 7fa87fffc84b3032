// Node's types leave WebAssembly to the DOM library, which the engine does not use: the part that it does use.
declare namespace WebAssembly {
  function validate(bytes: Uint8Array): boolean
  class Module {
    constructor(bytes: Uint8Array)
  }
  class Memory {
    constructor(descriptor: { initial: number; maximum?: number; shared?: boolean })
    readonly buffer: ArrayBuffer
    grow(pages: number): number
  }
  class Instance {
    constructor(
      module: Module,
      imports: {
        env: { memory: Memory }
        math?: Readonly<Record<string, (...numbers: number[]) => number>>
      },
    )
    readonly exports: object
  }
}
