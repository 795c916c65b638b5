/**
 * The player of a page of steps. It reads the steps from the page (JSON), and shows one: outlines, marked cells, values that
 * are filled in so far, and the arithmetic. Without JavaScript, the page shows all values and no player.
 */

export const script = `const { steps, fills } = JSON.parse(document.getElementById('steps').textContent)
const player = document.querySelector('.player')
const [play, first, back, next, last] = player.querySelectorAll('button')
const slider = player.querySelector('input')
const speed = player.querySelector('select')
const counter = player.querySelector('output')
const sums = document.querySelector('.arithmetic')
const grids = Object.fromEntries([...document.querySelectorAll('.cells')].map((element) => [element.id, { element, cells: element.querySelectorAll('b'), boxes: {} }]))
let at = 0
let timer
const boxOf = ({ element, boxes }, kind) => {
  if (boxes[kind] === undefined) {
    boxes[kind] = document.createElement('i')
    boxes[kind].className = kind
    element.append(boxes[kind])
  }
  return boxes[kind]
}
const put = (cell, [text, shade]) => {
  cell.textContent = text
  cell.classList.toggle('n', shade < 0)
  cell.style.setProperty('--s', Math.abs(shade))
}
const draw = () => {
  const { boxes, cells, terms } = steps[at]
  for (const { boxes: all } of Object.values(grids)) for (const box of Object.values(all)) box.hidden = true
  for (const [grid, kind, y, x, h, w] of boxes) {
    const box = boxOf(grids[grid], kind)
    box.hidden = false
    for (const [name, value] of Object.entries({ y, x, h, w })) box.style.setProperty('--' + name, value)
    const view = grids[grid].element.closest('.scroll')
    if (view.scrollHeight > view.clientHeight || view.scrollWidth > view.clientWidth) {
      const { offsetTop, offsetLeft, offsetHeight, offsetWidth } = box
      const top = offsetTop + box.offsetParent.offsetTop - view.offsetTop
      if (top < view.scrollTop || top + offsetHeight > view.scrollTop + view.clientHeight) view.scrollTop = top - 40
      if (offsetLeft < view.scrollLeft || offsetLeft + offsetWidth > view.scrollLeft + view.clientWidth) view.scrollLeft = offsetLeft - 60
    }
  }
  for (const cell of document.querySelectorAll('.cells b.in, .cells b.weight, .cells b.out')) cell.classList.remove('in', 'weight', 'out')
  for (const [grid, kind, index] of cells) grids[grid].cells[index].classList.add(kind)
  const known = new Map()
  fills.forEach((some, step) => { for (const [grid, index, ...shown] of some) {
    const key = grid + ' ' + index
    if (step <= at) known.set(key, [grid, index, shown])
    else if (!known.has(key)) known.set(key, [grid, index, ['', 0]])
  } })
  for (const [grid, index, shown] of known.values()) put(grids[grid].cells[index], shown)
  sums.replaceChildren(...terms.map((line) => {
    const row = document.createElement('div')
    for (const text of line) if (text !== '') row.appendChild(document.createElement('span')).textContent = text
    return row
  }))
  slider.value = at
  counter.textContent = 'step ' + (at + 1) + ' of ' + steps.length
}
const go = (step) => { at = (step + steps.length) % steps.length; draw() }
const stop = () => { clearInterval(timer); timer = undefined; player.classList.remove('playing'); play.setAttribute('aria-label', 'Play'); sums.setAttribute('aria-live', 'polite') }
const start = () => {
  clearInterval(timer)
  timer = setInterval(() => go(at + 1), 1000 / speed.value)
  player.classList.add('playing')
  play.setAttribute('aria-label', 'Pause')
  sums.setAttribute('aria-live', 'off')
}
const toggle = () => (timer === undefined ? start() : stop())
play.onclick = toggle
for (const [button, step] of [[first, () => 0], [back, () => at - 1], [next, () => at + 1], [last, () => steps.length - 1]]) button.onclick = () => { stop(); go(step()) }
slider.oninput = () => { stop(); go(Number(slider.value)) }
speed.onchange = () => { if (timer !== undefined) start() }
addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || /^(INPUT|SELECT|BUTTON)$/.test(event.target.tagName) && event.key !== 'Escape') return
  const does = { ' ': toggle, ArrowLeft: back.onclick, ArrowRight: next.onclick, Home: first.onclick, End: last.onclick, Escape: stop }[event.key]
  if (does === undefined) return
  event.preventDefault()
  does()
})
player.hidden = false
draw()
if (steps.length > 1 && !matchMedia('(prefers-reduced-motion: reduce)').matches) start()`

/** SHA-256 of the script, in base64: the page's policy runs this text and no other. A test computes it. */
export const scriptHash = 'sha256-bEaBa06jzUVeife+JeFLUKC9DPnPZJkIQbWtzURBEKE='
