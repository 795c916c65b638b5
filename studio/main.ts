/** Starts the page. */

import { mount } from 'svelte'
import App from './App.svelte'
import { offline } from './offline/offline.svelte.ts'
import { store } from './state/store.svelte.ts'
import './style.css'

store.start()
mount(App, { target: document.body })
void offline.start()
