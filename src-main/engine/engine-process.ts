import { spawn } from 'node:child_process'
import type { ChildProcessByStdio } from 'node:child_process'
import type { Readable, Writable } from 'node:stream'
import {
  checkFrame,
  ContractClient,
  decodeFrame,
  encodeFrame,
  FrameSplitter,
  mainContract,
  readPrefix,
  stampChannel,
} from '#shared/contract/index.ts'
import type { EngineClosedNotice, MainContract, Transport } from '#shared/contract/index.ts'
import { TransportListeners } from '#shared/contract/transport-base.ts'

/** What is used of Electron's MessagePortMain. */
export interface PortMain {
  postMessage(message: unknown): void
  on(event: 'message', listener: (event: { data: unknown }) => void): unknown
  on(event: 'close', listener: () => void): unknown
  start(): void
  close(): void
}

export interface EngineProcessOptions {
  readonly node: string
  readonly script: string
  readonly env: Readonly<Record<string, string | undefined>>
  readonly log: (text: string) => void
}

type Child = ChildProcessByStdio<Writable, Readable, Readable>
export type ShellClient = ContractClient<MainContract>

/** Variables that would change how the engine's Node runs. */
const droppedVariables = ['ELECTRON_RUN_AS_NODE', 'NODE_OPTIONS', 'NODE_PATH']
const keptLogLines = 50
const maximumStarts = 3
const startsWithinMs = 60_000

/**
 * The engine as a child process, and the pipes between it and the pages. Frames of pages pass through unread: main
 * only checks their lengths and stamps the channel, so that no page can speak on the shell's channel 0. An engine that
 * ends by itself is started again when a page connects, at most three times a minute.
 */
export class EngineProcess {
  readonly #options: EngineProcessOptions
  readonly #ports = new Map<number, PortMain>()
  readonly #starts: number[] = []
  #child: Child | undefined
  #shell: { client: ShellClient; listeners: TransportListeners } | undefined
  #nextChannel = 1
  #stopping = false
  #lastLines: string[] = []

  constructor(options: EngineProcessOptions) {
    this.#options = options
  }

  /** The last lines the engine wrote to its log. */
  get lastLines(): readonly string[] {
    return this.#lastLines
  }

  get running(): boolean {
    return this.#child !== undefined
  }

  /** Requests of the shell itself. Starts the engine if it is not running. @throws Error when it keeps ending */
  shell(): ShellClient {
    return (this.#shell ?? this.#start()).client
  }

  /** Connects a page. Its channel is given to nobody else. @throws Error when the engine keeps ending */
  attach(port: PortMain): number {
    if (this.#child === undefined) this.#start()
    const channel = this.#nextChannel++
    this.#ports.set(channel, port)
    port.on('message', ({ data }) => this.#fromPage(channel, data))
    port.on('close', () => this.detach(channel))
    port.start()
    return channel
  }

  /** Forgets a page that is gone or has asked for a new pipe. */
  detach(channel: number): void {
    const port = this.#ports.get(channel)
    if (port === undefined) return
    this.#ports.delete(channel)
    port.close()
    this.#shell?.client
      .request('main.disconnect', { channel })
      .catch((error: unknown) => this.#options.log(`A page was not detached: ${String(error)}`))
  }

  /** Ends the engine: with `save`, runs are paused at a checkpoint first. Resolves when the process is gone. */
  async stop(save: boolean, patienceMs = 20_000): Promise<void> {
    const child = this.#child
    if (child === undefined) return
    this.#stopping = true
    const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()))
    const timer = setTimeout(() => child.kill('SIGKILL'), patienceMs)
    // The process may be gone before its answer is.
    await this.shell()
      .request('main.shutdown', { save })
      .catch(() => undefined)
    child.stdin.end()
    await gone
    clearTimeout(timer)
  }

  /** Ends an engine that no longer answers. It counts as one that stopped by itself. */
  kill(): void {
    this.#child?.kill('SIGKILL')
  }

  #start() {
    const now = Date.now()
    while (this.#starts.length > 0 && now - this.#starts[0] > startsWithinMs) this.#starts.shift()
    if (this.#starts.length >= maximumStarts)
      throw new Error('The engine ended several times in a minute. The log says why.')
    this.#starts.push(now)
    this.#stopping = false

    const env = { ...this.#options.env }
    for (const name of droppedVariables) delete env[name]
    const child = spawn(this.#options.node, [this.#options.script], {
      stdio: ['pipe', 'pipe', 'pipe'],
      env,
      windowsHide: true,
    })
    this.#child = child
    const listeners = new TransportListeners()
    const transport: Transport = {
      send: (message) => this.#write(encodeFrame(message, 0)),
      onMessage: (listener) => listeners.onMessage(listener),
      onClose: (listener) => listeners.onClose(listener),
      close: () => listeners.closeWith('closed'),
    }
    const client = new ContractClient(mainContract, transport, this.#options.log)
    const shell = { client, listeners }
    this.#shell = shell

    const splitter = new FrameSplitter()
    child.stdout.on('data', (chunk: Buffer) => {
      try {
        for (const frame of splitter.push(chunk)) this.#fromEngine(frame, listeners)
      } catch (error) {
        this.#options.log(`The engine wrote something that is no message: ${String(error)}`)
        child.kill('SIGKILL')
      }
    })
    child.stderr.setEncoding('utf8')
    child.stderr.on('data', (text: string) => {
      this.#lastLines = [...this.#lastLines, ...text.split('\n').filter(Boolean)].slice(
        -keptLogLines,
      )
      this.#options.log(text.trimEnd())
    })
    // Writing to an engine that has just ended fails; its exit says the rest.
    child.stdin.on('error', () => undefined)
    child.once('error', (error) => this.#ended(child, `it could not be started: ${error.message}`))
    child.once('exit', (code, signal) => this.#ended(child, `it ended with ${signal ?? code}`))
    return shell
  }

  #ended(child: Child, how: string): void {
    if (this.#child !== child) return
    const reason = this.#stopping
      ? 'The engine was ended.'
      : 'The engine stopped unexpectedly. Runs go on from their last checkpoint.'
    this.#options.log(this.#stopping ? 'engine: ended' : `engine: ${how}`)
    this.#child = undefined
    this.#shell?.listeners.closeWith(reason)
    this.#shell = undefined
    const notice: EngineClosedNotice = { larmor: 'engine-closed', reason }
    for (const port of this.#ports.values()) {
      port.postMessage(notice)
      port.close()
    }
    this.#ports.clear()
  }

  #fromPage(channel: number, data: unknown): void {
    // Also what an attempt to transfer memory to main arrives as: null.
    if (!(data instanceof Uint8Array)) {
      this.#options.log('A message of a page was dropped: it is not bytes.')
      return
    }
    try {
      checkFrame(data)
    } catch (error) {
      this.#options.log(`A message of a page was dropped: ${String(error)}`)
      return
    }
    stampChannel(data, channel)
    this.#write(data)
  }

  #fromEngine(frame: Uint8Array, shell: TransportListeners): void {
    const { channel } = readPrefix(frame)
    if (channel === 0) shell.deliver(decodeFrame(frame))
    else this.#ports.get(channel)?.postMessage(frame)
  }

  #write(bytes: Uint8Array): void {
    this.#child?.stdin.write(bytes)
  }
}
