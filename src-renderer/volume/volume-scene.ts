// The OpenGL profile alone: the general one brings the WebGPU backend with it.
import '@kitware/vtk.js/Rendering/OpenGL/Profiles/Volume.js'
import '@kitware/vtk.js/Rendering/OpenGL/Actor.js'
import '@kitware/vtk.js/Rendering/OpenGL/PolyDataMapper.js'
import vtkDataArray from '@kitware/vtk.js/Common/Core/DataArray.js'
import vtkImageData from '@kitware/vtk.js/Common/DataModel/ImageData.js'
import vtkPiecewiseFunction from '@kitware/vtk.js/Common/DataModel/PiecewiseFunction.js'
import vtkColorTransferFunction from '@kitware/vtk.js/Rendering/Core/ColorTransferFunction.js'
import vtkRenderer from '@kitware/vtk.js/Rendering/Core/Renderer.js'
import vtkRenderWindow from '@kitware/vtk.js/Rendering/Core/RenderWindow.js'
import vtkRenderWindowInteractor from '@kitware/vtk.js/Rendering/Core/RenderWindowInteractor.js'
import vtkVolume from '@kitware/vtk.js/Rendering/Core/Volume.js'
import vtkVolumeMapper from '@kitware/vtk.js/Rendering/Core/VolumeMapper.js'
import vtkOpenGLRenderWindow from '@kitware/vtk.js/Rendering/OpenGL/RenderWindow.js'
import { glFinished } from '../sky/gl-finished.ts'
import { orbitAxes, orbitPosition, viewAngleDeg } from './orbit.ts'
import { voxelCentre } from './scalar.ts'
import { SolidActor } from './solid-actor.ts'
import { noWebGl } from '../sky/gl-program.ts'
import type { Mesh } from './geometry/mesh.ts'
import type { Solid } from './geometry/use-geometry.ts'
import type { Orbit } from './orbit.ts'
import type { VolumeTexture } from './field-look.ts'
import type { SolidColours } from './solid-actor.ts'

export interface Transfer {
  /** 256 colours, RGB bytes. */
  readonly table: Uint8Array
  readonly limits: readonly [number, number]
  /** Where opacity begins. */
  readonly start: number
  /** Opaque on both sides of zero. */
  readonly signed: boolean
  /** Part of the range (from `start`) that is hidden, 0 to 1. */
  readonly hiddenBelow: number
}

/** One ray-cast volume in one canvas of its own, drawn only when asked. */
export class VolumeScene {
  readonly canvas: HTMLCanvasElement
  private readonly context: WebGL2RenderingContext | null = null
  private readonly view = vtkOpenGLRenderWindow.newInstance()
  private readonly window = vtkRenderWindow.newInstance()
  /** Bound to nothing: the volume mapper asks it whether an animation is running. */
  private readonly interactor = vtkRenderWindowInteractor.newInstance()
  private readonly renderer = vtkRenderer.newInstance()
  private readonly mapper = vtkVolumeMapper.newInstance()
  private readonly volume = vtkVolume.newInstance()
  private readonly colours = vtkColorTransferFunction.newInstance()
  private readonly opacity = vtkPiecewiseFunction.newInstance()
  private image: ReturnType<typeof vtkImageData.newInstance> | null = null
  private spacing = 1
  private readonly solids = new Map<Solid, SolidActor>()

  /**
   * Throws an Error where there is no WebGL 2.
   *
   * @param preserveDrawingBuffer keeps the picture beyond the task that draws it
   */
  constructor(container: HTMLElement, preserveDrawingBuffer = false) {
    this.window.addView(this.view)
    this.window.addRenderer(this.renderer)
    this.window.setInteractor(this.interactor)
    this.view.setContainer(container)
    const canvas = this.view.getCanvas()
    // The attributes that vtk.js itself asks for, since the first call decides.
    const attributes = {
      alpha: true,
      depth: true,
      powerPreference: 'high-performance',
      preserveDrawingBuffer,
    }
    const context = canvas?.getContext('webgl2', attributes)
    if (!canvas || !(context instanceof WebGL2RenderingContext)) {
      this.dispose()
      throw new Error(`The volume ${noWebGl}`)
    }
    this.canvas = canvas
    this.context = context
    this.mapper.setAutoAdjustSampleDistances(false)
    this.mapper.setMaximumSamplesPerRay(4000)
    this.volume.setMapper(this.mapper)
    const property = this.volume.getProperty()
    property.setRGBTransferFunction(0, this.colours)
    property.setScalarOpacity(0, this.opacity)
    property.setInterpolationTypeToLinear()
    property.setShade(false)
    this.renderer.getActiveCamera().setViewAngle(viewAngleDeg)
  }

  /** `width` and `height` in device pixels. */
  setSize(width: number, height: number): void {
    this.view.setSize(Math.max(1, width), Math.max(1, height))
  }

