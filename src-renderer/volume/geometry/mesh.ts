/** Triangles with a value at each vertex. */
export interface Mesh {
  /** [vertices, 3], kpc. */
  readonly positions: Float32Array
  /** [vertices, 3], unit vectors. */
  readonly normals: Float32Array
  /** [triangles, 4]: the number 3 and three vertices, as vtk.js has its cells. */
  readonly triangles: Uint32Array
  /** [vertices], what the colours are made of. */
  readonly values: Float32Array
}

/** Several meshes in one. */
export function joinMeshes(meshes: readonly Mesh[]): Mesh {
  const sum = (size: (mesh: Mesh) => number) => meshes.reduce((all, mesh) => all + size(mesh), 0)
  const positions = new Float32Array(sum((mesh) => mesh.positions.length))
  const normals = new Float32Array(positions.length)
  const values = new Float32Array(positions.length / 3)
  const triangles = new Uint32Array(sum((mesh) => mesh.triangles.length))
  let vertex = 0
  let cell = 0
  for (const mesh of meshes) {
    positions.set(mesh.positions, 3 * vertex)
    normals.set(mesh.normals, 3 * vertex)
    values.set(mesh.values, vertex)
    for (let i = 0; i < mesh.triangles.length; i++) {
      triangles[cell + i] = mesh.triangles[i] + (i % 4 === 0 ? 0 : vertex)
    }
    vertex += mesh.values.length
    cell += mesh.triangles.length
  }
  return { positions, normals, triangles, values }
}
