/**
 * The one script of a report: it gives each command a button that copies it. Without JavaScript there is no button, and the
 * commands can be selected by a click.
 */

export const script = `for (const box of document.querySelectorAll('.command')) {
  const text = box.querySelector('pre')
  const button = document.createElement('button')
  const say = (word) => { button.textContent = word; setTimeout(() => { button.textContent = 'Copy' }, 1500) }
  button.type = 'button'
  button.textContent = 'Copy'
  button.onclick = () => Promise.resolve().then(() => navigator.clipboard.writeText(text.textContent)).then(() => say('Copied'), () => { getSelection().selectAllChildren(text); say('Selected') })
  box.append(button)
}`

/** SHA-256 of the script, in base64: the page's policy runs this text and no other. A test computes it. */
export const scriptHash = 'sha256-RwbB71LbkeRjarRkKpm7t4fgkTMkIQjXSJO9qOD+3EY='
