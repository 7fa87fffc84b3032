import { openVolumePainter } from './volume-painter.ts'
import type { DrawnVolume } from './volume-painter.ts'

/** 16 cm at 300 dots per inch. */
const printSize = { width: 640, height: 480, ratio: 3 } as const

/** The volume for print: seen from the same place, on white, with the colours of the light theme. Rejects while there is no field. */
export async function volumePicture(drawn: DrawnVolume): Promise<Blob> {
  const painter = await openVolumePainter(drawn, printSize, 'white')
  try {
    await painter.paint(painter.orbit)
    return await painter.toBlob()
  } finally {
    painter.dispose()
  }
}
