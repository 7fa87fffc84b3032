import { f32 } from '../kernel.ts'
import type { Binding } from '../kernel.ts'
import { rayWords } from '../settings.ts'
import type { KernelSettings } from '../settings.ts'
import { commonWgsl, rayBindings } from './common.ts'
import { mediumWgsl } from './medium.ts'

/** Bindings of the forward and the tangent kernel: `results` is [ray][words]. */
export function forwardBindings(settings: KernelSettings): Binding[] {
  return [...rayBindings(settings), { name: 'results', type: 'array<u32>', access: 'read_write' }]
}

/** One invocation per ray: the sums along it, or with `tangent` their change for a change of the grids. */
export function forwardWgsl(settings: KernelSettings, tangent: boolean): string {
  const { intensity, polarised, depth, column, electronTemperatureK, rotation } = settings
  const freeFree = electronTemperatureK !== undefined
  const at = rayWords(settings)
  const store = (word: string, value: string): string =>
    `results[to + ${word}] = bitcast<u32>(${value});`
  return /* wgsl */ `
${commonWgsl(settings)}
${mediumWgsl(settings, tangent)}

fn element(index: u32) {
  if (index >= chunk.rays) { return; }
  ray = rays[index];
  var phase = Depth(0, 0);
  ${intensity ? `var emission: array<vec2f, ${freeFree ? 'F' : '1'}>;` : ''}
  ${polarised ? 'var cosSum: array<vec2f, F>;\n  var sinSum: array<vec2f, F>;' : ''}
  ${column ? 'var column = vec2f();' : ''}
  ${freeFree ? 'var passed = 0f;' : ''}
  ${tangent ? 'var phaseChange = 0f;\n  var passedChange = 0f;' : ''}
  for (var c = ray.first; c < ray.first + ray.count; c++) {
    openCrossing(c);
    evaluatePart(0, 1);
    let parts = partCount();
    for (var part = 0u; part < parts; part++) {
      if (parts > 1) { evaluatePart(part, parts); }
      ${emissionWgsl(settings, tangent)}
      ${rotation || depth ? 'phase = deeper(phase, over(rotation));' : ''}
      ${tangent && (rotation || depth) ? 'phaseChange += over(rotationChange);' : ''}
      ${freeFree ? 'passed += over(squares);' : ''}
      ${tangent && freeFree ? 'passedChange += over(squaresChange);' : ''}
      ${column ? `column = add(column, partKpc * over(${tangent ? 'thermalChange' : 'thermal'}));` : ''}
    }
  }
  ${intensity && freeFree ? thermalWgsl(tangent) : ''}
  let to = (chunk.firstRay + index) * ${at.words}u;
  ${
    intensity
      ? `for (var f = 0u; f < ${freeFree ? 'F' : '1u'}; f++) { ${store(`${at.intensity}u + f`, 'emission[f].x')} }`
      : ''
  }
  ${
    polarised
      ? `for (var f = 0u; f < F; f++) {
    ${store(`${at.polarised}u + 2 * f`, 'cosSum[f].x')}
    ${store(`${at.polarised + 1}u + 2 * f`, 'sinSum[f].x')}
  }`
      : ''
  }
  ${
    depth
      ? tangent
        ? `results[to + ${at.depth}u] = 0u;\n  ${store(`${at.depth + 1}u`, 'phaseChange')}`
        : `${store(`${at.depth}u`, 'phase.whole')}\n  ${store(`${at.depth + 1}u`, 'phase.rest')}`
      : ''
  }
  ${column ? store(`${at.column}u`, 'column.x') : ''}
}
`
}

/** What a part of a crossing adds to I, Q and U. */
function emissionWgsl(settings: KernelSettings, tangent: boolean): string {
  const { intensity, polarised, electronTemperatureK } = settings
  if (!intensity && !polarised) return ''
  const freeFree = electronTemperatureK !== undefined
  const perFrequency = polarised || freeFree
  return /* wgsl */ `
      // Emission at the nodes: intensity and its polarised parts as emitted; with a tangent, their changes.
      ${intensity ? 'var total: array<f32, N>;' : ''}
      ${polarised ? 'var emittedCos: array<f32, N>;\n      var emittedSin: array<f32, N>;' : ''}
      ${tangent && intensity ? 'var totalChange: array<f32, N>;' : ''}
      ${tangent && polarised ? 'var cosChange: array<f32, N>;\n      var sinChange: array<f32, N>;' : ''}
      for (var i = 0u; i < N; i++) {
        let square = north[i] * north[i] + east[i] * east[i];
        let power = reducedPower(square);
        let weight = partKpc * WEIGHT[i] * cosmic[i] * power;
        ${intensity ? 'total[i] = weight * square;' : ''}
        ${
          polarised
            ? `emittedCos[i] = weight * (east[i] * east[i] - north[i] * north[i]);
        emittedSin[i] = -2 * weight * north[i] * east[i];`
            : ''
        }
        ${tangent ? tangentEmissionWgsl(settings) : ''}
      }
      ${perFrequency ? frequencyLoopWgsl(settings, tangent) : plainSumWgsl(tangent)}`
}

