// Node's types leave WebAssembly to the DOM library, which the engine does not use: the part that it does use.
declare namespace WebAssembly {
  function validate(bytes: Uint8Array): boolean
  class Module {
    constructor(bytes: Uint8Array)
  }
  class Memory<Buffer extends ArrayBufferLike = SharedArrayBuffer> {
    constructor(
      descriptor: Buffer extends SharedArrayBuffer
        ? { initial: number; maximum: number; shared: true }
        : { initial: number },
    )
    readonly buffer: Buffer
    grow(pages: number): number
  }
  class Instance {
    constructor(
      module: Module,
      imports: {
        env: { memory: Memory | Memory<ArrayBuffer> }
        math?: Readonly<Record<string, (...numbers: number[]) => number>>
      },
    )
    readonly exports: object
  }
}
