import { type ParsedLine, type ParsedToken, parse } from 'sugar-high/core'
import * as typescript from 'sugar-high/lang/typescript'

/** Returns the code as HTML. Each line is a span with spans in it, whose classes are defined in content.css. */
export function highlight(code: string): string {
  return parse(code, typescript).lines.map(lineHtml).join('\n')
}

function lineHtml({ value, tokens }: ParsedLine): string {
  const parts: { kind: string; text: string }[] = []
  for (const [index, token] of tokens.entries()) {
    const kind = kindOf(token, tokens[index + 1])
    const last = parts.at(-1)
    if (last && (kind === last.kind || token.type === 'space')) last.text += token.value
    else parts.push({ kind, text: token.value })
  }
  const indent = value.search(/\S|$/) + 4
  return `<span class="line" style="--indent:${indent}ch">${parts.map(partHtml).join('')}</span>`
}

/** Returns the class of a token; empty if it has the color of the text. */
function kindOf({ type }: ParsedToken, next: ParsedToken | undefined): string {
  if (type === 'identifier' || type === 'property') return next?.value === '(' ? 'function' : ''
  return type === 'sign' || type === 'space' ? '' : type
}

function partHtml({ kind, text }: { kind: string; text: string }): string {
  const escaped = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
  return kind ? `<span class="${kind}">${escaped}</span>` : escaped
}
