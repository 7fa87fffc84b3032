import '../styles/fonts.css'
import '../styles/tokens.css'
import '../styles/base.css'
import '../styles/controls.css'
import '../styles/workbench.css'
import '../styles/panels.css'
import '../styles/screens.css'
import './catalogue.css'
import { createPinia } from 'pinia'
import { createApp } from 'vue'
import CataloguePage from './CataloguePage.vue'

// A page for developers, `npm run catalogue`; no part of the program that is built.
createApp(CataloguePage).use(createPinia()).mount('#app')
