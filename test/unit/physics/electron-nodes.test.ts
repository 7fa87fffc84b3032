import { describe, expect, it } from 'vitest'
import { bindDensity, resolveModel } from '#shared/fields/index.ts'
import { latticeCrossings, panelEdges } from '#shared/physics/crossings.ts'
import { boxExit } from '#shared/physics/geometry.ts'
import type { GridGeometry, Vector3 } from '#shared/physics/index.ts'
import { electronNodes, plainNodes } from '#shared/physics/line-of-sight/electron-nodes.ts'
import type { NodeSampling } from '#shared/physics/line-of-sight/electron-nodes.ts'
import { gaussLegendre } from '#shared/physics/quadrature.ts'
import { along } from '#shared/physics/vector.ts'

const grid: GridGeometry = { shape: [64, 64, 16], halfSizeKpc: [20, 20, 5] }
const NODES = 3
const rule = gaussLegendre(NODES)

function projected(sampling: NodeSampling, density: (x: number) => number): Float64Array {
  const nodes = new Float64Array(NODES)
  sampling.project(sampling.places.map(density), 0, nodes, 0)
  return nodes
}

/** The integral of the polynomial through values at the nodes, times x^power, over (-1, 1). */
function moment(nodes: Float64Array, power: number): number {
  return nodes.reduce((sum, n, i) => sum + rule.weights[i] * n * rule.nodes[i] ** power, 0)
}

describe('thermal electrons at the nodes of a crossing', () => {
  const sampling = electronNodes(grid, NODES)

  it('are a parabola where the density is one', () => {
    const parabola = (x: number) => 3 - x + 0.5 * x * x
    const found = projected(sampling, parabola)
    // Rounding of a sum of 48.
    rule.nodes.forEach((x, i) => expect(found[i]).toBeCloseTo(parabola(x), 13))
  })

  it('have the moments of a bump far thinner than the distance of the nodes', () => {
    // Gaussian of width 1/10 of the crossing: 16 parts of three nodes have its moments to 1e-5.
    const found = projected(sampling, (x) => 1 + Math.exp(-(((x - 0.1) / 0.1) ** 2)))
    const area = 0.1 * Math.sqrt(Math.PI)
    expect(moment(found, 0)).toBeCloseTo(2 + area, 4)
    expect(moment(found, 1)).toBeCloseTo(0.1 * area, 4)
    expect(moment(found, 2)).toBeCloseTo(2 / 3 + area * (0.01 + 0.005), 4)
  })

  it('are never negative, and keep the column where that is cut', () => {
    const spike = (x: number) => Math.exp(-(((x - 0.9) / 0.15) ** 2))
    const found = projected(sampling, spike)
    expect(Math.min(...found)).toBe(0)
    expect(moment(found, 0)).toBeCloseTo(0.15 * Math.sqrt(Math.PI) * 0.5 * (1 + erf(2 / 3)), 5)
    expect(projected(sampling, () => 0)).toEqual(new Float64Array(NODES))
  })

  it('are asked where they are on a grid that is fine enough', () => {
    const fine: GridGeometry = { shape: [1024, 1024, 256], halfSizeKpc: [20, 20, 5] }
    expect(electronNodes(fine, NODES).places).toEqual(rule.nodes)
  })

  it('give columns of YMW16 that nodes alone miss by a tenth', () => {
    const density = bindDensity(resolveModel('thermal-electrons', { model: 'ymw16' }))
    const origin: Vector3 = [-8.3, 0, 0.006]
    const errors = { plain: [0], projected: [0] }
    for (let k = 0; k < 60; k++) {
      const z = Math.sin(0.6 * (((k * 0.618) % 1) - 0.5))
      const across = Math.sqrt(1 - z * z)
      const angle = 2 * Math.PI * ((k * 0.7548) % 1)
      const direction: Vector3 = [across * Math.cos(angle), across * Math.sin(angle), z]
      const lengthKpc = boxExit(origin, direction, grid.halfSizeKpc)
      const ray = { origin, direction, lengthKpc }
      const edges = panelEdges(lengthKpc, latticeCrossings(grid, ray, 'continued'))
      const column = (of: NodeSampling): number => {
        let sum = 0
        for (let i = 0; i + 1 < edges.length; i++) {
          const half = 0.5 * (edges[i + 1] - edges[i])
          const at = (x: number) =>
            density.evaluate(along(origin, direction, edges[i] + half * (1 + x)))
          sum += half * moment(projected(of, at), 0)
        }
        return sum
      }
      const steps = 8000
      let exact = 0
      for (let i = 0; i < steps; i++) {
        exact += density.evaluate(along(origin, direction, ((i + 0.5) / steps) * lengthKpc))
      }
      exact *= lengthKpc / steps
      errors.plain.push(Math.abs(column(plainNodes(NODES)) / exact - 1))
      errors.projected.push(Math.abs(column(sampling) / exact - 1))
    }
    const tenth = (all: number[]) => all.sort((a, b) => a - b)[Math.floor(0.9 * all.length)]
    expect(tenth(errors.plain)).toBeGreaterThan(0.1)
    // The jumps of the model, of which 13 pc of a sightline may fall on the wrong side.
    expect(tenth(errors.projected)).toBeLessThan(0.003)
  })
})

/** Abramowitz & Stegun 7.1.26, to 1.5e-7. */
function erf(x: number): number {
  const t = 1 / (1 + 0.3275911 * x)
  const tail = [0.254829592, -0.284496736, 1.421413741, -1.453152027, 1.061405429]
  return 1 - tail.reduce((sum, a, i) => sum + a * t ** (i + 1), 0) * Math.exp(-x * x)
}