function tangentEmissionWgsl({ intensity, polarised }: KernelSettings): string {
  return /* wgsl */ `
        let weightChange = partKpc * WEIGHT[i] * cosmicChange[i] * power;
        let squareChange = 2 * (north[i] * northChange[i] + east[i] * eastChange[i]);
        ${
          intensity
            ? 'totalChange[i] = weightChange * square + (POWER + 1) * weight * squareChange;'
            : ''
        }
        ${
          polarised
            ? `let relative = select(POWER * squareChange / square, 0, square < SMALLEST_SQUARE) * weight + weightChange;
        cosChange[i] = relative * (east[i] * east[i] - north[i] * north[i])
          + 2 * weight * (east[i] * eastChange[i] - north[i] * northChange[i]);
        sinChange[i] = -2 * (relative * north[i] * east[i]
          + weight * (northChange[i] * east[i] + north[i] * eastChange[i]));`
            : ''
        }`
}

/** Neither rotation nor absorption: one sum serves all frequencies. */
function plainSumWgsl(tangent: boolean): string {
  return /* wgsl */ `
      var sum = 0f;
      for (var i = 0u; i < N; i++) { sum += ${tangent ? 'totalChange' : 'total'}[i]; }
      emission[0] = add(emission[0], sum);`
}

function frequencyLoopWgsl(settings: KernelSettings, tangent: boolean): string {
  const { intensity, polarised, rotation, electronTemperatureK } = settings
  const freeFree = electronTemperatureK !== undefined
  return /* wgsl */ `
      ${intensity && !freeFree ? plainSumWgsl(tangent) : ''}
      ${partialSumsWgsl(settings, tangent)}
      for (var f = 0u; f < F; f++) {
        ${rotation ? 'let turnsBefore = turnsAt(phase, f);' : ''}
        ${intensity && freeFree ? 'var seen = 0f;' : ''}
        ${polarised ? 'var seenCos = 0f;\n        var seenSin = 0f;' : ''}
        for (var i = 0u; i < N; i++) {
          ${freeFree ? 'let left = exp(-opacity(f) * (passed + passedTo[i]));' : ''}
          ${
            tangent && freeFree
              ? 'let leftChange = -opacity(f) * (passedChange + passedChangeTo[i]);'
              : ''
          }
          ${
            intensity && freeFree
              ? tangent
                ? 'seen += left * (totalChange[i] + leftChange * total[i]);'
                : 'seen += left * total[i];'
              : ''
          }
          ${polarised ? polarisedNodeWgsl(rotation, freeFree, tangent) : ''}
        }
        ${intensity && freeFree ? 'emission[f] = add(emission[f], seen);' : ''}
        ${
          polarised
            ? 'cosSum[f] = add(cosSum[f], seenCos);\n        sinSum[f] = add(sinSum[f], seenSin);'
            : ''
        }
      }`
}

/** Faraday depth and integral of n_e^2 from the part's beginning to each node. */
function partialSumsWgsl(
  { rotation, electronTemperatureK }: KernelSettings,
  tangent: boolean,
): string {
  const sums: [string, string][] = []
  if (rotation) sums.push(['depthTo', 'rotation'])
  if (rotation && tangent) sums.push(['depthChangeTo', 'rotationChange'])
  if (electronTemperatureK !== undefined) sums.push(['passedTo', 'squares'])
  if (electronTemperatureK !== undefined && tangent) sums.push(['passedChangeTo', 'squaresChange'])
  return sums.length === 0
    ? ''
    : /* wgsl */ `
      ${sums.map(([to]) => `var ${to}: array<f32, N>;`).join('\n      ')}
      for (var i = 0u; i < N; i++) {
        ${sums.map(([to, from]) => `${to}[i] = overTo(i, ${from});`).join('\n        ')}
      }`
}

function polarisedNodeWgsl(rotation: boolean, freeFree: boolean, tangent: boolean): string {
  const emitted = 'vec2f(emittedCos[i], emittedSin[i])'
  const changes = ['vec2f(cosChange[i], sinChange[i])']
  // d/dtheta (x, y) = (-y, x)
  if (rotation) {
    changes.push(
      `${f32(2 * Math.PI)} * turnsPerDepth(f) * (phaseChange + depthChangeTo[i]) * vec2f(-emittedSin[i], emittedCos[i])`,
    )
  }
  if (freeFree) changes.push(`leftChange * ${emitted}`)
  return /* wgsl */ `
          let before = ${freeFree ? 'left * ' : ''}(${tangent ? changes.join(' + ') : emitted});
          ${
            rotation
              ? `let turns = turnsBefore + turnsPerDepth(f) * depthTo[i];
          let angle = cosSin(turns - round(turns));
          seenCos += before.x * angle.x - before.y * angle.y;
          seenSin += before.x * angle.y + before.y * angle.x;`
              : 'seenCos += before.x;\n          seenSin += before.y;'
          }`
}

/** The thermal electrons' own emission, T (1 - e^-tau), in the unit of the sums (frequency.w is T / K_I), or its change. */
function thermalWgsl(tangent: boolean): string {
  return /* wgsl */ `
  for (var f = 0u; f < F; f++) {
    let scale = bitcast<f32>(frequency[f].w);
    let tau = opacity(f) * passed;
    ${
      tangent
        ? 'emission[f] = add(emission[f], scale * opacity(f) * passedChange * exp(-tau));'
        : `// 1 - e^-tau; the series where the difference would lose digits
    let series = tau * (1 - tau / 2 * (1 - tau / 3 * (1 - tau / 4 * (1 - tau / 5))));
    emission[f] = add(emission[f], scale * select(1 - exp(-tau), series, tau < 0.1));`
    }
  }`
}
