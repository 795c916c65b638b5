// The documentation site: which pages there are, in which order, in which languages. Nothing is loaded from another host.

import { readFileSync } from 'node:fs'

const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  readonly repository: { readonly url: string }
  readonly exports: Readonly<Record<string, string | { readonly types?: string }>>
}
const repository = manifest.repository.url.replace(/^git\+|\.git$/g, '')

const page = (text: string, link: string) => ({ text, link })

const sidebar = [
  {
    text: 'Start',
    items: [
      page('Why Lenslet, and when not', '/why'),
      page('A five-minute tour', '/tour'),
      page('Your own images', '/your-pictures'),
      page('The Studio', '/studio'),
    ],
  },
  {
    text: 'Guide',
    items: [
      page('The notation', '/notation'),
      page('The zoo', '/zoo'),
      page('Layers', '/layers'),
      page('The command line', '/cli'),
      page('The library', '/library'),
      page('The Studio', '/studio'),
      page('Watching and searching', '/watching'),
      page('What matters in an image', '/look'),
      page('Looking inside', '/inside'),
      page('In a page', '/browser'),
      page('Models of Caffe', '/caffe'),
      page('Models of the Hugging Face hub', '/hub'),
      page('Recipes', '/recipes'),
      page('Models of other programs', '/exchange'),
      page('ONNX operators', '/onnx'),
      page('Performance', '/performance'),
      page('Reliability', '/reliability'),
      page('Security', '/security'),
    ],
  },
  {
    text: 'API reference',
    collapsed: true,
    items: Object.entries(manifest.exports).flatMap(([subpath, targets]) =>
      typeof targets === 'string' || targets.types === undefined || subpath.endsWith('/browser')
        ? []
        : [
            page(
              `lenslet${subpath.slice(1)}`,
              `/api/${subpath === '.' ? 'lenslet' : subpath.slice(2).replaceAll('/', '-')}`,
            ),
          ],
    ),
  },
  {
    text: 'Inside',
    items: [page('Architecture', '/architecture'), page('Decisions', '/decisions/README')],
  },
]

/** A link out of docs/ leads to the file in the repository. */
function repositoryLink(address: string, from: string): string {
  if (/^(?:[a-z]+:|#|\/)/.test(address)) return address
  const { pathname, hash } = new URL(address, `file:///docs/${from}`)
  return pathname.startsWith('/docs/') ? address : `${repository}/blob/main${pathname}${hash}`
}

/** Colors for the notation: comments, words, what follows them, arrows. A TextMate grammar. */
const notation = {
  name: 'net',
  scopeName: 'source.net',
  patterns: [
    { match: '(#|//).*$', name: 'comment.line' },
    { match: '\\b[A-Z]{2,}', name: 'keyword' },
    { match: '[0-9]+(\\.[0-9]+)?', name: 'constant.numeric' },
    { match: '->|→|[*|]', name: 'keyword.operator' },
  ],
  repository: {},
}

export default {
  title: 'Lenslet',
  description: 'Convolutional networks in TypeScript, for Node and the browser',
  cleanUrls: true,
  srcExclude: ['node_modules/**'],
  markdown: {
    languages: [notation],
    config(md: MarkdownRenderer) {
      md.core.ruler.push('repository-links', ({ tokens, env }) => {
        for (const token of tokens.flatMap(({ children }) => children ?? [])) {
          const address = token.attrGet('href')
          if (token.type === 'link_open' && address !== null)
            token.attrSet('href', repositoryLink(address, env.relativePath ?? ''))
        }
      })
    },
  },
  locales: {
    root: { label: 'English', lang: 'en' },
    zh: {
      label: '简体中文',
      lang: 'zh-CN',
      description: '用 TypeScript 编写的卷积神经网络，运行于 Node 和浏览器',
      themeConfig: {
        sidebar: [{ text: '入门', items: [page('五分钟上手', '/zh/tour')] }, ...sidebar.slice(1)],
        outline: { label: '本页内容' },
        docFooter: { prev: '上一页', next: '下一页' },
      },
    },
  },
  themeConfig: {
    nav: [page('Tour', '/tour'), page('API', '/api/'), page('Performance', '/performance')],
    sidebar,
    search: { provider: 'local' },
    outline: { level: [2, 3] },
  },
}

/** The little that is used of markdown-it, whose types come with VitePress and may not be installed. */
interface MarkdownRenderer {
  readonly core: { readonly ruler: { push(name: string, rule: (state: RenderState) => void): void } }
}
interface RenderState {
  readonly tokens: readonly { readonly children: readonly MarkdownToken[] | null }[]
  readonly env: { readonly relativePath?: string }
}
interface MarkdownToken {
  readonly type: string
  attrGet(name: string): string | null
  attrSet(name: string, value: string): void
}
