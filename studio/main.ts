/** Starts the page. */

import { mount } from 'svelte'
import App from './App.svelte'
import { offline } from './offline/offline.svelte.ts'
import { store } from './state/store.svelte.ts'
import './style.css'

store.start()
// Before anything is drawn: charts take their colours from the theme.
document.documentElement.dataset.theme = store.theme
mount(App, { target: document.body })
void offline.start()
