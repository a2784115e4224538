import ts from 'typescript'

/** A function with its own lines: those of the functions inside it count there. */
export interface FunctionLength {
  readonly name: string
  readonly line: number
  readonly lines: number
}

/** The length of every function of a file, without blank lines and comments, a function inside another counting as one line of it. */
export function ownLengths(file: ts.SourceFile): readonly FunctionLength[] {
  const code = codeLines(file)
  const lineOf = (position: number): number => file.getLineAndCharacterOfPosition(position).line
  const found: FunctionLength[] = []
  /** Visits a node, and returns the lines of the functions directly inside it. */
  const visit = (node: ts.Node): number => {
    let inside = 0
    ts.forEachChild(node, (child) => void (inside += visit(child)))
    if (!ts.isFunctionLike(node) || !('body' in node) || node.body === undefined) return inside
    const [first, last] = [lineOf(node.getStart(file)), lineOf(node.end)]
    const whole = code.slice(first, last + 1).filter(Boolean).length
    found.push({ name: nameOf(node, file), line: first + 1, lines: whole - inside })
    return whole - 1
  }
  visit(file)
  return found.sort((a, b) => a.line - b.line)
}

/** For every line, whether it holds code. A comment that shares its line with code is no matter. */
function codeLines(file: ts.SourceFile): boolean[] {
  let inComment = false
  return file.text.split('\n').map((line) => {
    const text = line.trim()
    const starts = text.startsWith('/*') || text.startsWith('{/*')
    const isComment = inComment || starts || text.startsWith('//')
    inComment = (inComment || starts) && !text.includes('*/')
    return text !== '' && !isComment
  })
}

function nameOf(node: ts.Node, file: ts.SourceFile): string {
  const own = ts.getNameOfDeclaration(node as ts.Declaration) // every function-like node is a declaration
  const named =
    own ??
    (ts.isVariableDeclaration(node.parent) || ts.isPropertyAssignment(node.parent) ? node.parent.name : undefined)
  return named?.getText(file) ?? 'a function'
}

/** Whether a file exports something without a name. */
export function hasDefaultExport(file: ts.SourceFile): boolean {
  return file.statements.some((statement) => {
    if (ts.isExportAssignment(statement)) return true
    if (ts.isExportDeclaration(statement)) {
      const { exportClause } = statement
      return (
        exportClause !== undefined &&
        ts.isNamedExports(exportClause) &&
        exportClause.elements.some(({ name }) => name.text === 'default')
      )
    }
    return (
      ts.canHaveModifiers(statement) &&
      (ts.getModifiers(statement) ?? []).some(({ kind }) => kind === ts.SyntaxKind.DefaultKeyword)
    )
  })
}

/** Whether a file reads `process.env`, in whichever way. */
export function readsEnvironment(file: ts.SourceFile): boolean {
  const isProcess = (node: ts.Node): boolean =>
    (ts.isPropertyAccessExpression(node) ? node.name : node).getText(file) === 'process'
  const visit = (node: ts.Node): boolean => {
    if (ts.isPropertyAccessExpression(node) && isProcess(node.expression) && node.name.text === 'env') return true
    if (
      ts.isVariableDeclaration(node) &&
      node.initializer &&
      isProcess(node.initializer) &&
      /\benv\b/.test(node.name.getText(file))
    )
      return true
    if (
      ts.isImportDeclaration(node) &&
      /process['"]$/.test(node.moduleSpecifier.getText(file)) &&
      /\benv\b/.test(node.getText(file))
    )
      return true
    return ts.forEachChild(node, (child) => visit(child) || undefined) ?? false
  }
  return visit(file)
}
