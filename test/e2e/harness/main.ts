import { TooltipProvider } from 'reka-ui'
import { createApp, h, nextTick, shallowReactive } from 'vue'
import '../../../src-renderer/styles/tokens.css'
import '../../../src-renderer/styles/fonts.css'
import '../../../src-renderer/styles/base.css'
import '../../../src-renderer/styles/panels.css'
import './harness.css'
import SkyMap from '../../../src-renderer/sky/SkyMap.vue'
import type { App, Component, ComponentPublicInstance } from 'vue'
import type { ComponentKind } from './api.ts'

const loaders: Record<ComponentKind, () => Promise<Component>> = {
  sky: () => Promise.resolve(SkyMap),
  compare: async () => (await import('../../../src-renderer/sky/SkyCompare.vue')).default,
  slices: async () => (await import('../../../src-renderer/volume/FieldSlices.vue')).default,
  volume: async () => (await import('../../../src-renderer/volume/FieldVolume.vue')).default,
  sightline: async () =>
    (await import('../../../src-renderer/sightline/SightlineTracks.vue')).default,
}
const listened = [
  'update:view',
  'update:cursor',
  'update:cursorKpc',
  'update:limits',
  'update:share',
  'update:firstLimits',
  'update:settings',
  'update:seeds',
  'pick',
  'explain',
  'stroke',
  'readout',
] as const

let app: App | null = null
let instances: (ComponentPublicInstance | null)[] = []

/** Two frames: one for Vue's update, one for what it scheduled. */
async function settled(): Promise<void> {
  await nextTick()
  for (let i = 0; i < 3; i++) await new Promise((resolve) => requestAnimationFrame(resolve))
}

function exportPicture(instance: ComponentPublicInstance | null): Promise<Blob> {
  if (instance && 'toPng' in instance && typeof instance.toPng === 'function') {
    return Promise.resolve<Blob>(instance.toPng())
  }
  throw new Error('The component offers no picture.')
}

window.harness = {
  props: [],
  events: [],
  async mount(kind, panels, theme) {
    window.harness.unmount()
    const component = await loaders[kind]()
    document.documentElement.dataset.theme = theme
    const states = panels.map((panel) => shallowReactive<Record<string, unknown>>(panel.props))
    window.harness.props.push(...states)
    instances = panels.map(() => null)
    app = createApp({
      render: () =>
        h(TooltipProvider, () =>
          h(
            'div',
            { id: 'harness' },
            panels.map((panel, index) => {
              const state = states[index]
              const listeners = Object.fromEntries(
                listened.map((name) => [
                  `on${name[0].toUpperCase()}${name.slice(1)}`,
                  (value: unknown) => {
                    window.harness.events.push({ index, name, value })
                    const [update, property] = name.split(':')
                    if (update === 'update') {
                      // Linked panels share views and cursors.
                      for (const one of property === 'limits' ? [state] : states) {
                        one[property] = value
                      }
                    }
                  },
                ]),
              )
              const box = {
                class: 'panel',
                style: { width: `${panel.width}px`, height: `${panel.height}px` },
              }
              const ref = (element: unknown) => {
                instances[index] = element as ComponentPublicInstance | null
              }
              return h('div', box, [h(component, { ...state, theme, ...listeners, ref })])
            }),
          ),
        ),
    })
    app.config.warnHandler = (message) => console.error(message)
    app.mount('#app')
    await settled()
  },
  async set(index, props) {
    Object.assign(window.harness.props[index], props)
    await settled()
  },
  unmount() {
    app?.unmount()
    app = null
    window.harness.props.splice(0)
    window.harness.events.splice(0)
  },
  png: async (index) => dataUrl(await exportPicture(instances[index])),
  async document(index, format) {
    const sky = instances[index]
    if (!sky || !('toDocument' in sky) || typeof sky.toDocument !== 'function')
      throw new Error('The component offers no document.')
    return dataUrl(await Promise.resolve<Blob>(sky.toDocument(format)))
  },
  async turntable(index, format, frames) {
    const volume = instances[index]
    if (!volume || !('turntable' in volume) || typeof volume.turntable !== 'function') {
      throw new Error('The component offers no film.')
    }
    const request = {
      format,
      background: 'white',
      seconds: frames / 25,
      signal: new AbortController().signal,
      onProgress: (part: number) => {
        window.harness.events.push({ index, name: 'progress', value: part })
      },
    }
    return dataUrl(await Promise.resolve<Blob>(volume.turntable(request)))
  },
}

function dataUrl(blob: Blob): Promise<string> {
  return new Promise((resolve) => {
    const reader = new FileReader()
    reader.onload = () => resolve(String(reader.result))
    reader.readAsDataURL(blob)
  })
}
