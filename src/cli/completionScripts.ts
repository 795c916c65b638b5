/** Completion scripts for three shells, from one description of the verbs. Where they know no word, the shell offers files. */

export interface CompletedOption {
  /** `--batch`, `-q` */
  readonly names: readonly string[]
  readonly says: string
  readonly takesValue: boolean
  /** Values to offer; without any, files are offered. */
  readonly words: readonly string[]
}

export interface CompletedVerb {
  readonly name: string
  readonly says: string
  /** Arguments to offer, besides files. */
  readonly words: readonly string[]
  readonly options: readonly CompletedOption[]
}

/** As a word of a shell. */
const quote = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`
const list = (words: readonly string[]) => quote(words.join(' '))
const namesOf = (verbs: readonly CompletedVerb[]) => [...verbs.map(({ name }) => name), 'help', '--help', '--version']
const optionNames = ({ options }: CompletedVerb) => options.flatMap(({ names }) => names)

/** `'plan --optimizer'` for each option that takes a value: what stands before the word to be completed. */
const valuePatterns = (verbs: readonly CompletedVerb[]) =>
  verbs.flatMap(({ name, options }) =>
    options
      .filter(({ takesValue }) => takesValue)
      .map(({ names, words }) => ({ pattern: names.map((each) => quote(`${name} ${each}`)).join(' | '), words })),
  )

export function bashScript(verbs: readonly CompletedVerb[]): string {
  return `# bash completion for lenslet: source <(lenslet completion bash)
_lenslet() {
  local word=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD - 1]} verb= words= i
  # bash makes three words of --option=value.
  if [[ $word == '=' ]]; then word=
  elif [[ $before == '=' ]]; then before=\${COMP_WORDS[COMP_CWORD - 2]}
  fi
  for ((i = 1; i < COMP_CWORD; i++)); do
    if [[ \${COMP_WORDS[i]} != -* ]]; then verb=\${COMP_WORDS[i]}; break; fi
  done
  COMPREPLY=()
  case "$verb $before" in
${valuePatterns(verbs)
  .map(({ pattern, words }) => `    ${pattern}) COMPREPLY=($(compgen -W ${list(words)} -- "$word")); return ;;`)
  .join('\n')}
  esac
  case "$verb" in
    '') words=${list(namesOf(verbs))} ;;
    help) words=${list(verbs.map(({ name }) => name))} ;;
${verbs
  .map(
    (verb) =>
      `    ${verb.name}) if [[ $word == -* ]]; then words=${list(optionNames(verb))}; else words=${list(verb.words)}; fi ;;`,
  )
  .join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$word"))
}
complete -o bashdefault -o default -F _lenslet lenslet
`
}

export function zshScript(verbs: readonly CompletedVerb[]): string {
  const add = (words: readonly string[]) => (words.length === 0 ? '_files' : `compadd -- ${words.map(quote).join(' ')}`)
  return `#compdef lenslet
# zsh completion for lenslet: source <(lenslet completion zsh)
_lenslet() {
  local word=\${words[CURRENT]} before=\${words[CURRENT-1]} verb= i
  for ((i = 2; i < CURRENT; i++)); do
    if [[ \${words[i]} != -* ]]; then verb=\${words[i]}; break; fi
  done
  case "$verb $before" in
${valuePatterns(verbs)
  .map(({ pattern, words }) => `    ${pattern}) ${add(words)}; return ;;`)
  .join('\n')}
  esac
  case "$verb" in
    '') ${add(namesOf(verbs))} ;;
    help) ${add(verbs.map(({ name }) => name))} ;;
${verbs
  .map((verb) => {
    const rest = verb.words.length === 0 ? '_files' : `${add(verb.words)}; _files`
    return `    ${verb.name}) if [[ $word == -* ]]; then ${add(optionNames(verb))}; else ${rest}; fi ;;`
  })
  .join('\n')}
  esac
}
if [[ \${funcstack[1]} == _lenslet ]]; then _lenslet "$@"; else compdef _lenslet lenslet; fi
`
}

export function fishScript(verbs: readonly CompletedVerb[]): string {
  const fishQuote = (text: string) => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
  const lines = verbs.flatMap((verb) => {
    const here = `complete -c lenslet -n ${fishQuote(`__fish_seen_subcommand_from ${verb.name}`)}`
    return [
      `complete -c lenslet -n __fish_use_subcommand -f -a ${verb.name} -d ${fishQuote(verb.says)}`,
      ...(verb.words.length === 0 ? [] : [`${here} -a ${fishQuote(verb.words.join(' '))}`]),
      ...verb.options.map(({ names, says, takesValue, words }) => {
        const flags = names.map((name) => (name.startsWith('--') ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`))
        const value = !takesValue ? '' : words.length === 0 ? ' -r' : ` -x -a ${fishQuote(words.join(' '))}`
        return `${here} ${flags.join(' ')}${value} -d ${fishQuote(says)}`
      }),
    ]
  })
  return `# fish completion for lenslet: lenslet completion fish | source\n${lines.join('\n')}\n`
}
