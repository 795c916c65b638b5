/** Frames of the camera as images of a class. */

import type { Given } from './messages.ts'

/** More would be copies of one another. */
export const perSecond = 5
/** Pixels of the shorter side. */
const shortSide = 320

/** The picture that the video shows now, as a JPEG. */
export async function frameOf(video: HTMLVideoElement): Promise<Given> {
  const scale = Math.min(1, shortSide / Math.min(video.videoWidth, video.videoHeight))
  const canvas = document.createElement('canvas')
  canvas.width = Math.round(video.videoWidth * scale)
  canvas.height = Math.round(video.videoHeight * scale)
  canvas.getContext('2d')?.drawImage(video, 0, 0, canvas.width, canvas.height)
  const file = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/jpeg', 0.92))
  if (file === null) throw new DOMException('the frame of the camera could not be encoded')
  const now = Date.now()
  return { path: `camera ${new Date(now).toISOString().replace(/[:.]/g, '-')}.jpg`, file, changed: now }
}

/** What a person can do about a camera that gives nothing. */
export function cameraFault(error: unknown): string {
  const name = error instanceof DOMException ? error.name : 'none'
  switch (name) {
    case 'NotAllowedError':
      return 'The browser does not let this page use the camera. Allow it beside the address, and open the camera again.'
    case 'NotFoundError':
      return 'There is no camera. Connect one, or add images from files.'
    case 'NotReadableError':
      return 'Another program uses the camera. Close it, and open the camera again.'
    default:
      return 'The camera works only on pages that are loaded by https or from this machine. Add images from files.'
  }
}
