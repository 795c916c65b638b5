/** The one script of a page of a feature space: chooses a map, an image (by pointer or arrow keys) and a class. */

export const script = `const { images, maps, neighbors } = JSON.parse(document.getElementById('space').textContent)
const stage = document.querySelector('.stage')
const points = [...stage.querySelectorAll('i')]
const detail = document.querySelector('.detail')
const tabs = [...document.querySelectorAll('.tabs button')]
const keys = [...document.querySelectorAll('.legend button')]
let chosen = -1
let group
const show = (map) => {
  tabs.forEach((tab, index) => tab.setAttribute('aria-pressed', index === map))
  points.forEach((point, index) => {
    point.style.setProperty('--x', maps[map].points[2 * index])
    point.style.setProperty('--y', maps[map].points[2 * index + 1])
  })
  stage.style.setProperty('--t', maps[map].size)
  document.querySelector('.says').textContent = maps[map].says
}
const large = (index) => {
  const box = document.createElement('div')
  box.className = 'large'
  box.style.cssText = points[index].style.cssText
  return box
}
const choose = (index) => {
  if (index === chosen) return
  chosen = index
  points.forEach((point, at) => {
    point.classList.toggle('on', at === index)
    point.classList.toggle('near', neighbors[index].some(([near]) => near === at))
  })
  const name = document.createElement('b')
  name.textContent = images[index].label
  const says = document.createElement('p')
  says.className = 'quiet small'
  says.textContent = images[index].says
  const heading = document.createElement('h2')
  heading.textContent = 'Nearest by features'
  const near = document.createElement('div')
  near.className = 'neighbors'
  for (const [other, distance] of neighbors[index]) {
    const figure = document.createElement('figure')
    figure.title = images[other].label
    figure.append(large(other), distance)
    figure.onclick = () => choose(other)
    near.append(figure)
  }
  detail.replaceChildren(large(index), name, says, ...(neighbors[index].length === 0 ? [] : [heading, near]))
}
const filter = (next) => {
  group = group === next ? undefined : next
  keys.forEach((key, index) => key.setAttribute('aria-pressed', index === group))
  points.forEach((point, index) => point.classList.toggle('off', group !== undefined && images[index].group !== group))
}
tabs.forEach((tab, index) => { tab.onclick = () => show(index) })
keys.forEach((key, index) => { key.onclick = () => filter(index) })
points.forEach((point, index) => { point.onpointerenter = () => choose(index); point.onclick = () => choose(index) })
stage.onkeydown = (event) => {
  const step = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 }[event.key]
  if (step === undefined) return
  event.preventDefault()
  choose((chosen + step + points.length) % points.length)
}
show(0)
choose(0)`

/** SHA-256 of the script, in base64: the page's policy runs this text and no other. A test computes it. */
export const scriptHash = 'sha256-GwynxhAIG2eG/9MD0Sx8qyQm97Potn5C/pu0a/RwoRI='
