import { type TypeScript, ts } from "../typescript.js";

/**
 * Calls `use` for a node and all below it, in source order, on a stack of its own: a chain of thousands of `+` is a tree
 * as deep as it is long.
 */
export function eachNode(root: TypeScript.Node, use: (node: TypeScript.Node) => void): void {
  const open: TypeScript.Node[] = [root];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    use(node);
    const children: TypeScript.Node[] = [];
    ts.forEachChild(node, (child) => {
      children.push(child);
    });
    for (let at = children.length - 1; at >= 0; at -= 1) open.push(children[at] as TypeScript.Node);
  }
}