  /** Red, green, blue in [0, 1]. */
  setBackground(red: number, green: number, blue: number): void {
    this.renderer.setBackground(red, green, blue)
  }

  setTexture(grid: VolumeTexture): void {
    const [nx, ny, nz] = grid.shape
    const { values } = grid
    const spacing = grid.halfSizeKpc.map((half, axis) => (2 * half) / grid.shape[axis])
    this.spacing = Math.min(...spacing)
    const image = vtkImageData.newInstance()
    image.setDimensions(nx, ny, nz)
    image.setSpacing([spacing[0], spacing[1], spacing[2]])
    image.setOrigin([
      voxelCentre(0, nx, grid.halfSizeKpc[0]),
      voxelCentre(0, ny, grid.halfSizeKpc[1]),
      voxelCentre(0, nz, grid.halfSizeKpc[2]),
    ])
    image
      .getPointData()
      .setScalars(vtkDataArray.newInstance({ name: 'scalar', values, numberOfComponents: 1 }))
    this.mapper.setInputData(image)
    if (!this.image) this.renderer.addVolume(this.volume)
    this.image?.delete()
    this.image = image
    // The opacities hold for a path of 1/20 of the box, whatever the voxels.
    this.volume.getProperty().setScalarOpacityUnitDistance(0, Math.max(...grid.halfSizeKpc) / 10)
  }

  setTransfer({ table, limits: [low, high], start, signed, hiddenBelow }: Transfer): void {
    // All nodes at once: after every single one vtk.js sorts all there are.
    const shape = { midpoint: 0.5, sharpness: 0 }
    this.colours.setNodes(
      Array.from({ length: 256 }, (_, i) => ({
        x: low + ((high - low) * (i + 0.5)) / 256,
        r: table[3 * i] / 255,
        g: table[3 * i + 1] / 255,
        b: table[3 * i + 2] / 255,
        ...shape,
      })),
    )
    const reach = signed ? Math.max(Math.abs(low), Math.abs(high)) : high
    // A rising slope: weak field stays a haze through which the strong field is seen.
    const slope = Array.from({ length: 65 }, (_, i) => {
      const part = i / 64
      const y = part < hiddenBelow || part === 0 ? 0 : 0.75 * part ** 1.5
      return { x: start + part * (reach - start), y, ...shape }
    })
    const mirrored = signed ? slope.slice(1).map((node) => ({ ...node, x: -node.x })) : []
    this.opacity.setNodes([...mirrored, ...slope])
  }

  /** Whether the volume itself is drawn beside the solids. */
  showVolume(shown: boolean): void {
    this.volume.setVisibility(shown)
  }

  /** null: there is none of this kind. */
  setSolid(solid: Solid, mesh: Mesh | null, colours: SolidColours | null): void {
    const known = this.solids.get(solid)
    if (known) {
      this.renderer.removeActor(known.actor)
      known.dispose()
      this.solids.delete(solid)
    }
    if (!mesh || !colours || mesh.triangles.length === 0) return
    const made = new SolidActor(mesh, colours)
    this.solids.set(solid, made)
    this.renderer.addActor(made.actor)
  }

  /** `coarse` while the view is moving: a third of the samples. */
  draw(orbit: Orbit, coarse: boolean): void {
    const camera = this.renderer.getActiveCamera()
    const [px, py, pz] = orbitPosition(orbit)
    const { up } = orbitAxes(orbit)
    camera.setPosition(px, py, pz)
    camera.setFocalPoint(orbit.focalKpc[0], orbit.focalKpc[1], orbit.focalKpc[2])
    camera.setViewUp(up[0], up[1], up[2])
    this.renderer.resetCameraClippingRange()
    // vtk.js puts the length of a step into its table of opacities, and makes a new one only where the opacities change.
    if (this.mapper.setSampleDistance(this.spacing * (coarse ? 1.5 : 0.5))) this.opacity.modified()
    // RenderWindow.render would leave it to the interactor, which has no events to wait for.
    this.view.traverseAllPasses()
  }

  /** Resolves when the graphics device has drawn everything, which the browser would otherwise stand still for. */
  async finished(): Promise<void> {
    if (this.context) await glFinished(this.context)
  }

  /** Frees everything, the context included: vtk.js leaves it to the garbage collector. */
  dispose(): void {
    this.window.removeRenderer(this.renderer)
    this.window.removeView(this.view)
    this.renderer.delete()
    for (const solid of this.solids.values()) solid.dispose()
    this.volume.delete()
    this.mapper.delete()
    this.colours.delete()
    this.opacity.delete()
    this.image?.delete()
    this.interactor.delete()
    this.view.setContainer(null)
    this.view.delete()
    this.window.delete()
    this.context?.getExtension('WEBGL_lose_context')?.loseContext()
  }
}
