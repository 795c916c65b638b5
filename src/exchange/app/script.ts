/** What the page runs. Names of classes come from elsewhere: they are only ever text. */

export const script = `
const $ = (id) => document.getElementById(id)
const say = (text) => { $('message').textContent = text }

function bytesOf(id) {
  const text = $(id).textContent
  $(id).remove()
  if (Uint8Array.fromBase64) return Uint8Array.fromBase64(text)
  const bytes = new Uint8Array((text.length / 4) * 3 - (text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0))
  const step = 2 ** 20
  for (let at = 0, to = 0; at < text.length; at += step) {
    const part = atob(text.slice(at, at + step))
    for (let i = 0; i < part.length; i++) bytes[to++] = part.charCodeAt(i)
  }
  return bytes
}

const address = (text) => URL.createObjectURL(new Blob([text], { type: 'text/javascript' }))

async function load() {
  const decoder = new TextDecoder()
  let engine = decoder.decode(bytesOf('engine'))
  // A module at a blob: address cannot name its parts by a relative one.
  for (const name of ['rare', 'images']) {
    const part = address(decoder.decode(bytesOf(name)))
    engine = engine.replaceAll("'./lenslet." + name + ".js'", JSON.stringify(part))
  }
  const { Model } = await import(address(engine))
  return Model.load(bytesOf('model'))
}

let model
let running = false
let waiting

/** One at a time; while one runs, only the newest request waits. */
async function classify(source) {
  if (running) { waiting = source; return }
  running = true
  try {
    const answers = await model.classify(source, { top: 5 })
    show(answers)
    say('')
  } catch (error) {
    $('answer').replaceChildren()
    say(String(error.message))
  }
  running = false
  const next = waiting
  waiting = undefined
  if (next !== undefined) classify(next)
}

function show(answers) {
  $('answer').replaceChildren(...answers.map(({ class: name, probability }) => {
    const [row, label, share, bar] = ['li', 'span', 'span', 'i'].map((tag) => document.createElement(tag))
    label.textContent = name
    share.textContent = (100 * probability).toFixed(1) + ' %'
    bar.style.width = (100 * probability).toFixed(2) + '%'
    row.append(label, share, bar)
    return row
  }))
}

/** Shows one of the four things that the stage can hold. */
function stage(id) {
  for (const each of ['hint', 'photo', 'video', 'draw']) $(each).hidden = each !== id
  $('clear').hidden = $('negative').hidden = id !== 'draw'
  if (id !== 'video') stop()
}

function open(file) {
  if (!file) return
  stage('photo')
  URL.revokeObjectURL($('photo').src)
  $('photo').src = URL.createObjectURL(file)
  classify(file)
}

let stream
function stop() {
  for (const track of stream?.getTracks() ?? []) track.stop()
  stream = undefined
  $('camera').textContent = 'Use the camera'
}

async function camera() {
  if (stream) { stage('hint'); return }
  try {
    stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment' } })
  } catch (error) {
    say('The camera is not available: ' + error.message + '. Allow this page to use it, or open an image.')
    return
  }
  $('camera').textContent = 'Stop the camera'
  stage('video')
  $('video').srcObject = stream
  await $('video').play()
  const own = stream
  while (stream === own) {
    await classify($('video'))
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

const pen = $('draw').getContext('2d', { willReadFrequently: true })
function clear() {
  const isDark = $('dark').checked
  pen.fillStyle = isDark ? '#fff' : '#000'
  pen.fillRect(0, 0, 280, 280)
  pen.strokeStyle = isDark ? '#000' : '#fff'
  pen.lineWidth = 22
  pen.lineCap = pen.lineJoin = 'round'
  $('answer').replaceChildren()
}

let last
const place = ({ clientX, clientY }) => {
  const { left, top, width, height } = $('draw').getBoundingClientRect()
  return [((clientX - left) * 280) / width, ((clientY - top) * 280) / height]
}
function line(event) {
  if (!last) return
  const next = place(event)
  pen.beginPath()
  pen.moveTo(...last)
  pen.lineTo(...next)
  pen.stroke()
  last = next
}
$('draw').addEventListener('pointerdown', (event) => {
  $('draw').setPointerCapture(event.pointerId)
  last = place(event)
  line(event)
})
$('draw').addEventListener('pointermove', line)
$('draw').addEventListener('pointerup', () => { last = undefined; classify($('draw')) })
$('clear').addEventListener('click', clear)
$('dark').addEventListener('change', clear)

try {
  model = await load()
  const { info, input } = model
  if (info.origin) $('about').textContent = info.origin
  $('file').addEventListener('change', () => open($('file').files[0]))
  $('camera').addEventListener('click', camera)
  $('pen').addEventListener('click', () => { stage('draw'); clear() })
  addEventListener('dragover', (event) => { event.preventDefault(); $('stage').classList.add('over') })
  addEventListener('dragleave', () => $('stage').classList.remove('over'))
  addEventListener('drop', (event) => {
    event.preventDefault()
    $('stage').classList.remove('over')
    open(event.dataTransfer.files[0])
  })
  if (input.channels === 1) { stage('draw'); clear() }
  say('Ready. Images stay on this device.')
  document.body.dataset.ready = ''
} catch (error) {
  say(String(error.message))
}
`
