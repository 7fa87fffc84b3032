/** Pictures beside one another as one PNG, on white. Rejects if the browser cannot decode or encode them. */
export async function pictureRow(pictures: readonly Blob[]): Promise<Blob> {
  const parts = await Promise.all(pictures.map((picture) => createImageBitmap(picture)))
  const width = parts.reduce((sum, part) => sum + part.width, 0)
  const canvas = new OffscreenCanvas(width, Math.max(...parts.map((part) => part.height)))
  const context = canvas.getContext('2d')
  if (!context) throw new Error('The browser gives no canvas to draw on.')
  context.fillStyle = '#ffffff'
  context.fillRect(0, 0, canvas.width, canvas.height)
  let x = 0
  for (const part of parts) {
    context.drawImage(part, x, 0)
    x += part.width
    part.close()
  }
  return canvas.convertToBlob({ type: 'image/png' })
}
